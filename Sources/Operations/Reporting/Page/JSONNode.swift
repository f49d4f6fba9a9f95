// JSON that a report reads back: the run's own files, NaN and Infinity among their numbers.

internal import Files
import Foundation

/// A JSON value as a report needs it.
enum JSONNode: Decodable, Equatable, Sendable {
    case number(Double)
    case text(String)
    case flag(Bool)
    case list([JSONNode])
    case object([String: JSONNode])
    case null

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONNode].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONNode].self))
        }
    }

    /// Throws the decoder's error.
    init(parsing data: Data) throws {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        self = try decoder.decode(JSONNode.self, from: data)
    }

    subscript(key: String) -> JSONNode? { if case .object(let members) = self { members[key] } else { nil } }

    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var integer: Int? { number.flatMap { Int(exactly: $0) } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
    var list: [JSONNode] { if case .list(let values) = self { values } else { [] } }
    var object: [String: JSONNode] { if case .object(let members) = self { members } else { [:] } }

    /// The value as people read it: a text as it is, lists with commas.
    var words: String {
        switch self {
        case .text(let text): text
        case .number(let number): Int(exactly: number).map(String.init) ?? Figure.fixed(number, decimals: 4)
        case .flag(let flag): flag ? "true" : "false"
        case .list(let values): values.map(\.words).joined(separator: ", ")
        case .object(let members):
            members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.words)" }.joined(separator: ", ")
        case .null: "–"
        }
    }
}

/// The files of one output folder.
struct RunFolder {
    let path: String

    /// The file's bytes; nil when there is no such file.
    func bytes(_ name: String) throws(ReportingError) -> Data? {
        let file = path + "/" + name
        do {
            return try FileSystem.bytesIfPresent(of: file).map { Data($0) }
        } catch { throw .unreadable(file, error) }
    }

    /// The file as text; nil when there is no such file.
    func text(_ name: String) throws(ReportingError) -> String? {
        try bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The file as one JSON document; nil when there is no such file.
    func document(_ name: String) throws(ReportingError) -> JSONNode? {
        guard let bytes = try bytes(name) else { return nil }
        do { return try JSONNode(parsing: bytes) } catch { throw .notJSON(path + "/" + name, line: nil) }
    }

    /// The first `limit` lines of a file of JSON Lines, all of them when nil; none when there is no such file. Reads no
    /// more of the file than it needs.
    func records(_ name: String, limit: Int? = nil) throws(ReportingError) -> [JSONNode] {
        let file = path + "/" + name
        guard FileSystem.exists(file) else { return [] }
        var records: [JSONNode] = []
        var lines: LineReader
        do { lines = LineReader(try ByteReader(path: file)) } catch { throw .unreadable(file, error) }
        while lines.number < limit ?? .max {
            do { guard try lines.next() else { break } } catch { throw .unreadable(file, error) }
            // A last line without its line feed is still being written.
            if lines.line.isEmpty || !lines.hasLineFeed { continue }
            let line = Data(lines.bytes[lines.line])
            do { records.append(try JSONNode(parsing: line)) } catch {
                throw .notJSON(file, line: lines.number)
            }
        }
        return records
    }
}

extension ReportingError {
    static func notJSON(_ path: String, line: Int?) -> Self {
        Self(
            path: path, line: line,
            reason: "This is no JSON as Lockstep writes it; remove the file, or make it anew, and repeat.")
    }
}
