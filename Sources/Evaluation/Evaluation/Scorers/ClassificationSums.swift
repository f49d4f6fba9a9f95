// The sums behind evaluation metrics: added row by row, summed over ranks as integers, so exact.

package import DataParallel
internal import Datasets
internal import Foundation
package import Metrics
package import Models

/// Counts of an evaluation that add up over rows and ranks to the same bits in any order.
package struct ClassificationSums: Sendable {
    package let head: ClassificationHead
    private(set) var losses = ExactAccumulator()
    /// What the sum of losses is divided by: a row is 1 unless its target has another weight.
    private var weights = ExactAccumulator()
    private(set) var rows: Int64 = 0
    private var confusion: ConfusionMatrix
    private var labelSets: MultiLabelCounts
    private var outputs: [RegressionSums]

    package init(head: ClassificationHead) {
        self.head = head
        confusion = ConfusionMatrix(labelCount: head.labels.count)
        labelSets = MultiLabelCounts(labelCount: head.labels.count)
        outputs = head.labels.map { _ in RegressionSums() }
    }

    /// Adds a row whose answer is known by its label, labels or numbers; a row without a loss leaves it as it
    /// is.
    mutating func add(_ row: PredictedRow) {
        if let loss = row.loss { losses.add(loss.sum) }
        weights.add(row.loss?.weight ?? 1)
        rows += 1
        switch (row.target, row.predicted) {
        case (.label(let truth), .label(let prediction)):
            confusion.add(truth: truth, prediction: prediction)
        case (.labels(let truth), .labels(let prediction)):
            let (truth, prediction) = (Set(truth), Set(prediction))
            labelSets.add(
                truth: head.labels.indices.map(truth.contains),
                prediction: head.labels.indices.map(prediction.contains))
        case (.values(let truth), .values(let prediction)):
            for index in outputs.indices {
                outputs[index].add(truth: Double(truth[index]), prediction: Double(prediction[index]))
            }
        default: preconditionFailure("row \(row.number) has no answer of the head's kind")
        }
    }

    /// The first of the largest values, as numpy's argmax.
    package static func argmax(_ values: [Float]) -> Int {
        values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    }

    /// Adds up the sums of all ranks. Collective.
    package mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        var words = [rows] + losses.words + weights.words
        words += confusion.counts + labelSets.counts + outputs.flatMap(\.words)
        try group.allReduceSum(&words)
        var rest = words[...]
        func take(_ count: Int) -> [Int64] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        rows = take(1)[0]
        losses = ExactAccumulator(words: take(ExactAccumulator.wordCount))
        weights = ExactAccumulator(words: take(ExactAccumulator.wordCount))
        confusion = ConfusionMatrix(labelCount: head.labels.count, counts: take(confusion.counts.count))
        labelSets = MultiLabelCounts(labelCount: head.labels.count, counts: take(labelSets.counts.count))
        outputs = outputs.map { _ in RegressionSums(words: take(RegressionSums.wordCount)) }
    }

    /// What the sums amount to.
    package var evaluation: ClassificationEvaluation {
        ClassificationEvaluation(
            head: head, rowCount: rows, loss: losses.value / weights.value, confusion: confusion,
            labelSets: labelSets, outputs: outputs)
    }
}

/// The result of an evaluation, the same on any number of ranks.
package struct ClassificationEvaluation: Sendable {
    package let head: ClassificationHead
    package let rowCount: Int64
    /// Mean loss over all rows, by their weights where targets have some.
    package let loss: Double
    /// Truth by prediction; empty unless the head is single-label.
    package let confusion: ConfusionMatrix
    package let labelSets: MultiLabelCounts
    package let outputs: [RegressionSums]

    package init(
        head: ClassificationHead, rowCount: Int64, loss: Double, confusion: ConfusionMatrix,
        labelSets: MultiLabelCounts, outputs: [RegressionSums]
    ) {
        (self.head, self.rowCount, self.loss) = (head, rowCount, loss)
        (self.confusion, self.labelSets, self.outputs) = (confusion, labelSets, outputs)
    }

    /// Precision, recall and F1 of each label; empty for regression.
    package var perLabel: [PrecisionRecallF1] {
        switch head.problemType {
        case .singleLabel: ClassificationReport(confusion).perLabel
        case .multiLabel: MultiLabelReport(labelSets).perLabel
        case .regression: []
        }
    }

    /// Metric names, without prefix, and values in the order of the log. `precision`, `recall` and `f1` are
    /// those of the positive label when there are two, the second if none is named, as in scikit-learn, and
    /// macro averages otherwise.
    package var metrics: [(name: String, value: Double)] {
        switch head.problemType {
        case .singleLabel: [("loss", loss)] + singleLabelMetrics
        case .multiLabel: [("loss", loss)] + multiLabelMetrics
        case .regression: [("loss", loss)] + regressionMetrics
        }
    }

    private var singleLabelMetrics: [(String, Double)] {
        let report = ClassificationReport(confusion)
        let main = report.main(positive: head.positive)
        return [
            ("accuracy", report.accuracy), ("precision", main.precision), ("recall", main.recall),
            ("f1", main.f1),
            ("balanced_accuracy", report.balancedAccuracy), ("mcc", report.matthewsCorrelation),
            ("kappa", report.cohenKappa),
        ] + Self.averages(report.micro, report.macro, report.weighted)
    }

    private var multiLabelMetrics: [(String, Double)] {
        let report = MultiLabelReport(labelSets)
        return [
            ("accuracy", report.subsetAccuracy), ("hamming_loss", report.hammingLoss),
            ("precision", report.macro.precision), ("recall", report.macro.recall), ("f1", report.macro.f1),
            ("f1_samples", report.samplesF1),
        ] + Self.averages(report.micro, report.macro, report.weighted)
    }

    private var regressionMetrics: [(String, Double)] {
        func mean(_ value: (RegressionSums) -> Double) -> Double {
            outputs.reduce(0) { $0 + value($1) } / Double(outputs.count)
        }
        let mse = mean(\.meanSquaredError)
        return [
            ("mse", mse), ("rmse", mse.squareRoot()), ("mae", mean(\.meanAbsoluteError)),
            ("r2", mean(\.rSquared)),
            ("pearson", mean(\.pearsonCorrelation)),
        ]
    }

    private static func averages(
        _ micro: PrecisionRecallF1, _ macro: PrecisionRecallF1, _ weighted: PrecisionRecallF1
    ) -> [(String, Double)] {
        [("micro", micro), ("macro", macro), ("weighted", weighted)].flatMap { name, value in
            [
                ("precision_" + name, value.precision), ("recall_" + name, value.recall),
                ("f1_" + name, value.f1),
            ]
        }
    }
}
