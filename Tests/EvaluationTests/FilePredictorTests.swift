// Predictions that stand in a file: scores that are probabilities, and others.

import DataParallel
import Datasets
import Evaluation
import JSON
import Metrics
import Models
import TestSupport
import Testing

@Suite("Predictions in a file")
struct FilePredictorTests {
    private let folder: TemporaryFolder
    private let labels: LabelMap

    init() throws {
        folder = try TemporaryFolder()
        labels = try LabelMap(labels: ["a", "b"], problemType: .singleLabel)
    }

    /// The evaluation of predictions against references of the labels a, b and a.
    private func evaluate(_ predictions: String, named name: String) throws -> RowEvaluationResult {
        let references = try folder.write(
            ["a", "b", "a"].map { "{\"label\": \"\($0)\"}\n" }.joined(), to: "references.jsonl")
        let predictor = try FilePredictor(
            predictions: [try folder.write(predictions, to: name)], column: "prediction",
            references: [references], referenceColumn: "label", labels: labels)
        let reader = PredictedRowReader(predictor: predictor, labels: labels) { _ in "label" }
        let evaluation = RowEvaluation(
            .labels(ClassificationHead(labels: labels.labels, problemType: .singleLabel)),
            group: SoloProcessGroup(), seed: 1)
        try PredictionLoop(predictor: predictor, group: SoloProcessGroup(), batchRows: 2).run(
            RowReader(patterns: [references]),
            score: { number, row, answer in
                try evaluation.add(reader.row(number: number, row, answer))
            }, write: nil)
        return try evaluation.finish()
    }

    @Test(
        "scores are read as numbers of JSON, and as texts of CSV",
        arguments: [
            (
                "p.jsonl",
                """
                {"prediction": "a", "score": 0.75}
                {"prediction": "a", "score": 1}
                {"prediction": "b", "score": 0}

                """
            ), ("p.csv", "prediction,score\na,0.75\na,1.0\nb,0\n"),
        ])
    func scores(name: String, text: String) throws {
        let found = try evaluate(text, named: name)
        #expect(found.value(of: "accuracy") == 1.0 / 3)
        // Probabilities of b, which is the positive label: 0.25 and 0 for rows of a and b, 0 for the last.
        #expect(found.value(of: "roc_auc") == 0.25)
        let brier = try #require(found.value(of: "brier_score"))
        #expect(abs(brier - 1.0625 / 3) < 1e-12)
        #expect(found.calibration.map(\.rowCount).reduce(0, +) == 3)
    }

    @Test("a score beside a label that is no probability is refused with its line", arguments: [87.5, -0.25])
    func noProbability(score: Double) throws {
        let path = folder.path + "/p.jsonl"
        #expect(
            throws: EvaluationError.noProbability(RowSource(file: path, line: 2), score: score)
        ) {
            _ = try evaluate(
                "{\"prediction\": \"a\", \"score\": 0.5}\n{\"prediction\": \"b\", \"score\": \(score)}\n"
                    + "{\"prediction\": \"b\"}\n", named: "p.jsonl")
        }
    }

    @Test("rows without a score have figures of labels alone")
    func noScores() throws {
        let found = try evaluate(
            String(repeating: "{\"prediction\": \"a\", \"score\": null}\n", count: 3), named: "p.jsonl")
        #expect(found.value(of: "accuracy") == 2.0 / 3)
        #expect(found.value(of: "roc_auc") == nil && found.calibration.isEmpty)
    }
}
