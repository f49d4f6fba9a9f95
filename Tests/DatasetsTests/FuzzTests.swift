// Data files of every kind, plain and compressed, damaged at random: rows or a refusal by name; random rows
// read back.

import Datasets
import Foundation
import JSON
import TestSupport
import Testing

/// Reads all rows of a file with this ending, of the bytes that `pack` makes of an input.
private func rowFiles(
    _ ending: String, _ samples: [[UInt8]], words: String, pack: @escaping ([UInt8]) -> [UInt8] = { $0 }
) throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    return FuzzedFormat(
        "rows.\(ending)", samples: samples, words: words, place: folder.path + "/x." + ending
    ) { input in
        let rows = try RowReader(patterns: [try folder.write("x." + ending, pack(input))]).makeIterator()
        while let row = try rows.next() {
            guard row.source.line > 0, row.fields.names.count == row.fields.values.count else {
                throw FuzzFailure("a row at line \(row.source.line)")
            }
        }
    }
}

private let objects = """
    {"text": "one", "label": 1, "n": [1.5, null]}
    {"text": "tw\\u00f6 \\n", "label": 0}

    """

private func jsonLines() throws -> FuzzedFormat {
    try rowFiles("jsonl", [Array(objects.utf8)], words: "{ } [ ] : , \" \\u \"a\":{ null 1e5")
}

private func jsonList() throws -> FuzzedFormat {
    let list = #"[{"text": "one", "label": 1}, {"text": "two", "label": 0}]"#
    let wrapped = "{\"version\": {\"a\": [1]}, \"data\": \(list), \"z\": 1}\n"
    return try rowFiles(
        "json", [Array(list.utf8), Array(wrapped.utf8)],
        words: "{ } [ ] : , \" \"data\": \"data\":[ [{ }] null")
}

private func delimited() throws -> FuzzedFormat {
    let text = "text,label\r\n\"one, \"\"quoted\"\"\nline\",1\r\ntwo,0\n"
    let others = [
        "a\nb\n", "sep=;\r\na;b;;\r\n1;\"x;\ny\";;\r\n;;;\r\n", "\u{FEFF}a|b\r1|é\r2|\"\"\r",
        "a\tb\n\"1\"\t2\n\n",
    ]
    // A word that is no UTF-8, and a text in UTF-16 with its mark.
    let foreign: [[UInt8]] = [
        Array("a,b\n".utf8) + [0xE9, 0x2C, 0x31, 0x0A],
        [0xFF, 0xFE] + "a,b\n1,é\n".utf16.flatMap { [UInt8($0), 0] },
    ]
    return try rowFiles(
        "csv", [Array(text.utf8)] + others.map { Array($0.utf8) } + foreign,
        words: "\" \"\" , ,, \",\" \"x \t ; | sep=; [1] \r")
}

private func compressed() throws -> FuzzedFormat {
    // Python: gzip.compress(b'{"text": "one"}\n', mtime=0); also twice, as two members.
    let text = "H4sIAAAAAAACA6tWKkmtKFGyUlDKz0tVquUCAG0D0QYQAAAA"
    let sample = [UInt8](try #require(Data(base64Encoded: text)))
    // Texts are packed when they are read, with the right checksums, so that damage is not all found by them.
    return try rowFiles(
        "jsonl.gz", [sample, sample + sample, Array(objects.utf8)], words: "\u{1F} \u{8} { } [ ] : , \""
    ) { $0.starts(with: [0x1F, 0x8B]) || $0.isEmpty ? $0 : stored($0) }
}

/// The bytes as a gzip file (RFC 1952) of stored blocks (RFC 1951, 3.2.4).
private func stored(_ bytes: [UInt8]) -> [UInt8] {
    func integer(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    var crc = UInt32.max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    for start in stride(from: 0, to: bytes.count, by: 0xFFFF) {
        let block = bytes[start..<min(start + 0xFFFF, bytes.count)]
        packed.append(start + block.count == bytes.count ? 1 : 0)
        packed += integer(block.count, 2) + integer(~block.count, 2) + block
    }
    return packed + integer(Int(~crc), 4) + integer(bytes.count, 4)
}

@Suite struct FuzzTests {
    @Test("damaged JSON Lines are read or refused by name")
    func damagedJSONLines() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("rows.jsonl"))") {
            try Fuzzing.run(jsonLines(), inputs: 8_000)
        }
    }

    @Test("a damaged JSON file is read or refused by name")
    func damagedJSON() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("rows.json"))") {
            try Fuzzing.run(jsonList(), inputs: 8_000)
        }
    }

    @Test("a damaged CSV file is read or refused by name")
    func damagedCSV() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("rows.csv"))") {
            try Fuzzing.run(delimited(), inputs: 8_000)
        }
    }

    @Test("a damaged compressed file is read or refused by name")
    func damagedGzip() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("rows.jsonl.gz"))") {
            try Fuzzing.run(compressed(), inputs: 3_000)
        }
    }

    @Test("a header of very many columns is checked in no time")
    func manyColumns() throws {
        let folder = try TemporaryFolder()
        let columns = (0..<60_000).map { "c\($0)" }
        let line = columns.joined(separator: ",") + "\n"
        #expect(try folder.rows("x.csv", line + line).map(\.fields.names) == [columns])
    }

    @Test("random cells of a CSV file and random texts of JSON Lines read back equal")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        for seed in 0..<300 {
            var random = FuzzRandom(seed: 5, input: seed)
            // U+FEFF at the start of a file is its byte order mark; the first cell is a column's name.
            // A row of empty cells alone is no row.
            let cells = (0..<random.number(1...6)).map { _ in
                ["x" + random.text(limit: 20), random.text(limit: 9)]
            }
            // By scalars: a quote with an accent behind it is one character.
            let quoted = { (text: String) in
                "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
            }
            let lines = cells.map { $0.map(quoted).joined(separator: ",") + "\r\n" }
            let csv = try folder.rows("x.csv", "a,b\n" + lines.joined())
            #expect(csv.map(\.fields.values) == cells.map { $0.map { .string($0) } }, "seed \(seed)")
            let rows = cells.map { JSONObject(names: ["a", "b"], values: $0.map { .string($0) }) }
            let json = try folder.rows("x.jsonl", rows.map { JSONValue.object($0).json + "\n" }.joined())
            #expect(json.map(\.fields) == rows, "seed \(seed)")
        }
    }
}
