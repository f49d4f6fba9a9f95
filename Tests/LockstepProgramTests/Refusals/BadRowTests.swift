// Rows that cannot be read, each with file and line.

import Foundation
import TestSupport
import Testing

@Suite struct BadRowTests {
    /// Ten good rows, then `line`, in a file for training or validation.
    private func expectRefusal(_ line: String, inKey key: String, saying sentence: String) throws {
        let workshop = try Workshop()
        let file = try workshop.write(ToyRow.rows(10).jsonLines + line + "\n", to: "rows.jsonl")
        try workshop.expectRefusal(
            training: key == "train_file" ? ["train_file": file] : ["validation_file": file],
            saying: file + sentence)
    }

    @Test("a row that is no JSON", arguments: ["train_file", "validation_file"])
    func noJSON(key: String) throws {
        try expectRefusal(
            #"{"text": "good", "label": positive}"#, inKey: key, saying: ":11, column 27: no valid JSON: ")
    }

    @Test("a row that lacks a column: the nearest name is offered, and the key to set")
    func noColumn() throws {
        try expectRefusal(
            #"{"text": "good", "labels": "positive"}"#, inKey: "train_file",
            saying: #":11: no column "label"; the row has "text", "labels"; did you mean "labels"? Set "#
                + "label_column to the column's name.")
        try expectRefusal(
            #"{"sentence": "good", "label": "positive"}"#, inKey: "validation_file",
            saying: #":11: no column "text"; the row has "sentence", "label". Set text_column to"#)
    }

    @Test("a label in the validation file that training does not know")
    func unknownLabel() throws {
        try expectRefusal(
            #"{"text": "good", "label": "positiv"}"#, inKey: "validation_file",
            saying: #":11: unknown label "positiv"; the known labels are "negative", "neutral", "#
                + #""positive"; did you mean "positive"? Correct the row, or"#)
    }

    @Test("invalid UTF-8")
    func invalidUTF8() throws {
        let workshop = try Workshop()
        let file = try workshop.write(ToyRow.rows(10).jsonLines, to: "rows.jsonl")
        var bytes = try workshop.bytes("rows.jsonl")
        let offset = bytes.count + 10
        bytes += Array("{\"text\": \"".utf8) + [0xFF] + Array("\", \"label\": \"neutral\"}\n".utf8)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        try workshop.expectRefusal(
            training: ["train_file": file],
            saying: "\(file):11: invalid UTF-8 at byte offset \(offset) of the file; save the file as UTF-8.")
    }

    @Test("an empty training file, and one that is not there")
    func emptyFile() throws {
        let workshop = try Workshop()
        let file = try workshop.write("", to: "empty.jsonl")
        try workshop.expectRefusal(
            training: ["train_file": file], saying: "\(file) is empty: expected at least one row.")
        try workshop.expectRefusal(
            training: ["train_file": workshop.path + "/none.jsonl"],
            saying: "No such file: \(workshop.path)/none.jsonl. Give a path relative to the folder where")
    }

    @Test("fewer rows than ranks")
    func fewRows() throws {
        let workshop = try Workshop(trainRows: 2)
        try workshop.expectRefusal(
            training: [:], ranks: 3,
            saying:
                "The data has 2 rows for 3 ranks, and every rank needs at least one; start at most 2 ranks,")
    }

    @Test("one label only")
    func oneLabel() throws {
        let workshop = try Workshop()
        let file = try workshop.write(ToyRow.rows(1).jsonLines, to: "one.jsonl")
        try workshop.expectRefusal(
            training: ["train_file": file],
            saying: "Column \"label\" holds only the label \"negative\"; classification needs at least two.")
    }

    @Test("a CSV row with another number of fields")
    func fieldCount() throws {
        let workshop = try Workshop()
        let file = try workshop.write(ToyRow.rows(3).csv + "3,good,but,positive\n", to: "rows.csv")
        try workshop.expectRefusal(
            training: ["train_file": file],
            saying: "\(file):5: expected 3 fields as in the header, found 4; put fields that hold a separator"
        )
    }

    @Test("a gzip file that was cut off")
    func truncatedGzip() throws {
        let workshop = try Workshop(trainRows: 300)
        let packed = try MPIRun.run(["gzip", "-k", workshop.path + "/train.jsonl"], timeoutSeconds: 10)
        try #require(packed.status == 0)
        let bytes = try workshop.bytes("train.jsonl.gz")
        let file = workshop.path + "/cut.jsonl.gz"
        try Data(bytes.prefix(bytes.count / 2)).write(to: URL(fileURLWithPath: file))
        try workshop.expectRefusal(
            training: ["train_file": file], saying: "\(file) ends in the middle of its gzip data")
    }
}
