// What is said of a classifier's figures that one answer to all rows would have, too; and of which label F1
// is.

import DataParallel
import Datasets
import Evaluation
import JSON
import Metrics
import Models
import Testing

@Suite struct ClassifierWarningTests {
    private func result(
        _ counts: [(truth: Int, predicted: Int, rows: Int)], labels: [String] = ["ham", "spam"],
        positive: Int = 1
    ) throws -> RowEvaluationResult {
        var head = ClassificationHead(labels: labels, problemType: .singleLabel)
        head.positive = positive
        let evaluation = RowEvaluation(.labels(head), group: SoloProcessGroup(), seed: 0, detail: .figures)
        var number = 0
        for (truth, predicted, rows) in counts {
            for _ in 0..<rows {
                try evaluation.add(
                    PredictedRow(
                        number: number, prediction: .null, references: [], target: .label(truth),
                        predicted: .label(predicted)))
                number += 1
            }
        }
        return try evaluation.finish()
    }

    @Test("a model that says one label for all rows is told with their number")
    func constant() throws {
        let warnings = try result([(0, 0, 30), (1, 0, 10)]).warnings
        #expect(warnings.count == 1)
        #expect(
            warnings[0].hasPrefix("the model says \"ham\" for all 40 validation rows: it tells nothing apart")
        )
        #expect(warnings[0].contains("accuracy 0.750"))
        #expect(try result([(0, 1, 30), (1, 1, 10)]).warnings[0].hasSuffix("it tells nothing apart"))
    }

    @Test(
        "rows of 95 to 5: always the frequent label has f1 0.974, which is said of a model that has no more")
    func frequent() throws {
        let warnings = try result([(1, 1, 92), (1, 0, 3), (0, 1, 4), (0, 0, 1)]).warnings
        #expect(
            warnings == [
                "always saying \"spam\" does as well as the model: accuracy 0.950 and f1 0.974, since 95 of 100 validation"
                    + " rows have that label; look at balanced_accuracy, mcc and f1_macro"
            ])
        #expect(try result([(1, 1, 94), (1, 0, 1), (0, 0, 5)]).warnings.isEmpty)
    }

    @Test("a model that does better, and rows of one label that it gets right, are no reason")
    func silent() throws {
        #expect(try result([(0, 0, 20), (1, 1, 18), (0, 1, 2)]).warnings.isEmpty)
        #expect(try result([(1, 1, 20)]).warnings.isEmpty)
        #expect(try result([(0, 0, 1)]).warnings.isEmpty)
        let three = ["a", "b", "c"]
        #expect(try result([(0, 0, 9), (1, 1, 9), (2, 1, 2)], labels: three).warnings.isEmpty)
        #expect(try result([(0, 1, 5), (1, 0, 5), (2, 2, 5)], labels: three).warnings.count == 1)
    }

    @Test("precision, recall and F1 of two labels are those of the positive one")
    func positive() throws {
        let counts = [(0, 0, 30), (0, 1, 10), (1, 1, 15), (1, 0, 5)].map {
            (truth: $0.0, predicted: $0.1, rows: $0.2)
        }
        func figures(_ positive: Int) throws -> [Double] {
            let result = try result(counts, positive: positive)
            return try ["precision", "recall", "f1"].map { try #require(result.value(of: $0)) }
        }
        // scikit-learn's precision_recall_fscore_support(average="binary", pos_label=…)
        for (positive, expected) in [(1, [0.6, 0.75, 2.0 / 3]), (0, [6.0 / 7, 0.75, 0.8])] {
            for (found, value) in zip(try figures(positive), expected) { #expect(abs(found - value) < 1e-12) }
        }
    }
}
