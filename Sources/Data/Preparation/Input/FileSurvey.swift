// What a file is, told from all of its bytes before its rows are read: its encoding, its checksum, that it is
// text at all.

internal import Files
internal import JSON

/// What was found of one raw file.
struct FileSurvey: Equatable {
    var byteCount: Int
    /// The XXH64 of the file as it is, compressed or not.
    var checksum: String
    /// Nil for UTF-8.
    var encoding: TextEncoding?
    /// Whether the encoding was found rather than given.
    var isFound = false
    var hasByteOrderMark = false
    var isEmpty: Bool

    /// Reads all of the file.
    ///
    /// - Parameter given: the encoding that the settings name; nil to find it.
    /// - Throws: if it is no text, is not in the encoding, or cannot be decompressed.
    init(path: String, given: TextEncoding?) throws(PreparationError) {
        try Self.refuseOthers(path)
        let reader = try PreparationError.rethrowing { () throws(FilesError) in try ByteReader(path: path) }
        func chunk() throws(PreparationError) -> [UInt8]? {
            try PreparationError.rethrowing { () throws(FilesError) in try reader.next() }
        }
        // What is no text shows at its start, before gigabytes of it are read.
        let start = try chunk()
        if let start { try Self.refuseBinary(start, path) }
        let fingerprint = try PreparationError.rethrowing { () throws(FilesError) in
            try FileSystem.fingerprint(of: path)
        }
        (byteCount, checksum) = (fingerprint.byteCount, fingerprint.checksum)
        var scan = TextScan(path: path)
        isEmpty = true
        encoding = given == .utf8 ? nil : given
        var next = start
        while let bytes = next {
            if isEmpty {
                isEmpty = false
                hasByteOrderMark = bytes.starts(with: byteOrderMark)
                if given == nil, TextScan.isUTF16(bytes) { (encoding, isFound) = (.utf16, true) }
            }
            if encoding == nil { try scan.add(bytes, mayBeWindows: given == nil) }
            next = try chunk()
        }
        if encoding == nil {
            try scan.finish(mayBeWindows: given == nil)
            if scan.isWindows { (encoding, isFound) = (.windows1252, true) }
        }
    }

