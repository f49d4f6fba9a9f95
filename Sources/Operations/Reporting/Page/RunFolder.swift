// JSON that a report reads back: the run's own files, NaN and Infinity among their numbers.

internal import Files
internal import JSON

extension JSONValue {
    /// Reads NaN and the infinities as the run's log has them.
    fileprivate init(reporting bytes: [UInt8]) throws(JSONSyntaxError) {
        try self.init(parsing: bytes, duplicates: .firstWins, allowsNonFinite: true)
    }

    /// The elements of an array, none of anything else.
    var list: [JSONValue] { array ?? [] }

    /// The value as people read it: a text as it is, lists with commas.
    var words: String {
        switch self {
        case .string(let text): text
        case .number(let number):
            number.whole.map(String.init) ?? NumberFormat.significant(number.double)
        case .bool(let flag): flag ? "true" : "false"
        case .array(let values): values.map(\.words).joined(separator: ", ")
        case .object(let members):
            members.sorted.map { "\($0.key): \($0.value.words)" }.joined(separator: ", ")
        case .null: "–"
        }
    }
}

/// The files of one output folder.
struct RunFolder {
    let path: String

    /// The folder itself and those in it that hold a file of that name, such as `evaluation/`, by name;
    /// without checkpoints and folds, whose results are summed up elsewhere.
    func parts(with name: String) throws(ReportingError) -> [(name: String?, folder: RunFolder)] {
        var found: [(name: String?, folder: RunFolder)] = []
        if FileSystem.exists(path + "/" + name) { found.append((nil, self)) }
        let names: [String]
        do { names = try FileSystem.names(in: path) } catch { throw .unreadable(path, error) }
        for inner in names.sorted() where !inner.hasPrefix("checkpoint-") && !inner.hasPrefix("fold-") {
            let folder = RunFolder(path: path + "/" + inner)
            if FileSystem.exists(folder.path + "/" + name) { found.append((inner, folder)) }
        }
        return found
    }

    /// The file's bytes; nil when there is no such file.
    func bytes(_ name: String) throws(ReportingError) -> [UInt8]? {
        let file = path + "/" + name
        do {
            return try FileSystem.bytesIfPresent(of: file)
        } catch { throw .unreadable(file, error) }
    }

    /// The file as text; nil when there is no such file.
    func text(_ name: String) throws(ReportingError) -> String? {
        try bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The file as one JSON document; nil when there is no such file.
    func document(_ name: String) throws(ReportingError) -> JSONValue? {
        guard let bytes = try bytes(name) else { return nil }
        do { return try JSONValue(reporting: bytes) } catch { throw .notJSON(path + "/" + name, line: nil) }
    }

    /// The first `limit` lines of a file of JSON Lines, all of them when nil; none when there is no such
    /// file. Reads no more of the file than it needs.
    func records(_ name: String, limit: Int? = nil) throws(ReportingError) -> [JSONValue] {
        let file = path + "/" + name
        guard FileSystem.exists(file) else { return [] }
        var records: [JSONValue] = []
        var lines: LineReader
        do { lines = LineReader(try ByteReader(path: file)) } catch { throw .unreadable(file, error) }
        while lines.number < limit ?? .max {
            do { guard try lines.next() else { break } } catch { throw .unreadable(file, error) }
            // A last line without its line feed is still being written.
            if lines.line.isEmpty || !lines.hasLineFeed { continue }
            let line = Array(lines.bytes[lines.line])
            do { records.append(try JSONValue(reporting: line)) } catch {
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
