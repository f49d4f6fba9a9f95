// Readers of bytes and lines, plain and compressed, and files that only grow.

import Files
import Foundation
import TestSupport
import Testing

@Suite struct ReaderTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path }

    init() throws { folder = try TemporaryFolder() }

    /// Compresses with the system's gzip.
    private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let plain = try folder.write(bytes, to: "plain")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-nf", plain]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(try Data(contentsOf: URL(fileURLWithPath: plain + ".gz")))
    }

    private func lines(_ path: String) throws -> [String] {
        var reader = LineReader(try ByteReader(path: path))
        var lines: [String] = []
        while let line = try reader.nextText() { lines.append(line) }
        return lines
    }

    @Test("compressed and plain bytes are the same, through chunks of any kind of data")
    func compressed() throws {
        let random = (0..<700_000).map { _ in UInt8.random(in: 0...255) }
        for bytes in [[], [0x0A], random, [UInt8](repeating: 0x61, count: 5_000_000)] {
            let plain = try folder.write(bytes, to: "x")
            let packed = try folder.write(try gzip(bytes), to: "x.GZ")
            #expect(try ByteReader(path: plain).readToEnd() == bytes)
            #expect(try ByteReader(path: packed).readToEnd() == bytes)
        }
    }

    @Test("damaged compressed files are told apart from shortened ones")
    func damaged() throws {
        let packed = try gzip(Array("some text\n".utf8))
        var damaged = packed
        damaged[packed.count - 6] ^= 1
        let place = path + "/d.gz"
        let files: [([UInt8], FilesError)] = [
            (Array(packed.dropLast()), .truncatedGzip(path: place)),
            (Array(packed.prefix(5)), .truncatedGzip(path: place)),
            (damaged, .corruptGzip(path: place, reason: "incorrect data check")),
            (Array("plain text".utf8), .corruptGzip(path: place, reason: "incorrect header check")),
        ]
        for (bytes, error) in files {
            try folder.write(bytes, to: "d.gz")
            #expect(throws: error) { try ByteReader(path: place).readToEnd() }
        }
        #expect(throws: FilesError.isDirectory(path: path, .read)) { try ByteReader(path: path) }
        #expect(throws: FilesError.missing(path: place + "x", .read)) { try ByteReader(path: place + "x") }
    }

    @Test("lines of any length, with a byte order mark, without a last line feed")
    func lines() throws {
        let long = String(repeating: "x", count: 1_000_000)
        let texts: [(String, [String])] = [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("\n\na", ["", "", "a"]), ("a\r\nb", ["a\r", "b"]),
            ("\u{FEFF}a\nb\u{FEFF}", ["a", "b\u{FEFF}"]), ("\u{FEFF}", []),
            ("\(long)\n\(long)", [long, long]),
        ]
        for (text, expected) in texts {
            #expect(try lines(try folder.write(text, to: "t")) == expected)
            #expect(try lines(try folder.write(try gzip(Array(text.utf8)), to: "t.gz")) == expected)
        }
    }

    @Test("a line knows its number, its place in the file and whether it is finished")
    func places() throws {
        let path = try folder.write("ab\ncd\nef", to: "t")
        var reader = LineReader(try ByteReader(path: path))
        #expect(try reader.next() && reader.number == 1 && reader.hasLineFeed)
        #expect(try reader.extend() && reader.number == 1 && reader.line == 0..<5)
        #expect(try reader.next() && reader.number == 3 && !reader.hasLineFeed)
        #expect(reader.fileOffset + reader.line.lowerBound == 6)
        #expect(try !reader.next())
    }

    @Test("lines are written through a buffer, and appear when they are finished")
    func lineWriter() throws {
        let lines = (0..<20_000).map { "line \($0)" }
        for isFinished in [false, true] {
            let writer = try LineWriter(path: path + "/out")
            for line in lines { try writer.write(line) }
            #expect(try folder.names == [])
            if isFinished { try writer.finish() }
        }
        #expect(try self.lines(path + "/out") == lines)
    }

    @Test("a file by position: pieces, a size, and its end when it shrinks")
    func inputFile() throws {
        let place = try folder.write("0123456789", to: "f")
        let file = try InputFile<AnyFailure>(path: place)
        #expect(file.byteCount == 10)
        #expect(try file.bytes(at: 3, count: 4) == Array("3456".utf8))
        try folder.write("01234", to: "f")
        #expect(throws: AnyFailure.file(.shortened(path: place, offset: 5))) {
            try file.bytes(at: 3, count: 4)
        }
        #expect(throws: AnyFailure.file(.notAFile(path: "/dev/null"))) {
            try InputFile<AnyFailure>(path: "/dev/null")
        }
    }

    private enum AnyFailure: FileFailure, Equatable { case file(FilesError) }

    @Test("a log grows, is cut, and is kept from other holders of its lock")
    func appended() throws {
        let place = path + "/log"
        let log = try AppendedFile(path: place)
        try log.append("one\n")
        try log.append("two\n")
        try log.synchronize()
        #expect(try log.byteCount == 8)
        try log.truncate(to: 4)
        try log.append("three\n")
        #expect(try folder.text(of: "log") == "one\nthree\n")
        _ = try AppendedFile(path: place, keeping: 3)
        #expect(try folder.text(of: "log") == "one")
        var lock = try FileLock(path: path + "/lock")
        #expect(lock != nil)
        #expect(try FileLock(path: path + "/lock") == nil)
        lock = nil
        #expect(try FileLock(path: path + "/lock") != nil)
    }
}
