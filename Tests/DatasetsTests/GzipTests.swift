// Compressed files, whole and damaged.

import Datasets
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct GzipTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let rowCount = 60_000

    private static func rows(_ count: Int) -> String {
        (0..<count).map {
            "{\"text\": \"row \($0), \($0 &* 2_654_435_761 % 1_000_003)\", \"label\": \($0 % 3)}\n"
        }
        .joined()
    }

    /// Compresses with the system's gzip.
    private func gzip(_ text: String) throws -> [UInt8] {
        let plain = try folder.write("plain", text)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-kf", plain]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(try Data(contentsOf: URL(fileURLWithPath: plain + ".gz")))
    }

    @Test("A compressed file of many chunks has the rows of the plain one")
    func manyChunks() throws {
        let text = Self.rows(Self.rowCount)
        let plain = try folder.rows("a.jsonl", text)
        let path = try folder.write("b.jsonl.gz", try gzip(text))
        let rows = try readRows([path])
        #expect(rows.count == Self.rowCount)
        #expect(rows.map(\.fields) == plain.map(\.fields))
        #expect(rows.last?.source.line == Self.rowCount)
    }

    @Test("Highly compressed data, whose output is larger than any buffer, is read whole")
    func highRatio() throws {
        let text = String(repeating: "a", count: 5_000_000)
        let path = try folder.write("b.json.gz", try gzip("[{\"t\": \"\(text)\"}]"))
        #expect(try readRows([path]).map { $0["t"] } == [.string(text)])
    }

    @Test(
        "A row that expands beyond the limit is refused by file and line, whatever the format",
        arguments: [
            ("b.jsonl.gz", "{\"t\": \"a\"}\n{\"t\": \"", 2), ("b.json.gz", "[{\"t\": \"a\"},\n{\"t\": \"", 2),
            ("b.csv.gz", "t\na\n\"", 3), ("b.txt.gz", "a\n", 2),
        ])
    func bomb(name: String, start: String, line: Int) throws {
        // 135 members of a megabyte: as they would be written by a program that compresses in parallel.
        let filler = try gzip(String(repeating: "a", count: 1_000_000))
        let path = try folder.write(name, try gzip(start) + (0..<135).flatMap { _ in filler })
        let error = #expect(throws: DatasetsError.self) { try readRows([path]) }
        let sentence = "\(path):\(line): the line or row that starts here has more than 134217728 bytes"
        #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
    }

    @Test("A file of several gzip members, also one a byte, is read to the end")
    func members() throws {
        let members = try ["text,la", "bel\na,", "1\n", "b,2\n"].flatMap { try gzip($0) }
        let rows = try readRows([try folder.write("c.csv.gz", members)])
        #expect(rows.map { $0["label"] } == [.string("1"), .string("2")])
        let tiny = try "n\n12\n34".flatMap { try gzip(String($0)) }
        #expect(
            try readRows([try folder.write("d.tsv.gz", tiny)]).map { $0["n"] } == [
                .string("12"), .string("34"),
            ])
    }

    @Test("A truncated file is an error, wherever it is cut")
    func truncated() throws {
        let whole = try gzip(Self.rows(300))
        let expected = "t.jsonl.gz ends in the middle of its gzip data: the file is truncated; copy it again."
        for length in [1, 5, 10, 11, whole.count / 2, whole.count - 9, whole.count - 8, whole.count - 1] {
            #expect(
                try folder.message("t.jsonl.gz", Array(whole[..<length]))
                    == expected,
                "cut at \(length) of \(whole.count)")
        }
        #expect(try folder.message("t.jsonl.gz", whole + whole[..<20]) == expected)
        #expect(try folder.message("e.jsonl.gz", "") == "e.jsonl.gz is empty: expected at least one row.")
    }

    @Test("Data that is no gzip, or fails its checks, is an error")
    func corrupt() throws {
        let advice = "copy it again, or drop the .gz ending if it is plain."
        #expect(
            try folder.message("t.jsonl.gz", "{\"a\": 1}\n")
                == "t.jsonl.gz is no valid gzip file (incorrect header check): \(advice)")
        var whole = try gzip(Self.rows(300))
        whole[whole.count - 8] ^= 1
        #expect(
            try folder.message("t.jsonl.gz", whole)
                == "t.jsonl.gz is no valid gzip file (incorrect data check): \(advice)")
        whole[whole.count - 8] ^= 1
        whole[whole.count - 1] ^= 1
        #expect(
            try folder.message("t.jsonl.gz", whole)
                == "t.jsonl.gz is no valid gzip file (incorrect length check): \(advice)")
        whole[whole.count - 1] ^= 1
        #expect(
            try folder.message("t.jsonl.gz", whole + [1, 2, 3])
                == "t.jsonl.gz is no valid gzip file (incorrect header check): \(advice)")
    }
}
