// Records as they are read, in one form whatever they were written in.

internal import Datasets
internal import JSON

/// A message of a conversation.
struct Turn: Equatable, Sendable {
    var role: String
    var content: String
    /// What else the message has, such as calls of tools.
    var others = JSONObject()

    init(_ role: String, _ content: String, _ others: JSONObject = JSONObject()) {
        (self.role, self.content, self.others) = (role, content, others)
    }

    /// Whether it says nothing.
    var isEmpty: Bool { content.utf8.allSatisfy { $0 <= 0x20 } && others["tool_calls"] == nil }
}

/// One record of the raw data.
struct RawRecord {
    enum Content {
        /// Messages, and the description of tools where the record has one.
        case conversation([Turn], tools: JSONValue?)
        /// A row, and the columns of it that are cleaned.
        case row(JSONObject, texts: [String])
    }

    /// Its place among all records: the file's number, then the record's.
    let position: UInt64
    /// Which split its file is for.
    let origin: Origin
    let source: RowSource
    let content: Content
    /// The row that it was read from; of a thread its first one.
    let row: Row

    /// Most files of a run: the position has 16 bits for their number.
    static let mostFiles = 1 << 16

    static func position(file: Int, record: Int) -> UInt64 { UInt64(file) << 48 | UInt64(record) }
}

/// Where a file's rows go.
enum Origin: UInt8, Sendable, CaseIterable {
    /// They are split.
    case raw
    case validation, test

    /// The split that the file is for; nil if its rows are split.
    var split: Split? {
        switch self {
        case .raw: nil
        case .validation: .validation
        case .test: .test
        }
    }
}

/// The files that are written.
enum Split: String, Sendable, CaseIterable {
    case train, validation, test
}
