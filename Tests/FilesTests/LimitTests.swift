// Files of absurd size: lines, rows and whole files are read up to a limit that the error names.

import Files
import Foundation
import TestSupport
import Testing

@Suite struct LimitTests {
    /// A line of `count` bytes of one letter as a gzip file, made by zlib's own program.
    private func zipBomb(_ count: Int, in folder: TemporaryFolder) throws -> String {
        let plain = try folder.write([UInt8](repeating: 0x61, count: count), to: "bomb")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-nf9", plain]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return plain + ".gz"
    }

    @Test("a line beyond the limit is refused by its number, before it is read whole", arguments: [1, 4])
    func longLine(first: Int) throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "a\n", count: first - 1) + String(repeating: "b", count: 2_000_000)
        let path = try folder.write(text + "\nc\n", to: "lines")
        var lines = LineReader(try ByteReader(path: path), limit: 1_000_000)
        for _ in 1..<first { #expect(try lines.next()) }
        #expect(throws: FilesError.lineTooLong(path: path, line: first, limit: 1_000_000)) {
            try lines.next()
        }
        #expect(lines.bytes.count < 1_500_000)
        var others = LineReader(try ByteReader(path: path), limit: 2_000_000)
        var count = 0
        while try others.next() { count += 1 }
        #expect(count == first + 1)
    }

    @Test("a row of several lines has the limit of a line, unless its reader says otherwise")
    func longRow() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(String(repeating: "aaaa\n", count: 100), to: "rows")
        var lines = LineReader(try ByteReader(path: path), limit: 100)
        #expect(try lines.next() && lines.next())
        #expect(throws: FilesError.lineTooLong(path: path, line: 2, limit: 100)) {
            while try lines.extend() {}
        }
        var whole = LineReader(try ByteReader(path: path), limit: 100)
        #expect(try whole.next())
        while try whole.extend(limit: 1_000) {}
        #expect(whole.line == 0..<499)
    }

    @Test("compressed data that expand a thousandfold come block by block, and end at the limits")
    func expansion() throws {
        let folder = try TemporaryFolder()
        let path = try zipBomb(64 << 20, in: folder)
        #expect(try FileSystem.byteCount(of: path) < 1 << 17)
        let reader = try ByteReader(path: path)
        var (longest, total) = (0, 0)
        while let bytes = try reader.next() {
            longest = max(longest, bytes.count)
            total += bytes.count
        }
        #expect(total == 64 << 20)
        #expect(longest <= 1 << 20)
        #expect(throws: FilesError.tooLarge(path: path, limit: 1 << 22)) {
            try ByteReader(path: path).readToEnd(limit: 1 << 22)
        }
        var lines = LineReader(try ByteReader(path: path), limit: 1 << 22)
        #expect(throws: FilesError.lineTooLong(path: path, line: 1, limit: 1 << 22)) { try lines.next() }
    }

    @Test("the sentence says file, line, limit and what to do")
    func sentence() {
        let error = FilesError.lineTooLong(path: "a.txt", line: 3, limit: 9)
        let sentence =
            "a.txt cannot be read: what starts on line 3 has more than 9 bytes before its end. "
            + "Check that it is the right file, and cut what is so long."
        #expect(error.description == sentence)
    }
}
