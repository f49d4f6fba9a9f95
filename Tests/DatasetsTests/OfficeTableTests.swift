// Tables as office programs write them: separators, encodings, line ends and empty columns that RFC 4180 does
// not have.

import Datasets
import Files
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct OfficeTableTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The rows of a file as lists of their values, under the header's names.
    private func table(
        _ bytes: [UInt8], _ name: String = "t.csv", form: DelimitedForm = .detected
    ) throws -> (columns: [String], rows: [[String]], remarks: [String]) {
        let path = try folder.write(name, bytes)
        let reader = try RowReader(patterns: [path], form: form)
        var columns: [String] = []
        var rows: [[String]] = []
        try reader.forEachRow { (row) throws(DatasetsError) in
            columns = row.fields.names
            rows.append(
                try columns.map { (name) throws(DatasetsError) in try row.text(in: name, key: "text_column") }
            )
        }
        let remarks = try reader.remarks().map { $0.replacingOccurrences(of: folder.path + "/", with: "") }
        return (columns, rows, remarks)
    }

    private func table(_ text: String, _ name: String = "t.csv") throws -> (
        columns: [String], rows: [[String]], remarks: [String]
    ) { try table(Array(text.utf8), name) }

    @Test(
        "the separator is found from the header, a quoted one does not count",
        arguments: [
            ("text,label\na b,x\n", nil), ("text;label\na, b;x\n", "';'"), ("text\tlabel\na, b\tx\n", "tabs"),
            ("text|label\na, b|x\n", "'|'"), ("\"text;;;\",label\na b,x\n", nil),
            ("sep=;\r\ntext;label\r\na b;x\r\n", "';'"), ("sep=,\ntext,label\na b,x\n", nil),
        ])
    func separators(text: String, name: String?) throws {
        let (columns, rows, remarks) = try table(text)
        #expect(columns.last == "label" && columns.count == 2)
        #expect(rows.count == 1 && rows[0].count == 2 && rows[0][1] == "x")
        #expect(remarks == (name.map { ["t.csv: fields are separated by \($0)"] } ?? []))
    }

    @Test("one column without a separator is a table of one column")
    func oneColumn() throws {
        let (columns, rows, _) = try table("text\none\ntwo\n")
        #expect(columns == ["text"] && rows == [["one"], ["two"]])
    }

    @Test("a given separator beats the header")
    func given() throws {
        let bytes = Array("a;b;c,d\n1;2;3,4\n".utf8)
        #expect(
            try table(bytes, form: DelimitedForm(separator: UInt8(ascii: ","))).columns == ["a;b;c", "d"])
        #expect(try table(bytes).columns == ["a", "b", "c,d"])
    }

    @Test("umlauts in Windows-1252 are read as such, in the header too, and that is told")
    func windows1252() throws {
        // "Größe;Urteil\r\nschön – wirklich;gut\r\n" with an en dash, which Latin-1 has not.
        let bytes: [UInt8] =
            [0x47, 0x72, 0xF6, 0xDF, 0x65] + Array(";Urteil\r\nsch".utf8) + [0xF6] + Array("n ".utf8) + [0x96]
            + Array(" wirklich;gut\r\n".utf8)
        let (columns, rows, remarks) = try table(bytes)
        #expect(columns == ["Größe", "Urteil"])
        #expect(rows == [["schön – wirklich", "gut"]])
        #expect(remarks == ["t.csv: fields are separated by ';', text is Windows-1252"])
    }

    @Test("a quoted field in Windows-1252, and one that would be UTF-8 after others were not")
    func windows1252Fields() throws {
        let bytes =
            Array("text,label\n\"d".utf8) + [0xE9] + Array("j\"\"a\",x\nna".utf8) + [0xC3, 0xA9]
            + Array(",y\n".utf8)
        #expect(try table(bytes).rows == [["déj\"a", "x"], ["naÃ©", "y"]])
    }

    @Test(
        "a file that was UTF-8 before stays an error where it is not, and an encoding that is given is not guessed"
    )
    func broken() throws {
        let mixed = Array("text,label\né,x\n".utf8) + [0xE9] + Array(",y\n".utf8)
        #expect(try folder.message("a.csv", mixed).hasPrefix("a.csv:3: invalid UTF-8 at byte offset 16"))
        let latin = Array("text,label\n".utf8) + [0xE9] + Array(",y\n".utf8)
        #expect(throws: DatasetsError.self) { try table(latin, form: DelimitedForm(encoding: .utf8)) }
        let given = try table(mixed, form: DelimitedForm(encoding: .windows1252))
        #expect(given.rows == [["Ã©", "x"], ["é", "y"]])
    }

    @Test("the first letter that is no ASCII may stand in the last of many rows: it is read, and told")
    func lateLetter() throws {
        let bytes = Array("text,label\n".utf8) + Array(String(repeating: "plain,x\n", count: 60_000).utf8)
        let (_, rows, remarks) = try table(bytes + Array("sch".utf8) + [0xF6] + Array("n,y\n".utf8))
        #expect(rows.count == 60_001 && rows.last == ["schön", "y"])
        #expect(remarks == ["t.csv: text is Windows-1252"])
    }

    @Test("Excel's Unicode text is read by its byte order mark, pairs of units that a chunk splits too")
    func utf16() throws {
        let text = "text\tlabel\r\n" + String(repeating: "schön 🙂\tx\r\n", count: 40_000)
        for (mark, isLittle) in [([0xFF, 0xFE] as [UInt8], true), ([0xFE, 0xFF], false)] {
            let bytes = text.utf16.reduce(into: mark) { bytes, unit in
                let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
                bytes += isLittle ? [low, high] : [high, low]
            }
            let (columns, rows, _) = try table(bytes, "u.tsv")
            #expect(columns == ["text", "label"])
            #expect(rows.count == 40_000 && rows.allSatisfy { $0 == ["schön 🙂", "x"] })
        }
    }

    @Test("line ends of old Macintosh programs")
    func carriageReturns() throws {
        let (columns, rows, _) = try table("text,label\ra b,x\r\"c\rd\",y\r")
        #expect(columns == ["text", "label"])
        #expect(rows == [["a b", "x"], ["c\rd", "y"]])
    }

    @Test("columns without a name at the end and rows of nothing but separators are left out")
    func emptyColumns() throws {
        let (columns, rows, _) = try table("text;label;;;\na b;x;;;\n;;;;\nc;y\n;;;;\n")
        #expect(columns == ["text", "label"])
        #expect(rows == [["a b", "x"], ["c", "y"]])
        #expect(
            try folder.message("a.csv", "text,label,\na,x,surplus\n")
                == "a.csv:2: expected 2 fields as in the header, found 3; put fields that hold a separator or a line break "
                + "in double quotes.")
    }

    @Test("a gzip file is one whatever it is called")
    func gzip() throws {
        let plain = try folder.write("plain.csv", "text,label\na b,x\n")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-k", plain]
        try process.run()
        process.waitUntilExit()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: plain + ".gz")))
        #expect(try table(bytes, "renamed.csv").rows == [["a b", "x"]])
    }
}
