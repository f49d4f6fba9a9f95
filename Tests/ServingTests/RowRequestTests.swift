// Tasks whose answers are those of `predict`: texts and questions, alone and in lists.

import Datasets
import Evaluation
import JSON
import Serving
import Testing
import WebServing

/// Answers with the words of its row, so that a test sees what a model would read.
private final class EchoPredictor: Predictor {
    let columns: [String]

    init(columns: [String]) { self.columns = columns }

    func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        rows.map { row in
            if row[columns[0]] == "unfit" { return RowPrediction(skipped: "inputs, line 1: unfit") }
            let words = columns.map { row[$0]?.string ?? "?" }
            return RowPrediction(prediction: .string(words.joined(separator: "|")), score: 0.5)
        }
    }

    func input(of row: Row) throws -> String { "" }
    func references(of row: Row) throws -> [String] { [] }
}

private func caller(_ inputs: RowService.Inputs, _ columns: [String], writesText: Bool = false) -> Caller {
    let worker = SharedWorker(
        RowWorker(EchoPredictor(columns: columns), weights: []), largestBatch: 64)
    let rows = RowService(writesText: writesText, inputs: inputs, worker: worker)
    return Caller(
        model: ServedModel(
            name: "echo", type: "toy", kind: .rows(rows), created: 0, tokenizer: WordTokenizer(),
            maxInputLength: 40))
}

@Suite struct RowRequestTests {
    @Test("a question with its context gets an answer with its probability; a list a list of them")
    func questions() async throws {
        let caller = caller(.question(column: "q", context: "c"), ["q", "c"])
        let question = #"{"question": "who", "context": "Ann did"}"#
        let single = try await caller.ask("POST", "/predict", #"{"inputs": \#(question)}"#)
        #expect(single.status == 200 && single.json == ["score": 0.5, "answer": "who|Ann did"])
        let list = try await caller.ask("POST", "/score", #"{"inputs": [\#(question), \#(question)]}"#)
        #expect(list.json == .array([single.json, single.json]))
    }

    @Test("what is no question is refused with what it must hold")
    func unfitQuestions() async throws {
        let caller = caller(.question(column: "q", context: "c"), ["q", "c"])
        for body in [
            #"{"inputs": "who"}"#, #"{"inputs": {"question": "who"}}"#,
            #"{"inputs": {"question": "who", "context": 3}}"#,
        ] {
            let refused = try await caller.ask("POST", "/predict", body)
            #expect(refused.status == 422)
            #expect(refused.json["error"]?.string?.contains(#"{"question": …, "context": …}"#) == true)
        }
        let other = try await caller.ask(
            "POST", "/predict", #"{"inputs": {"question": "a", "context": "b", "top_k": 3}}"#)
        #expect(other.status == 422 && other.json["error"]?.string?.contains("top_k") == true)
        let empty = try await caller.ask(
            "POST", "/predict", #"{"inputs": {"question": "", "context": "b"}}"#)
        #expect(empty.status == 400)
        let many = Array(repeating: #"{"question": "a", "context": "b"}"#, count: 33)
        let refused = try await caller.ask(
            "POST", "/predict", #"{"inputs": [\#(many.joined(separator: ","))]}"#)
        #expect(refused.status == 413)
    }

    @Test("texts stand in the column of their task; a row that a model leaves out is the request's fault")
    func texts() async throws {
        let labels = caller(.text(column: "text"), ["text"])
        let label = try await labels.ask("POST", "/predict", #"{"inputs": ["a b", "c"]}"#)
        #expect(label.json == [[["score": 0.5, "label": "a b"]], [["score": 0.5, "label": "c"]]])
        #expect(try await labels.ask("POST", "/predict", #"{"inputs": "unfit"}"#).status == 422)
        #expect(try await labels.ask("POST", "/predict", #"{"inputs": 3}"#).status == 422)
        let written = caller(.text(column: "document"), ["document"], writesText: true)
        let text = try await written.ask("POST", "/generate", #"{"inputs": "a b"}"#)
        #expect(text.json == ["generated_text": "a b"])
    }
}
