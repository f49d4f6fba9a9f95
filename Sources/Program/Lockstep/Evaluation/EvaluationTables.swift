// What `evaluate` prints for people: figures with intervals, labels, lengths, confidences, and the worst
// rows.

import Evaluation
import JSON
import Metrics
import Models
import Reporting
import Training

/// The tables for people.
package enum EvaluationTables {
    /// The worst rows that are printed; eval_results.json holds more.
    private static let shownMistakes = 5

    package static func text(_ outcome: EvaluationOutcome) throws -> String {
        var parts = [figures(outcome)]
        parts += outcome.remarks.map { $0 + "\n" }
        if let rows = outcome.rows {
            if let evaluation = rows.classification { parts += labels(evaluation, rows.labelF1) }
            parts += [lengths(rows), confidences(rows)].compactMap { $0 }
        }
        if let text = try mistakes(outcome.mistakes) { parts.append(text) }
        if let comparison = outcome.comparison {
            parts.append(comparison.sentences.joined(separator: "\n") + "\n")
        }
        return parts.joined(separator: "\n")
    }

    private static func four(_ value: Double) -> String { NumberFormat.fixed(value, decimals: 4) }

    private static func range(_ interval: ConfidenceInterval?) -> String {
        guard let interval, interval.lower.isFinite, interval.upper.isFinite else { return "" }
        return "\(four(interval.lower)) to \(four(interval.upper))"
    }

    private static func figures(_ outcome: EvaluationOutcome) -> String {
        var rows = outcome.estimates.map { ["eval_" + $0.name, four($0.value), range($0.interval)] }
        rows.append(["eval_samples", "\(outcome.rowCount)", ""])
        if let count = outcome.targetCount { rows.append(["eval_target_tokens", "\(count)", ""]) }
        rows.append(["eval_runtime", four(outcome.seconds), ""])
        rows.append(
            ["eval_samples_per_second", NumberFormat.rate(Double(outcome.rowCount) / outcome.seconds), ""])
        return Table(header: ["metric", "value", "95% interval"], rows: rows).text
    }

    private static func labels(
        _ evaluation: ClassificationEvaluation, _ intervals: [ConfidenceInterval]
    ) -> [String] {
        var parts: [String] = []
        if !evaluation.perLabel.isEmpty {
            let rows = zip(evaluation.head.labels, evaluation.perLabel).enumerated().map { index, pair in
                [pair.0] + [pair.1.precision, pair.1.recall, pair.1.f1].map(four)
                    + [index < intervals.count ? range(intervals[index]) : "", "\(pair.1.support)"]
            }
            parts.append(
                Table(
                    header: ["label", "precision", "recall", "f1", "95% interval of f1", "rows"], rows: rows
                ).text)
        }
        if evaluation.head.problemType == .singleLabel {
            parts.append(
                "Confusion matrix (rows: truth, columns: prediction)\n"
                    + Table.confusion(labels: evaluation.head.labels, counts: evaluation.confusionRows).text)
        }
        return parts
    }

    private static func lengths(_ rows: RowEvaluationResult) -> String? {
        guard rows.lengths.count > 1 else { return nil }
        let table = Table(
            header: ["words of the input", "rows", rows.qualityName, "confidence"],
            rows: rows.lengths.map { bucket in
                let (first, last) = (bucket.words.lowerBound, bucket.words.upperBound)
                return [
                    first == last ? "\(first)" : "\(first) to \(last)", "\(bucket.rowCount)",
                    bucket.quality.isFinite ? four(bucket.quality) : "",
                    bucket.confidence.isFinite ? four(bucket.confidence) : "",
                ]
            })
        return "By length\n" + table.text
    }

    private static func confidences(_ rows: RowEvaluationResult) -> String? {
        let bins = rows.calibration.filter { $0.rowCount > 0 }
        guard !bins.isEmpty else { return nil }
        let table = Table(
            header: ["confidence", "rows", "mean confidence", "right"],
            rows: bins.map { bin in
                [
                    "\(NumberFormat.fixed(bin.lower, decimals: 2)) to \(NumberFormat.fixed(bin.upper, decimals: 2))",
                    "\(bin.rowCount)", four(bin.meanConfidence), four(bin.accuracy),
                ]
            })
        return "By confidence\n" + table.text
    }

    private static func mistakes(_ rows: [String]) throws -> String? {
        guard !rows.isEmpty else { return nil }
        let lines = try rows.prefix(shownMistakes).map { line -> String in
            let fields = try JSONValue(parsing: Array(line.utf8))
            let scores = ["score", "loss", "chrf", "rougeL"].compactMap { name in
                fields[name]?.double.map { "\(name) \(four($0))" }
            }
            let texts = ["input", "prediction", "reference"].compactMap { name in
                fields[name].map { "    \(name): \(excerpt($0))" }
            }
            return (["  row \(fields["row"]?.integer ?? 0): " + scores.joined(separator: ", ")] + texts)
                .joined(separator: "\n")
        }
        return "The rows that the model is most wrong about\n" + lines.joined(separator: "\n") + "\n"
    }

    /// A value on one line, at most 160 characters of it.
    private static func excerpt(_ value: JSONValue) -> String {
        let text =
            if let words = value.entityWords {
                words
            } else {
                switch value {
                case .string(let text): text
                case .array(let values): values.map(excerpt).joined(separator: " | ")
                case .number(let number): number.whole.map(String.init) ?? four(number.double)
                default: ""
                }
            }
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 160 ? line.prefix(160) + "…" : line
    }
}
