// Reading each file format.

import Datasets
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct RowReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(
        "JSON Lines are read with line numbers, blank lines, CR LF, a byte order mark and no last line feed",
        arguments: ["rows.jsonl", "rows.ndjson", "ROWS.JSONL"])
    func jsonLines(name: String) throws {
        let rows = try folder.rows(name, "\u{FEFF}{\"a\": 1}\r\n\r\n  \n{\"a\": \"é\\n\"}\n{\"a\": [2]}")
        #expect(rows.map { $0["a"] } == [.integer(1), .string("é\n"), .array([.integer(2)])])
        #expect(rows.map(\.source.line) == [1, 4, 5])
        #expect(rows[0].source.file == folder.path + "/" + name)
        #expect(rows[0].hasTypes)
    }

    @Test(
        "Files called .jsonl that hold a list of rows, or rows over several lines, are read with their lines",
        arguments: [
            ("[{\"a\": 1}, {\"a\": 2}]", [1, 1]), ("[\n  {\"a\": 1},\n  {\"a\": 2}\n]\n", [2, 3]),
            ("\n[{\"a\": 1},\n{\"a\": 2}]", [2, 3]), ("[{\"a\": 1}\n, {\"a\": 2}]", [1, 2]),
            ("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n", [1, 4]), ("{\"b\": 0,\n\"a\": 1}\n{\"a\": 2}", [1, 3]),
            ("\u{FEFF}\n\n{\r\n\"a\": 1}\r\n\r\n{\"a\": 2}\r\n", [3, 6]),
            ("{\"a\": 1}\n{\"a\": 2}\n", [1, 2]), ("{\"c\": [\n1], \"a\": 1} {\"a\": 2}", [1, 2]),
            ("[[1], {\"a\": 1}]", []), ("{\"a\": 1\n}", []), ("[]", []), ("{\"a\": \"x\n", []),
        ])
    func documents(text: String, lines: [Int]) throws {
        guard !lines.isEmpty else {
            // What is no document of rows stays a broken line.
            #expect(throws: DatasetsError.self) { try folder.rows("a.jsonl", text) }
            return
        }
        let rows = try folder.rows("a.jsonl", text)
        #expect(rows.map { $0["a"] } == [.integer(1), .integer(2)])
        #expect(rows.map(\.source.line) == lines)
    }

    @Test("A JSON array of objects is read with the line on which each starts")
    func jsonArray() throws {
        let rows = try folder.rows("a.json", "\u{FEFF}\n[\n {\"a\": 1},\n {\n\"a\": 2}\n , {\"a\": 3}]\n")
        #expect(rows.map { $0["a"] } == [.integer(1), .integer(2), .integer(3)])
        #expect(rows.map(\.source.line) == [3, 4, 6])
    }

    @Test("A JSON object's list under \"data\" is read, whatever stands around it")
    func jsonData() throws {
        let text =
            "{\"version\": {\"data\": [0]}, \"x\": [1, 2],\n\"data\": [{\"a\": 1},\n{\"a\": 2}],"
            + " \"end\": null}"
        let rows = try folder.rows("a.json", text)
        #expect(rows.map { $0["a"] } == [.integer(1), .integer(2)])
        #expect(rows.map(\.source.line) == [2, 3])
        #expect(try folder.rows("b.json", "{\"data\":[{}]}").count == 1)
    }

    @Test("CSV is read with quotes, embedded separators, line breaks and quotes, CR LF and a byte order mark")
    func csv() throws {
        let text =
            "\u{FEFF}id,\"te,xt\",label\r\n1,\"a, \"\"b\"\"\",x\r\n2,\"line 1\r\nline 2\n\nline 4\",\r\n\r\n"
            + "3,5\" disk é,\"\"\r\n,\"\"\"\",last"
        let rows = try folder.rows("a.csv", text)
        #expect(rows.map { $0["id"] } == [.string("1"), .string("2"), .string("3"), .string("")])
        #expect(
            rows.map { $0["te,xt"] } == [
                .string("a, \"b\""), .string("line 1\r\nline 2\n\nline 4"), .string("5\" disk é"),
                .string("\""),
            ])
        #expect(rows.map { $0["label"] } == [.string("x"), .string(""), .string(""), .string("last")])
        #expect(rows.map(\.source.line) == [2, 3, 8, 9])
        #expect(!rows[0].hasTypes)
        #expect(rows[0].jsonLine() == #"{"id": "1", "te,xt": "a, \"b\"", "label": "x"}"#)
    }

    @Test("TSV is read with tabs as separators and commas as text, a line of tabs alone is no row")
    func tsv() throws {
        let rows = try folder.rows("a.tsv", "text\tlabel\na,b\t0\n\"c\td\"\t1\n\t\n")
        #expect(rows.map { $0["text"] } == [.string("a,b"), .string("c\td")])
        #expect(rows.map { $0["label"] } == [.string("0"), .string("1")])
    }

    @Test("Rows longer than a chunk, and a file of many chunks, are read whole")
    func longRows() throws {
        let long = String(repeating: "ä\"", count: 400_000)
        let json = JSONValue.string(long).json
        let lines = (0..<20_000).map { "{\"text\": \"row \($0) \(String(repeating: "x", count: $0 % 60))\"}" }
        let rows = try folder.rows(
            "a.jsonl", lines.joined(separator: "\n") + "\n{\"text\": \(json)}\n{\"text\": \"z\"}")
        #expect(rows.count == 20_002)
        #expect(rows[20_000]["text"] == .string(long))
        #expect(rows[20_001].source.line == 20_002)
        #expect(rows[19_999]["text"] == .string("row 19999 " + String(repeating: "x", count: 19_999 % 60)))
        let quoted = long.replacingOccurrences(of: "\"", with: "\n\"\"")
        let csv = try folder.rows("a.csv", "text,n\n\"\(quoted)\",1\nz,2\n")
        #expect(csv[0]["text"] == .string(long.replacingOccurrences(of: "\"", with: "\n\"")))
        #expect(csv[1].source.line == 400_003)
    }

    @Test("Several patterns give the files in order, those of one pattern sorted")
    func patterns() throws {
        for name in ["b2.jsonl", "b10.jsonl", "a.jsonl", "sub/c.jsonl", "sub/d.jsonl", ".hidden.jsonl"] {
            try folder.write(name, "{\"n\": \"\(name)\"}\n")
        }
        func names(_ patterns: String...) throws -> [String] {
            try RowReader(patterns: patterns.map { folder.path + "/" + $0 }).files
                .map { String($0.dropFirst(folder.path.count + 1)) }
        }
        #expect(try names("*.jsonl") == ["a.jsonl", "b10.jsonl", "b2.jsonl"])
        #expect(try names("b?.jsonl", "a.jsonl") == ["b2.jsonl", "a.jsonl"])
        #expect(try names("sub/*", ".h*") == ["sub/c.jsonl", "sub/d.jsonl", ".hidden.jsonl"])
    }

    @Test("Classes, folders and literal brackets match as in a shell")
    func patternClasses() throws {
        for name in [
            "a1.csv", "b1.csv", "b12.csv", "-.csv", "]x.csv", "x[1].csv", "d1/r.csv", "d2/r.csv", "d2/s.csv",
        ] {
            try folder.write(name, "n\n1\n")
        }
        func names(_ patterns: String...) throws -> [String] {
            try RowReader(patterns: patterns.map { folder.path + "/" + $0 }).files
                .map { String($0.dropFirst(folder.path.count + 1)) }
        }
        #expect(try names("[ab]1.csv") == ["a1.csv", "b1.csv"])
        #expect(try names("[!a]1*.csv") == ["b1.csv", "b12.csv"])
        #expect(try names("[a-c]?2.csv") == ["b12.csv"])
        #expect(try names("[]]x.csv") == ["]x.csv"])
        #expect(try names("[a-].csv") == ["-.csv"])
        #expect(try names("x[1].csv") == ["x[1].csv"])
        #expect(try names("d?/r.csv") == ["d1/r.csv", "d2/r.csv"])
        #expect(try names("d*/*.csv") == ["d1/r.csv", "d2/r.csv", "d2/s.csv"])
        #expect(try names("*1*2*.csv") == ["b12.csv"])
    }

    @Test("Rows of several files and formats come one after the other, and again from a second iterator")
    func severalFiles() throws {
        let files = [
            try folder.write("a.jsonl", "{\"n\": \"1\"}\n{\"n\": \"2\"}"),
            try folder.write("b.csv", "n\n3\n"),
            try folder.write("c.json", "[{\"n\": \"4\"}]"),
        ]
        let reader = try RowReader(patterns: files)
        for _ in 0..<2 {
            let rows = reader.makeIterator()
            var values: [JSONValue?] = []
            while let row = try rows.next() { values.append(row["n"]) }
            #expect(values == ["1", "2", "3", "4"].map { .string($0) })
        }
    }
}
