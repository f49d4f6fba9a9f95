// Rows of a text from elsewhere than a file: objects or texts, a line each.

import Datasets
import JSON
import Testing

@Suite struct TextRowTests {
    private func rows(_ text: String, column: String?) throws -> [Row] {
        var rows: [Row] = []
        try RowReader(bytes: Array(text.utf8), name: "standard input", column: column).forEachRow {
            (row) throws(DatasetsError) in rows.append(row)
        }
        return rows
    }

    @Test(
        "lines that begin with a brace are objects, whatever white space stands before the first",
        arguments: ["", " ", "\t", "\n", "\r\n", " \t\r\n \n"])
    func objects(space: String) throws {
        for column in ["text", nil] {
            let lines = "{\"text\": \"a\", \"label\": 1}\n{\"text\": \"b\"}\n"
            let found = try rows(space + lines, column: column)
            #expect(found.map { $0["text"] } == [.string("a"), .string("b")])
            #expect(found[0]["label"] == .integer(1))
            #expect(found[1].source.line == found[0].source.line + 1)
        }
    }

    @Test("other lines are texts of the column that is asked for")
    func texts() throws {
        let found = try rows("one {text}\n\"two\"\n", column: "sentence")
        #expect(found.map { $0["sentence"] } == [.string("one {text}"), .string("\"two\"")])
        #expect(found.map(\.source.line) == [1, 2])
    }

    @Test("texts where a row needs several columns, and no text at all, are refused")
    func refusals() throws {
        #expect(
            try message { _ = try rows("one\n", column: nil) }
                .hasPrefix("standard input: a text alone is no row of this task"))
        #expect(
            try message { _ = try rows("", column: "text") }
                == "standard input is empty: expected at least one row.")
    }
}
