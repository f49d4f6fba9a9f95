// What makes the figures of a classifier doubtful: the same answer to all rows, or figures that one answer to
// all rows would have, too.

internal import Metrics
internal import Models

extension ClassificationEvaluation {
    /// A sentence each; at most one.
    package var warnings: [String] {
        guard head.problemType == .singleLabel, rowCount > 1 else { return [] }
        let (truths, predictions) = (confusion.truthCounts, confusion.predictionCounts)
        let said = predictions.indices.filter { predictions[$0] > 0 }
        let (rows, labels) = (Int(rowCount), head.labels)
        guard let most = truths.indices.max(by: { (truths[$0], $1) < (truths[$1], $0) }),
            truths[most] < rowCount
        else {
            // All rows have one label: there is nothing to tell apart.
            return said.count == 1 && truths[said[0]] == 0
                ? ["the model says \"\(labels[said[0]])\" for all \(rows) validation rows"] : []
        }
        let right = (0..<labels.count).reduce(0) { $0 + Int(confusion[$1, $1]) }
        let share = Double(truths[most]) / Double(rows)
        let always = "accuracy \(Self.figure(share))" + alwaysF1(most, Int(truths[most]), rows)
        let advice = "look at balanced_accuracy, mcc and f1_macro"
        if said.count == 1 {
            return [
                "the model says \"\(labels[said[0]])\" for all \(rows) validation rows: it tells nothing apart"
                    + (said[0] == most ? " (\(always) by that alone; \(advice))" : "")
            ]
        }
        let f1 = ClassificationReport(confusion).main(positive: head.positive).f1
        let isNoBetterByF1 =
            labels.count == 2 && most == head.positive && f1 <= Self.f1(ofAlways: Int(truths[most]), rows)
        guard right <= Int(truths[most]) || isNoBetterByF1 else { return [] }
        return [
            "always saying \"\(labels[most])\" does as well as the model: \(always), since \(truths[most]) of"
                + " \(rows) validation rows have that label; \(advice)"
        ]
    }

    /// F1 of saying a label that so many rows have for all rows.
    private static func f1(ofAlways hits: Int, _ rows: Int) -> Double {
        2 * Double(hits) / Double(hits + rows)
    }

    private func alwaysF1(_ label: Int, _ hits: Int, _ rows: Int) -> String {
        guard head.labels.count == 2, label == head.positive else { return "" }
        return " and f1 \(Self.figure(Self.f1(ofAlways: hits, rows)))"
    }

    /// Three digits behind the point.
    private static func figure(_ value: Double) -> String {
        let thousandths = Int((value * 1_000).rounded())
        let digits = String(thousandths % 1_000)
        return "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