    /// Files whose ending says that another program reads them.
    private static func refuseOthers(_ path: String) throws(PreparationError) {
        let name = path.lowercased()
        func line(_ code: String) -> String { code.replacing("FILE", with: path) }
        if name.hasSuffix(".parquet") {
            throw .convert(
                path: path, kind: "a Parquet file",
                python: line(
                    #"import pandas; pandas.read_parquet("FILE").to_json("FILE.jsonl", orient="records", lines=True, force_ascii=False)"#
                ))
        }
        if name.hasSuffix(".arrow") || name.hasSuffix(".feather") {
            throw .convert(
                path: path, kind: "an Arrow file",
                python: line(
                    #"from datasets import Dataset; Dataset.from_file("FILE").to_json("FILE.jsonl")"#))
        }
        if name.hasSuffix(".xlsx") || name.hasSuffix(".xls") {
            throw .convert(
                path: path, kind: "a spreadsheet",
                python: line(#"import pandas; pandas.read_excel("FILE").to_csv("FILE.csv", index=False)"#))
        }
    }

    private static let kinds: [([UInt8], String)] = [
        (Array("PAR1".utf8), "a Parquet file"), (Array("ARROW1".utf8), "an Arrow file"),
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive"), (Array("%PDF".utf8), "a PDF document"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"), ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        (Array("SQLite format 3".utf8), "an SQLite database"), ([0x7F, 0x45, 0x4C, 0x46], "a program"),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array"), (Array("BZh".utf8), "compressed by bzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed by xz"), ([0x80, 0x04, 0x95], "a Python pickle"),
    ]

    private static func refuseBinary(_ start: [UInt8], _ path: String) throws(PreparationError) {
        for (mark, kind) in kinds where start.starts(with: mark) { throw .binary(path: path, kind: kind) }
        guard !TextScan.isUTF16(start) else { return }
        let controls = start.prefix(1 << 16).count { $0 < 0x09 || $0 > 0x0D && $0 < 0x20 && $0 != 0x1B }
        if start.prefix(1 << 16).contains(0) || controls * 20 > min(start.count, 1 << 16) {
            throw .binary(path: path, kind: nil)
        }
    }

    // MARK: Messages

    var message: JSONValue {
        [
            "bytes": .integer(byteCount), "xxh64": .string(checksum),
            "encoding": encoding.map { .string($0.rawValue) } ?? .null, "found": .bool(isFound),
            "mark": .bool(hasByteOrderMark), "empty": .bool(isEmpty),
        ]
    }

    init?(message: JSONValue) {
        guard let byteCount = message["bytes"]?.integer, let checksum = message["xxh64"]?.string,
            let isFound = message["found"]?.bool, let mark = message["mark"]?.bool,
            let isEmpty = message["empty"]?.bool
        else { return nil }
        (self.byteCount, self.checksum, self.isFound) = (byteCount, checksum, isFound)
        (hasByteOrderMark, self.isEmpty) = (mark, isEmpty)
        encoding = message["encoding"]?.string.flatMap(TextEncoding.init(rawValue:))
    }
}

/// Checks that bytes are UTF-8, chunk by chunk.
struct TextScan {
    private let path: String
    /// Whether the bytes are no UTF-8, and had none of its longer characters before.
    private(set) var isWindows = false
    private var hasLongerCharacters = false
    private var pending: [UInt8] = []
    private var line = 1
    /// Code points of the line before `pending`.
    private var column = 0

    init(path: String) { self.path = path }

    /// Whether it is UTF-16: by its mark, or as every other byte of its start is zero.
    static func isUTF16(_ start: [UInt8]) -> Bool {
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return true }
        let part = start.prefix(4_096)
        let odd = part.indices.count { $0 % 2 == 1 && part[$0] == 0 }
        let even = part.indices.count { $0 % 2 == 0 && part[$0] == 0 }
        return even == 0 && odd * 4 > part.count
    }

    mutating func add(_ chunk: [UInt8], mayBeWindows: Bool) throws(PreparationError) {
        guard !isWindows else { return }
        guard chunk.contains(where: { $0 >= 0x80 }) || !pending.isEmpty else { return count(chunk[...]) }
        let bytes = pending + chunk
        pending = []
        guard let wrong = bytes.firstInvalidUTF8(in: 0..<bytes.count) else {
            hasLongerCharacters = true
            return count(bytes[...])
        }
        // A character that the chunk cuts off waits for the next.
        if wrong + 4 > bytes.count, Self.isStart(bytes[wrong...]) {
            if bytes[..<wrong].contains(where: { $0 >= 0x80 }) { hasLongerCharacters = true }
            count(bytes[..<wrong])
            pending = Array(bytes[wrong...])
            return
        }
        if bytes[..<wrong].contains(where: { $0 >= 0x80 }) { hasLongerCharacters = true }
        count(bytes[..<wrong])
        try refuse(mayBeWindows)
    }

    mutating func finish(mayBeWindows: Bool) throws(PreparationError) {
        if !pending.isEmpty { try refuse(mayBeWindows) }
    }

    private mutating func refuse(_ mayBeWindows: Bool) throws(PreparationError) {
        guard mayBeWindows, !hasLongerCharacters else {
            throw .encoding(path: path, line: line, column: column + 1, encoding: .utf8)
        }
        isWindows = true
    }

    /// Whether more bytes could make a character of these.
    private static func isStart(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let lead = bytes.first else { return false }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        return lead >= 0xC2 && lead <= 0xF4 && bytes.count < length
            && bytes.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
    }

    private mutating func count(_ bytes: ArraySlice<UInt8>) {
        let feeds = bytes.count { $0 == 0x0A }
        if feeds > 0, let last = bytes.lastIndex(of: 0x0A) {
            line += feeds
            column = bytes[(last + 1)...].count { $0 & 0xC0 != 0x80 }
        } else {
            column += bytes.count { $0 & 0xC0 != 0x80 }
        }
    }
}
