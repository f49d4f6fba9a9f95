// What readers say about files and rows that are not as they should be.

import Datasets
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct RowReaderErrorTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func openingMessage(_ patterns: [String]) throws -> String {
        try message { _ = try RowReader(patterns: patterns) }
            .replacingOccurrences(of: folder.path + "/", with: "")
    }

    @Test("Files that are not there, patterns without a match, folders and unknown endings are errors")
    func files() throws {
        try folder.write("sub/a.jsonl", "{}")
        let text = try folder.write("a.doc", "a")
        let good = try folder.write("a.jsonl", "{}")
        let path = folder.path + "/"
        #expect(
            try openingMessage([path + "none.jsonl"])
                == "No such file: none.jsonl. Give a path relative to the folder where the command runs,"
                + " or an absolute one.")
        #expect(
            try openingMessage([path + "*.csv"])
                == "The pattern *.csv matches no file; check the folder and the ending.")
        #expect(
            try openingMessage([path + "none/*.csv"])
                == "The pattern none/*.csv matches no file; check the folder and the ending.")
        #expect(
            try openingMessage([path + "sub"])
                == "sub is a folder, but a data file is expected; for all its files write sub/*.jsonl.")
        #expect(
            try openingMessage([text])
                == "a.doc has an unknown ending: expected .jsonl, .ndjson, .json, .csv, .tsv or .txt, plain or with"
                + " .gz or .zst; convert or rename the file.")
        #expect(
            try openingMessage([good, path + "*.jsonl"])
                == "The file a.jsonl is named twice, so its rows would count twice; name it once.")
        #expect(try openingMessage([]) == "No data file is given; name at least one path or pattern.")
    }

    @Test("A file that vanishes after it was found is an error")
    func vanished() throws {
        let path = try folder.write("a.jsonl", "{}")
        let reader = try RowReader(patterns: [path])
        try folder.remove("a.jsonl")
        #expect(try message { _ = try reader.makeIterator().next() }.hasPrefix("No such file: \(path)"))
    }

    @Test(
        "A file without rows is an error",
        arguments: [
            ("a.jsonl", ""), ("a.jsonl", "\n \n"), ("a.json", ""), ("a.json", " \n"), ("a.json", "[]"),
            ("a.json", "{\"data\": []}"), ("a.csv", ""), ("a.csv", "\r\n"), ("a.csv", "text,label\n"),
            ("a.tsv", "\u{FEFF}"),
        ])
    func noRows(name: String, text: String) throws {
        #expect(try folder.message(name, text) == "\(name) is empty: expected at least one row.")
    }

    @Test("An error in a text that is one JSON value names the line and column in it")
    func wholeText() throws {
        for (text, place) in [("{\"a\" 2}", "1, column 6"), ("{\n\n \"é\" 2}", "3, column 6")] {
            #expect(
                try message { _ = try JSONValue(json: Array(text.utf8), name: "items.json") }
                    == "items.json:\(place): no valid JSON: expected ':', found '2'.")
        }
    }

    @Test("A line that is no JSON, or no object, is reported with line and column")
    func jsonLines() throws {
        #expect(
            try folder.message("a.jsonl", "{\"a\": 1}\n\n{\"é\": 2 \"b\": 3}\n")
                == "a.jsonl:3, column 9: no valid JSON: expected ',' or '}', found '\"'.")
        #expect(
            try folder.message("a.jsonl", "{\"a\": 1\n}")
                == "a.jsonl:1, column 8: no valid JSON: expected ',' or '}', found the end.")
        #expect(
            try folder.message("a.jsonl", "{\"a\": 1}\n[1]\n")
                == "a.jsonl:2: expected a JSON object with one value a column, found a list.")
        #expect(
            try folder.message("a.jsonl", "\"text\"")
                == "a.jsonl:1: expected a JSON object with one value a column, found the string \"text\".")
        #expect(
            try folder.message("a.jsonl", "{\"a\": 1} {\"a\": 2}")
                == "a.jsonl:1, column 10: no valid JSON: expected nothing more after the value, found '{'.")
    }

    static let badJSON: [(String, String)] = [
        ("[{\"a\": 1},\n{\"a\" 2}]", "a.json:2, column 6: no valid JSON: expected ':', found '2'."),
        ("[{\"a\": 1}\n{\"a\": 2}]", "a.json:2, column 1: no valid JSON: expected ',' or ']', found '{'."),
        ("[{\"a\": 1},]", "a.json:1, column 11: no valid JSON: expected a value, found ']'."),
        ("[{\"a\": 1}", "a.json:1, column 10: no valid JSON: expected ',' or ']', found the end."),
        (
            "[{\"a\": 1}] x",
            "a.json:1, column 12: no valid JSON: expected nothing more after the value, found 'x'."
        ),
        ("[{},\n3]", "a.json:2: expected a JSON object with one value a column, found the number 3."),
        ("{\"data\": [{}]", "a.json:1, column 14: no valid JSON: expected ',' or '}', found the end."),
        (
            "{\"data\": [{}],\n\"data\": [{}]}",
            "a.json:2: the key \"data\" occurs a second time; keep one list of rows."
        ),
        (
            "{\"data\": {}}",
            "a.json:1: expected an array of objects, or an object with such an array under \"data\","
                + " found an object without such a \"data\"; name the file .jsonl if it holds one"
                + " object a line."
        ),
        (
            "\n{\"a\": 1}\n{\"a\": 2}",
            "a.json:2: expected an array of objects, or an object with such an array under \"data\","
                + " found an object without such a \"data\"; name the file .jsonl if it holds one"
                + " object a line."
        ),
        (
            "7",
            "a.json:1: expected an array of objects, or an object with such an array under \"data\","
                + " found the number 7; name the file .jsonl if it holds one object a line."
        ),
        (
            "{}",
            "a.json:1: expected an array of objects, or an object with such an array under \"data\","
                + " found an object without such a \"data\"; name the file .jsonl if it holds one"
                + " object a line."
        ),
    ]

    @Test(
        "A JSON file that is not well-formed or has no row list is reported with its place",
        arguments: badJSON)
    func json(text: String, expected: String) throws {
        #expect(try folder.message("a.json", text) == expected)
    }

    static let badCSV: [(String, String)] = [
        (
            "a,b\n1,2\n3\n",
            "a.csv:3: expected 2 fields as in the header, found 1; put fields that hold a separator"
                + " or a line break"
                + " in double quotes."
        ),
        (
            "a,b\n\"1\n\n2\",2,3\n",
            "a.csv:2: expected 2 fields as in the header, found 3; put fields that hold a separator"
                + " or a line break"
                + " in double quotes."
        ),
        (
            "a,b\n\"x\ny\",\"2\n3,4\n",
            "a.csv:3: a double quote is opened here and never closed; close it, or double a quote"
                + " that is text."
        ),
        (
            "a,\"b",
            "a.csv:1: a double quote is opened here and never closed; close it, or double a quote"
                + " that is text."
        ),
        (
            "a,b\n1,\"é\n\"x\n",
            "a.csv:3, column 2: after a closing quote expected a separator or the end of the row, found 'x';"
                + " double a quote that is part of the text."
        ),
        ("a,b,a\n1,2,3", "a.csv:1: the header names the column \"a\" twice; rename one."),
    ]

    @Test(
        "A CSV row that does not fit its header or its quotes is reported with its place", arguments: badCSV)
    func csv(text: String, expected: String) throws {
        #expect(try folder.message("a.csv", text) == expected)
    }

    @Test(
        "Invalid UTF-8 is reported with line and byte offset in the file",
        arguments: ["a.jsonl", "a.json", "a.csv"])
    func invalidUTF8(name: String) throws {
        let before: [String: String] = [
            "a.jsonl": "{\"a\": \"é\"}\n{\"a\": \"x", "a.json": "[{\"a\": \"é\"},\n{\"a\": \"x",
            "a.csv": "a\né\n\"x",
        ]
        let start = Array((before[name] ?? "").utf8)
        let line = name == "a.csv" ? 3 : 2
        let message = try folder.message(name, start + [0xFF, 0x22, 0x7D, 0x0A])
        #expect(
            message
                == "\(name):\(line): invalid UTF-8 at byte offset \(start.count) of the file;"
                + " save the file as UTF-8" + (name == "a.csv" ? ", or set csv_encoding." : "."))
    }

    @Test("The byte offset counts from the start of a file of many chunks")
    func lateInvalidUTF8() throws {
        let lines = Array(String(repeating: "{\"a\": \"0123456789\"}\n", count: 40_000).utf8)
        let message = try folder.message("a.jsonl", lines + Array("{\"a\": \"".utf8) + [0x80, 0x22, 0x7D])
        #expect(
            message.hasPrefix("a.jsonl:40001: invalid UTF-8 at byte offset \(lines.count + 7) of the file"))
        let csv = Array(("é\n" + String(repeating: "0123456789\n", count: 60_000)).utf8)
        let csvMessage = try folder.message("a.csv", csv + [0x78, 0xC3])
        #expect(
            csvMessage.hasPrefix("a.csv:60002: invalid UTF-8 at byte offset \(csv.count + 1) of the file"))
    }
}
