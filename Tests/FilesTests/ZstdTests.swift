// Files that Zstandard's own library compressed, whole and damaged, and data made to fill memory.

import Files
import Foundation
import TestSupport
import Testing

@Suite struct ZstdTests {
    private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Goldens").path
    private static let text = (0..<6_000).map { "line \($0) of \($0 * $0 % 1009)\n" }.joined()

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func golden(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.goldens)/\(name).zst")))
    }

    @Test(
        "frames with and without a size, several and skipped ones are read, whatever the file's name",
        arguments: ["sized", "stream", "frames"])
    func frames(name: String) throws {
        let packed = try golden(name)
        for file in ["a.zst", "a.ZST", "a.jsonl"] {
            let path = try folder.write(packed, to: file)
            #expect(try ByteReader(path: path).readToEnd() == Array(Self.text.utf8))
        }
        var lines = LineReader(try ByteReader(path: try folder.write(packed, to: "lines")))
        var count = 0
        while let line = try lines.nextText() {
            if !line.hasPrefix("line \(count) of ") { Issue.record("line \(count) is \(line)") }
            count += 1
        }
        #expect(count == 6_000)
    }

    @Test("frames that end anywhere in the chunks of a file are read to the last")
    func manyFrames() throws {
        let packed = try golden("stream")
        let count = 1 + 600_000 / packed.count
        let path = try folder.write(Array(repeatElement(packed, count: count).joined()), to: "a.zst")
        #expect(try FileSystem.byteCount(of: path) > 2 << 18)
        let text = Array(Self.text.utf8)
        #expect(try ByteReader(path: path).readToEnd() == Array(repeatElement(text, count: count).joined()))
    }

    @Test("damaged files are told apart from shortened ones, wherever they are cut")
    func damaged() throws {
        let whole = try golden("sized")
        let path = folder.path + "/d.zst"
        func message(_ bytes: [UInt8]) throws -> FilesError? {
            try folder.write(bytes, to: "d.zst")
            return #expect(throws: FilesError.self) { try ByteReader(path: path).readToEnd() }
        }
        for length in [1, 3, 4, 6, whole.count / 2, whole.count - 4, whole.count - 1] {
            #expect(try message(Array(whole[..<length])) == .truncatedZstd(path: path), "\(length)")
        }
        #expect(try message(whole + whole[..<20]) == .truncatedZstd(path: path))
        var damaged = whole
        damaged[whole.count - 1] ^= 1
        let reason = "Restored data doesn't match checksum"
        #expect(try message(damaged) == .corruptZstd(path: path, reason: reason))
        let plain = Array("plain text".utf8)
        let unknown = FilesError.corruptZstd(path: path, reason: "Unknown frame descriptor")
        #expect(try message(plain) == unknown)
        #expect(try message(whole + plain) == unknown)
        try folder.write([], to: "d.zst")
        #expect(try ByteReader(path: path).readToEnd().isEmpty)
    }

    @Test("a window beyond what is held in memory is refused with what to do")
    func window() throws {
        let path = try folder.write(try golden("wide"), to: "w.zst")
        #expect(throws: FilesError.zstdWindowTooLarge(path: path, limit: 1 << 27)) {
            try ByteReader(path: path).next()
        }
    }

    @Test("data that expand beyond any text come block by block until they are refused")
    func bomb() throws {
        let path = try folder.write(try golden("bomb"), to: "b.zst")
        var (longest, total) = (0, 0)
        let reader = try ByteReader(path: path)
        while let bytes = try reader.next() {
            longest = max(longest, bytes.count)
            total += bytes.count
        }
        #expect(total == 64 << 20 && longest <= 1 << 20)
        let limited = try ByteReader(path: path, freeBytes: 1 << 23)
        var read = 0
        let error = #expect(throws: FilesError.self) {
            while let bytes = try limited.next() { read += bytes.count }
        }
        #expect(error == .expandsTooFar(path: path, ratio: ByteReader.expansionLimit))
        #expect(read <= 1 << 23)
    }

    @Test("the sentences say what is wrong and what to do")
    func sentences() {
        let sentences: [(FilesError, String)] = [
            (.truncatedZstd(path: "p"), "it ends in the middle of its Zstandard data. Copy it again."),
            (
                .corruptZstd(path: "p", reason: "r"),
                "it is no valid Zstandard file (r). Copy it again, or drop the .zst ending if it is plain."
            ),
            (
                .zstdWindowTooLarge(path: "p", limit: 8),
                "its Zstandard window is larger than 8 bytes, which would all be held in memory. Compress it "
                    + "again without --long or --ultra."
            ),
            (
                .expandsTooFar(path: "p", ratio: 9),
                "its data expand to more than 9 times their size, as no text does. Check that it is the right "
                    + "file, or decompress it first."
            ),
        ]
        for (error, sentence) in sentences {
            #expect(error.description == "p cannot be read: " + sentence)
            #expect(error.path == "p")
        }
    }

    @Test("an ending of compression is taken off a path")
    func endings() {
        let paths = ["a.csv.gz": "a.csv", "a.csv.ZST": "a.csv", "a.csv": "a.csv", "a.gz/b": "a.gz/b"]
        for (path, expected) in paths { #expect(pathWithoutCompression(path) == expected) }
    }
}
