// The keys of a recipe that `lockstep prepare` reads, each declared once: name, type, default and help.

internal import Preparation

/// A key of `prepare`. One recipe may hold these and the keys of a run: each command reads its own.
package struct PreparationKey: Sendable {
    package let name: String
    /// One sentence.
    package let help: String
    package let typeName: String
    /// What is allowed, so that it completes "must be …".
    let expected: String
    package let allowedValues: [String]
    /// The title that help lists it under.
    package let group: Group

    let read: @Sendable (PreparationSettings) -> YAMLValue
    let write: @Sendable (inout PreparationSettings, YAMLValue) throws(ValueProblem) -> Void

    /// The parts of a preparation. The order is that of help.
    package enum Group: String, Sendable, CaseIterable {
        case input, cleaning, pairs, splits

        package var title: String {
            switch self {
            case .input: "Raw files"
            case .cleaning: "Cleaning"
            case .pairs: "Pairs of conversations"
            case .splits: "Splits"
            }
        }
    }

    package static let all: [PreparationKey] = inputKeys + cleaningKeys + pairKeys + splitKeys

    package static func named(_ name: String) -> PreparationKey? { all.first { $0.name == name } }

    /// The default as text; nil if the key has none.
    package var defaultText: String? {
        guard case .scalar(let text) = read(PreparationSettings()), !text.isEmpty else { return nil }
        return text
    }
}

extension PreparationKey {
    typealias Path<Value> = any WritableKeyPath<PreparationSettings, Value> & Sendable

    static func key<Value>(
        _ name: String, _ group: Group, _ path: Path<Value>, _ format: ValueFormat<Value>, _ help: String
    ) -> PreparationKey {
        PreparationKey(
            name: name, help: help, typeName: format.typeName, expected: format.expected,
            allowedValues: format.allowedValues, group: group,
            read: { format.render($0[keyPath: path]) },
            write: { (settings, value) throws(ValueProblem) in
                guard case .scalar(let text) = value else { throw .mismatch }
                settings[keyPath: path] = try format.parse(text)
            })
    }

    /// A key that may be `null`, which means not set.
    static func optional<Value>(
        _ name: String, _ group: Group, _ path: Path<Value?>, _ format: ValueFormat<Value>, _ help: String
    ) -> PreparationKey {
        PreparationKey(
            name: name, help: help, typeName: format.typeName, expected: format.expected + ", or null",
            allowedValues: format.allowedValues, group: group,
            read: { $0[keyPath: path].map(format.render) ?? .null },
            write: { (settings, value) throws(ValueProblem) in
                switch value {
                case .null: settings[keyPath: path] = nil
                case .scalar(let text): settings[keyPath: path] = try format.parse(text)
                case .list, .mapping: throw .mismatch
                }
            })
    }

    /// A key that takes one text or a list of them; as a flag they stand between commas.
    static func texts(
        _ name: String, _ group: Group, _ path: Path<[String]>, _ help: String, arePaths: Bool = false
    ) -> PreparationKey {
        PreparationKey(
            name: name, help: help, typeName: arePaths ? "paths" : "names",
            expected: arePaths ? "a path or a list of paths" : "a name or a list of names", allowedValues: [],
            group: group,
            read: { settings in
                let texts = settings[keyPath: path]
                return texts.isEmpty ? .null : .list(texts.map { .scalar($0) })
            },
            write: { (settings, value) throws(ValueProblem) in
                let texts = try Self.texts(value, arePaths: arePaths)
                settings[keyPath: path] = texts
            })
    }

    /// As `texts`, with an empty list and none told apart.
    static func optionalTexts(
        _ name: String, _ group: Group, _ path: Path<[String]?>, _ help: String
    ) -> PreparationKey {
        PreparationKey(
            name: name, help: help, typeName: "names", expected: "a name or a list of names, or null",
            allowedValues: [], group: group,
            read: { $0[keyPath: path].map { .list($0.map { .scalar($0) }) } ?? .null },
            write: { (settings, value) throws(ValueProblem) in
                let texts = try Self.texts(value, arePaths: false)
                settings[keyPath: path] = value == .null ? nil : texts
            })
    }

    private static func texts(_ value: YAMLValue, arePaths: Bool) throws(ValueProblem) -> [String] {
        let format = arePaths ? ValueFormat<String>.path : .text
        switch value {
        case .null: return []
        case .scalar(let text):
            var texts: [String] = []
            // A path may have a comma; several paths are several flags' matter in a recipe's list.
            for part in arePaths ? [Substring(text)] : text.split(separator: ",") {
                texts.append(try format.parse(String(part.drop { $0 == " " })))
            }
            return texts
        case .list(let values):
            var texts: [String] = []
            for value in values {
                guard case .scalar(let text) = value else { throw .mismatch }
                texts.append(try format.parse(text))
            }
            return texts
        case .mapping: throw .mismatch
        }
    }
}
