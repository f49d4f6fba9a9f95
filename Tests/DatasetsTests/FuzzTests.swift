// Data files of every kind, plain and compressed, damaged at random: rows or a refusal by name; random rows
// read back.

import Datasets
import Foundation
import JSON
import TestSupport
import Testing

/// Reads all rows of a file with this ending.
private func rowFiles(_ ending: String, _ samples: [[UInt8]], words: String) throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    return FuzzedFormat(
        "rows.\(ending)", samples: samples, words: words, place: folder.path + "/x." + ending
    ) { input in
        let rows = try RowReader(patterns: [try folder.write("x." + ending, input)]).makeIterator()
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
    return try rowFiles("csv", [Array(text.utf8), Array("a\nb\n".utf8)], words: "\" \"\" , ,, \",\" \"x \t")
}

private func compressed() throws -> FuzzedFormat {
    // Python: gzip.compress(b'{"text": "one"}\n', mtime=0); also twice, as two members.
    let text = "H4sIAAAAAAACA6tWKkmtKFGyUlDKz0tVquUCAG0D0QYQAAAA"
    let sample = [UInt8](try #require(Data(base64Encoded: text)))
    return try rowFiles("jsonl.gz", [sample, sample + sample], words: "\u{1F} \u{8}")
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
