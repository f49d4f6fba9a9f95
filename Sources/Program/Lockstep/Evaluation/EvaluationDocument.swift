// eval_results.json: figures under Hugging Face's names, their intervals, and all that tables and report
// show.

import Evaluation
import JSON
import Metrics
import Models
import Reporting
import Training

/// The machine-readable result of an evaluation.
package enum EvaluationDocument {
    /// `eval_<figure>` with `eval_<figure>_low` and `_high`, the ends of its 95% interval; then labels,
    /// tables, mistakes.
    package static func bytes(_ outcome: EvaluationOutcome) throws -> [UInt8] {
        var members: JSONObject = [:]
        for estimate in outcome.estimates {
            members["eval_" + estimate.name] = .figure(estimate.value)
            if let interval = estimate.interval {
                members["eval_\(estimate.name)_low"] = .figure(interval.lower)
                members["eval_\(estimate.name)_high"] = .figure(interval.upper)
            }
        }
        members["eval_samples"] = .integer(outcome.rowCount)
        if let leakage = outcome.leakage {
            members["leakage"] = leakage.json(splits: outcome.rows != nil)
        }
        members["eval_runtime"] = .figure(outcome.seconds)
        members["eval_samples_per_second"] = .figure(Double(outcome.rowCount) / outcome.seconds)
        if let count = outcome.targetCount { members["eval_target_tokens"] = .integer(count) }
        if let rows = outcome.rows { add(rows, to: &members) }
        if !outcome.mistakes.isEmpty {
            members["mistakes"] = .array(
                try outcome.mistakes.map { try JSONValue(parsing: Array($0.utf8)) })
        }
        if let comparison = outcome.comparison { members["comparison"] = comparison.json }
        return JSONValue.object(members).serialized()
    }

    private static func add(_ rows: RowEvaluationResult, to members: inout JSONObject) {
        if let classification = rows.classification { add(classification, rows.labelF1, to: &members) }
        if !rows.calibration.isEmpty {
            members["calibration"] = .array(
                rows.calibration.map { bin in
                    .object([
                        "lower": .figure(bin.lower), "upper": .figure(bin.upper),
                        "rows": .integer(Int(bin.rowCount)), "confidence": .figure(bin.meanConfidence),
                        "accuracy": .figure(bin.accuracy),
                    ])
                })
        }
        if !rows.lengths.isEmpty {
            members["lengths"] = .array(
                rows.lengths.map { bucket in
                    var fields: JSONObject = [
                        "from": .integer(bucket.words.lowerBound), "to": .integer(bucket.words.upperBound),
                        "rows": .integer(Int(bucket.rowCount)),
                    ]
                    if bucket.quality.isFinite { fields[rows.qualityName] = .shortest(bucket.quality) }
                    if bucket.confidence.isFinite { fields["confidence"] = .shortest(bucket.confidence) }
                    return .object(fields)
                })
        }
        if !rows.signatures.isEmpty {
            members["signatures"] = .object(
                JSONObject(rows.signatures.map { ($0.name, .string($0.text)) }))
        }
    }

    private static func add(
        _ evaluation: ClassificationEvaluation, _ intervals: [ConfidenceInterval],
        to members: inout JSONObject
    ) {
        let labels = evaluation.head.labels
        if let positive = evaluation.positiveLabel { members["positive_label"] = .string(positive) }
        if !evaluation.warnings.isEmpty {
            members["warnings"] = .array(evaluation.warnings.map { .string($0) })
        }
        members["labels"] = .array(labels.map { .string($0) })
        members["per_label"] = .array(
            zip(labels, evaluation.perLabel).enumerated().map { index, pair in
                let (label, scores) = pair
                var fields: JSONObject = [
                    "label": .string(label), "precision": .shortest(scores.precision),
                    "recall": .shortest(scores.recall), "f1": .shortest(scores.f1),
                    "support": .integer(Int(scores.support)),
                ]
                if index < intervals.count {
                    fields["f1_low"] = .figure(intervals[index].lower)
                    fields["f1_high"] = .figure(intervals[index].upper)
                }
                return .object(fields)
            })
        if evaluation.head.problemType == .singleLabel {
            members["confusion_matrix"] = .array(
                evaluation.confusionRows.map { .array($0.map { .integer($0) }) })
        }
    }
}

extension EvaluationOutcome {
    /// What a reader of the figures should know: which label they are of, and what makes them doubtful.
    var remarks: [String] {
        let positive = rows?.classification?.positiveLabel.map {
            ["precision, recall and f1 are those of \"\($0)\""]
        }
        return (positive ?? []) + (rows?.warnings ?? []).map { "warning: " + $0 }
            + (leakage?.warning(splits: rows != nil).map { ["warning: " + $0] } ?? [])
    }
}

extension ClassificationEvaluation {
    /// Of two labels the one that precision, recall and F1 are of.
    var positiveLabel: String? {
        head.problemType == .singleLabel && head.labels.count == 2 ? head.labels[head.positive] : nil
    }

    /// The confusion matrix, a list a true label.
    var confusionRows: [[Int]] {
        head.labels.indices.map { truth in head.labels.indices.map { Int(confusion[truth, $0]) } }
    }
}
