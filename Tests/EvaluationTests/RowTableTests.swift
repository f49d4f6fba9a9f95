// What is told of rows: their lines in files of predictions, figures by length, the worst of them.

import DataParallel
import Datasets
import Evaluation
import JSON
import Models
import Synchronization
import Testing

@Suite("Lines and tables of rows")
struct RowTableTests {
    private let loss = RowLoss(sum: 1.5, count: 3, correct: 2)

    @Test("the line of a row names what is known of it and nothing else")
    func lines() {
        let single = PredictedRow(
            number: 3, input: "a \"b\"", prediction: .string("l1"), score: 0.5, references: ["l0"],
            target: .label(0), predicted: .label(1), loss: RowLoss(sum: 0.25, count: 1, correct: 0))
        #expect(
            single.line == #"{"row": 3, "input": "a \"b\"", "prediction": "l1", "score": 0.5, "#
                + #""reference": "l0", "loss": 0.25}"#)
        let set = PredictedRow(
            number: 0, prediction: .array([]), references: ["l0"], target: .labels([0]),
            predicted: .labels([]))
        #expect(set.line == #"{"row": 0, "prediction": [], "reference": ["l0"]}"#)
        let texts = PredictedRow(
            number: 1, prediction: .string("t"), references: ["a", "b"], loss: loss)
        #expect(
            texts.line == #"{"row": 1, "prediction": "t", "reference": ["a", "b"], "loss": 0.5, "#
                + #""targets": 3, "correct_targets": 2}"#)
        let silent = PredictedRow(number: 2, loss: loss, text: .reference("what should be said"))
        #expect(
            silent.line == #"{"row": 2, "reference": "what should be said", "loss": 0.5, "targets": 3, "#
                + #""correct_targets": 2}"#)
        #expect(PredictedRow(number: 4, loss: loss, text: .input("i")).fields.map(\.name).first == "row")
        #expect(
            PredictedRow(number: 4, loss: RowLoss(sum: 0, count: 0, correct: 0)).line == #"{"row": 4}"#)
    }

    /// The result of rows on so many ranks, a row each in turn.
    private func result(
        _ kind: PredictionKind, _ rows: [PredictedRow], ranks: Int
    ) throws -> RowEvaluationResult {
        let found = Mutex<RowEvaluationResult?>(nil)
        try ThreadProcessGroup.run(size: ranks) { group in
            let evaluation = RowEvaluation(kind, group: group, seed: 1)
            for row in rows where row.number % group.size == group.rank { try evaluation.add(row) }
            let result = try evaluation.finish()
            if group.rank == 0 { found.withLock { $0 = result } }
        }
        return try #require(found.withLock { $0 })
    }

    @Test("inputs of 0, 1, 2 to 3, 4 to 7, … words have figures of their own", arguments: [1, 3])
    func lengths(ranks: Int) throws {
        let inputs = [" ", "one", "a b", "\ta\n b  c ", "a b c d", "1 2 3 4 5 6 7", "1 2 3 4 5 6 7 8"]
        let head = ClassificationHead(labels: ["l0", "l1"], problemType: .singleLabel)
        let rows = inputs.enumerated().map { number, input in
            PredictedRow(
                number: number, input: input, prediction: .string("l0"),
                score: number == 6 ? nil : 0.5 + 0.0625 * Double(number),
                references: ["l\(number % 2)"], target: .label(number % 2), predicted: .label(0))
        }
        let found = try result(.labels(head), rows, ranks: ranks)
        #expect(found.qualityName == "accuracy")
        #expect(found.lengths.map(\.words) == [0...0, 1...1, 2...3, 4...7, 8...15])
        #expect(found.lengths.map(\.rowCount) == [1, 1, 2, 2, 1])
        #expect(found.lengths.map(\.quality) == [1, 0, 0.5, 0.5, 1])
        #expect(found.lengths.prefix(4).map(\.confidence) == [0.5, 0.5625, 0.65625, 0.78125])
        #expect(found.lengths[4].confidence.isNaN)
    }

    @Test("rows without entities say nothing of quality, and those with some say their F1")
    func entityQuality() throws {
        func entity(_ label: String) -> JSONValue {
            .object(["start": .integer(0), "end": .integer(2), "label": .string(label)])
        }
        let answers: [(truth: [String], found: [String])] = [
            ([], []), (["A"], ["A"]), (["A"], ["B"]), ([], ["A"]),
        ]
        let rows = answers.enumerated().map { number, answer in
            PredictedRow(
                number: number, input: "a b", prediction: .array(answer.found.map(entity)),
                references: [JSONValue.array(answer.truth.map(entity)).json])
        }
        let found = try result(.entities(labels: ["A", "B"]), rows, ranks: 2)
        #expect(found.lengths.map(\.rowCount) == [4])
        #expect(found.lengths.first?.quality == 1.0 / 3)
        // Of two true and three found ones one is right.
        #expect(abs((found.value(of: "f1") ?? .nan) - 0.4) < 1e-12)
        let silent = try result(.entities(labels: ["A", "B"]), [rows[0]], ranks: 1)
        #expect(silent.lengths.first?.quality.isNaN == true)
    }

    @Test("rows whose loss is no number are among the worst on any number of ranks", arguments: 1...4)
    func worstRows(ranks: Int) throws {
        let rows = (0..<60).map { number in
            let sum = number == 41 ? Double.nan : number == 52 ? .infinity : Double(number % 30)
            return PredictedRow(number: number, loss: RowLoss(sum: sum, count: 1, correct: 0))
        }
        let mistakes = try result(.losses, rows, ranks: ranks).mistakes
        #expect(mistakes.count == 20)
        let numbers = try mistakes.map { try JSONValue(parsing: Array($0.utf8))["row"]?.integer }
        #expect(numbers.prefix(6) == [41, 52, 29, 59, 28, 58])
    }

    @Test("a text that says nothing where nothing is to be said is no mistake")
    func emptyTexts() throws {
        let rows = ["", "x"].enumerated().map { number, prediction in
            PredictedRow(number: number, prediction: .string(prediction), references: [""])
        }
        let found = try result(.texts(), rows, ranks: 1)
        #expect(found.mistakes.count == 1 && found.mistakes[0].hasPrefix(#"{"row": 1, "#))
        #expect(found.value(of: "exact_match") == 0.5)
    }
}
