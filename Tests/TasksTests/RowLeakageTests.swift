// Validation rows that are found again in the training rows: by references, or by inputs with their labels.

import Arguments
import Datasets
import JSON
import Tasks
import Testing

@Suite struct RowLeakageTests {
    private func row(_ line: Int, _ fields: JSONObject, isLine: Bool = false) -> Row {
        Row(fields: fields, source: RowSource(file: "rows.jsonl", line: line), isLine: isLine)
    }

    private func leakage(
        _ task: ModelArguments.TaskName, _ training: [JSONObject], _ evaluated: [JSONObject]
    ) throws -> [UInt8] {
        var run = RunArguments()
        run.model.task = task
        func reader(_ rows: [JSONObject]) -> RowReader {
            RowReader(rows.enumerated().map { row($0 + 1, $1) })
        }
        return try RowLeakage(training: reader(training), evaluated: reader(evaluated)) {
            try run.leakageKeys(of: $0)
        }.isKnown
    }

    @Test("A summary that stands in the training rows is known, whatever its document and spacing")
    func summaries() throws {
        let training: [JSONObject] = [
            ["document": "a", "summary": "The court decided."], ["document": "b", "summary": "No."],
        ]
        let evaluated: [JSONObject] = [
            ["document": "x", "summary": " The  court\ndecided. "], ["document": "a", "summary": "Yes."],
            ["document": "y", "summary": "the court decided."], ["document": "z", "summary": "No."],
            ["document": "y", "summary": "No."],
        ]
        #expect(try leakage(.summarization, training, evaluated) == [1, 0, 0, 1, 1])
        #expect(try leakage(.extractiveSummarization, training, evaluated) == [1, 0, 0, 1, 1])
    }

    @Test("A text with the same label is known, and with another label it is new") func labels() throws {
        let training: [JSONObject] = [["text": "good", "label": "p"], ["text": "bad", "label": "n"]]
        let evaluated: [JSONObject] = [
            ["text": "good", "label": "p"], ["text": "good", "label": "n"], ["text": "fine", "label": "p"],
        ]
        #expect(try leakage(.textClassification, training, evaluated) == [1, 0, 0])
    }

    @Test("The sentence has count, share and files, and nothing is said of rows that are all new")
    func sentence() {
        let some = RowLeakage(isKnown: [1, 0, 1, 0, 0, 0, 0, 0])
        #expect(some.knownCount == 2 && some.newCount == 6)
        #expect(
            some.sentence("references", evaluated: ["v.jsonl"], training: ["t.jsonl"])
                == "2 of 8 references of v.jsonl (25%) stand word for word in t.jsonl")
        let none = RowLeakage(isKnown: [0, 0])
        #expect(none.sentence("rows", evaluated: ["v"], training: ["t"]) == nil)
    }

    @Test("Lines that are joined are no rows of their own") func joinedLines() throws {
        var run = RunArguments()
        run.model.task = .causalLM
        #expect(try run.leakageKeys(of: row(1, ["text": "}"], isLine: true)) == [])
        run.data.lineByLine = true
        #expect(run.knowsRowsAgain(row(1, ["text": "}"], isLine: true)))
        run.data.lineByLine = false
        #expect(try run.leakageKeys(of: row(1, ["text": "a text"])) == ["a text"])
    }
}
