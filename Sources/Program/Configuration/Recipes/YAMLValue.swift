// A YAML file as values with line numbers: the one place that talks to the YAML library.
internal import Files
import Foundation
import Yams

/// A value of a YAML file or a flag, before its type is known.
indirect enum YAMLValue: Equatable, Sendable {
    case null
    /// Text as written, without quotes.
    case scalar(String)
    case list([YAMLValue])
    case mapping([YAMLEntry])

    /// The value as an error message shows it.
    var shown: String {
        switch self {
        case .null: "empty"
        case .scalar(let text): text.isEmpty ? "an empty text" : text
        case .list: "a list"
        case .mapping: "a section"
        }
    }
}

/// One `key: value` of a mapping, with its line counted from 1.
struct YAMLEntry: Equatable, Sendable {
    let key: String
    let value: YAMLValue
    let line: Int
}

extension YAMLValue {
    /// The entries of a YAML text whose root is a mapping; an empty text has none. `file` is for error
    /// messages.
    static func entries(of text: String, file: String) throws(ConfigurationError) -> [YAMLEntry] {
        try checkLength(text, file: file)
        try checkAliases(text, file: file)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Self.translate(error, file: file)
        } catch {
            throw .syntax(.file(file), String(describing: error))
        }
        guard let root else { return [] }
        var budget = maximumValueCount
        switch try Self(root, file: file, budget: &budget) {
        case .mapping(let entries): return entries
        case .null: return []
        case .scalar, .list:
            let line = root.mark?.line ?? 1
            throw .syntax(.line(file: file, line: line), "the file must consist of lines such as key: value")
        }
    }

    /// The value below the keys of `path`, with the types that it was written in; nil if there is none.
    static func manifest(
        at path: [String], of text: String, file: String
    ) throws(ConfigurationError) -> ManifestValue? {
        var node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw .syntax(.file(file), String(describing: error))
        }
        for key in path { node = node?.mapping?[key] }
        return node.map(ManifestValue.init)
    }

    /// Values of a file, those that aliases repeat counted each time.
    private static let maximumValueCount = 100_000
    /// Aliases of a file: each may double what the one before it stands for.
    private static let maximumAliasCount = 16
    /// Bytes of a file. Those that people write have thousands.
    static let longestText = 1 << 22

    /// Refuses a text with so many aliases that what they stand for could fill the memory while it is parsed.
    /// Every `*name` counts whose name an anchor has, in comments and quotes too: where those end, only a
    /// parser knows.
    private static func checkAliases(_ text: String, file: String) throws(ConfigurationError) {
        let bytes = Array(text.utf8)
        let anchors = Set(names(behind: UInt8(ascii: "&"), in: bytes).map(\.name))
        guard !anchors.isEmpty else { return }
        let aliases = names(behind: UInt8(ascii: "*"), in: bytes).filter { anchors.contains($0.name) }
        guard aliases.count > maximumAliasCount else { return }
        let before = bytes[..<aliases[maximumAliasCount].start]
        throw .syntax(
            .line(file: file, line: 1 + before.count { $0 == 0x0A }),
            "more than \(maximumAliasCount) aliases; write their values")
    }

    /// The names behind a sign: letters, digits, hyphens and underscores, as libyaml takes them.
    private static func names(
        behind sign: UInt8, in bytes: [UInt8]
    ) -> [(start: Int, name: ArraySlice<UInt8>)] {
        var names: [(start: Int, name: ArraySlice<UInt8>)] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == sign else {
                index += 1
                continue
            }
            let name = bytes[(index + 1)...].prefix { isNameByte($0) }
            if !name.isEmpty { names.append((index, name)) }
            index = max(index + 1, name.endIndex)
        }
        return names
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Refuses a text that is too long to be a recipe or a cluster file.
    private static func checkLength(_ text: String, file: String) throws(ConfigurationError) {
        guard text.utf8.count > longestText else { return }
        throw .syntax(.file(file), "it has \(text.utf8.count) bytes, more than \(longestText)")
    }

    /// Contents of a UTF-8 text file.
    static func text(ofFile path: String) throws(ConfigurationError) -> String {
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.bytes(of: path, limit: longestText)
        } catch {
            throw .unreadable(path, Self.reason(error))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .unreadable(path, "it is not UTF-8 text")
        }
        return text
    }

    private static func reason(_ error: FilesError) -> String {
        switch error {
        case .missing: "there is no such file"
        case .isDirectory: "it is a directory"
        case .notPermitted: "permission denied"
        default: error.reason
        }
    }

    /// Counts `budget` down by each value.
    private init(_ node: Node, file: String, budget: inout Int) throws(ConfigurationError) {
        budget -= 1
        guard budget >= 0 else {
            throw .syntax(.file(file), "it has more than \(Self.maximumValueCount) values")
        }
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            self = isNull ? .null : .scalar(scalar.string)
        case .sequence(let sequence):
            var values: [YAMLValue] = []
            for element in sequence { values.append(try Self(element, file: file, budget: &budget)) }
            self = .list(values)
        case .mapping(let mapping):
            var entries: [YAMLEntry] = []
            for (key, value) in mapping {
                let line = key.mark?.line ?? 1
                guard let scalar = key.scalar else {
                    throw .syntax(.line(file: file, line: line), "a key must be a plain word")
                }
                let value = try Self(value, file: file, budget: &budget)
                entries.append(YAMLEntry(key: scalar.string, value: value, line: line))
            }
            self = .mapping(entries)
        case .alias:
            throw .syntax(
                .line(file: file, line: node.mark?.line ?? 1), "an alias refers to an unknown anchor")
        }
    }

    private static func translate(_ error: YamlError, file: String) -> ConfigurationError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return .syntax(.line(file: file, line: mark.line), problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return .duplicate(
                duplicates.joined(separator: ", "), .line(file: file, line: context.mark.line))
        case .reader(let problem, _, _, _):
            return .syntax(.file(file), problem)
        default:
            return .syntax(.file(file), String(describing: error))
        }
    }
}

extension ManifestValue {
    /// A value of the user's as it was written: a scalar without quotation marks keeps its type.
    fileprivate init(_ node: Node) {
        switch node {
        case .scalar(let scalar) where scalar.style == .plain && !scalar.string.contains("\n"):
            self = .verbatim(scalar.string)
        case .scalar(let scalar): self = .text(scalar.string)
        case .sequence(let sequence): self = .list(sequence.map(ManifestValue.init))
        case .mapping(let mapping):
            self = .mapping(
                mapping.map { Field(key: $0.key.scalar?.string ?? "", value: ManifestValue($0.value)) })
        case .alias: self = .verbatim("null")
        }
    }
}
