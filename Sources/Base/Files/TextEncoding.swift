// Text of other encodings as UTF-8.

/// An encoding that text files come in.
package enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    /// What Windows programs of western Europe and America write; holds Latin-1.
    case windows1252 = "windows-1252"
    case utf16 = "utf-16"

    /// The byte values 0x80 to 0x9F of Windows-1252, as the WHATWG's encoding standard has them.
    private static let windowsControls: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
        0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161,
        0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// Text of Windows-1252.
    package static func windows1252Text(_ bytes: some Sequence<UInt8>) -> String {
        let units = bytes.map { byte in
            (0x80..<0xA0).contains(byte) ? windowsControls[Int(byte) - 0x80] : UInt16(byte)
        }
        return String(decoding: units, as: UTF16.self)
    }
}

/// Bytes in chunks.
package protocol ByteSource: AnyObject {
    /// The file, or what else the bytes are of, for messages.
    var path: String { get }
    /// The next bytes, at least one; nil at the end.
    func next() throws(FilesError) -> [UInt8]?
}

extension ByteReader: ByteSource {}

extension ByteSource {
    /// All bytes that are left.
    ///
    /// - Throws: `tooLarge` if there are more than `limit`, decompressed; the file is not read further then.
    package func readToEnd(limit: Int = FileSystem.wholeFileLimit) throws(FilesError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try next() {
            bytes.append(contentsOf: chunk)
            guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
        }
        return bytes
    }
}

/// A file's text as UTF-8, whatever it is encoded in.
package final class TextSource: ByteSource {
    package var path: String { reader.path }
    private let reader: ByteReader
    private let encoding: TextEncoding?
    private var byteOrder: ByteOrder?
    private var hasStarted = false
    /// What the end of a chunk left of a character.
    private var pending: [UInt8] = []

    private enum ByteOrder { case little, big }

    /// - Parameter encoding: nil for UTF-8, or UTF-16 where a byte order mark says so.
    package init(_ reader: ByteReader, encoding: TextEncoding?) {
        self.reader = reader
        self.encoding = encoding
    }

    package func next() throws(FilesError) -> [UInt8]? {
        while let chunk = try reader.next() {
            if !hasStarted { start(chunk) }
            let text = decoded(chunk)
            if !text.isEmpty { return text }
        }
        guard !pending.isEmpty else { return nil }
        pending = []
        return Array("\u{FFFD}".utf8)
    }

    private func start(_ chunk: [UInt8]) {
        hasStarted = true
        if encoding != .utf8, encoding != .windows1252, chunk.count >= 2 {
            if chunk[0] == 0xFF, chunk[1] == 0xFE { byteOrder = .little }
            if chunk[0] == 0xFE, chunk[1] == 0xFF { byteOrder = .big }
        }
        // Without a mark it is Windows' order.
        if encoding == .utf16, byteOrder == nil { byteOrder = .little }
    }

    private func decoded(_ chunk: [UInt8]) -> [UInt8] {
        if let byteOrder { return decoded(chunk, byteOrder) }
        guard encoding == .windows1252 else { return chunk }
        return Array(TextEncoding.windows1252Text(chunk).utf8)
    }

    private func decoded(_ chunk: [UInt8], _ byteOrder: ByteOrder) -> [UInt8] {
        let bytes = pending + chunk
        var units = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return byteOrder == .little ? second << 8 | first : first << 8 | second
        }
        var rest = bytes.count % 2
        // The first half of a pair waits for the second.
        if let last = units.last, UTF16.isLeadSurrogate(last) {
            units.removeLast()
            rest += 2
        }
        pending = Array(bytes.suffix(rest))
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
