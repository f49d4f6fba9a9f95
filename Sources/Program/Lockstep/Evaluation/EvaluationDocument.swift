// eval_results.json: figures under Hugging Face's names, their intervals, and all that tables and report show.

import Evaluation
import Metrics
import Models
import Reporting
import Training

/// The machine-readable result of an evaluation.
package enum EvaluationDocument {
    /// `eval_<figure>` with `eval_<figure>_low` and `_high`, the ends of its 95% interval; then labels, tables, mistakes.
    package static func bytes(_ outcome: EvaluationOutcome) throws -> [UInt8] {
        var members: [String: JSONValue] = [:]
        for estimate in outcome.estimates {
            members["eval_" + estimate.name] = number(estimate.value)
            if let interval = estimate.interval {
                members["eval_\(estimate.name)_low"] = number(interval.lower)
                members["eval_\(estimate.name)_high"] = number(interval.upper)
            }
        }
        members["eval_samples"] = .integer(outcome.rowCount)
        members["eval_runtime"] = number(outcome.seconds)
        members["eval_samples_per_second"] = number(Double(outcome.rowCount) / outcome.seconds)
        if let count = outcome.targetCount { members["eval_target_tokens"] = .integer(count) }
        if let rows = outcome.rows { add(rows, to: &members) }
        if !outcome.mistakes.isEmpty {
            members["mistakes"] = .array(
                try outcome.mistakes.map { try JSONValue(parsing: Array($0.utf8)) })
        }
        if let comparison = outcome.comparison { members["comparison"] = comparison.json }
        return try JSONValue.object(members).serialized()
    }

    static func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

    private static func add(_ rows: RowEvaluationResult, to members: inout [String: JSONValue]) {
        if let classification = rows.classification { add(classification, rows.labelF1, to: &members) }
        if !rows.calibration.isEmpty {
            members["calibration"] = .array(
                rows.calibration.map { bin in
                    .object([
                        "lower": number(bin.lower), "upper": number(bin.upper),
                        "rows": .integer(Int(bin.rowCount)), "confidence": number(bin.meanConfidence),
                        "accuracy": number(bin.accuracy),
                    ])
                })
        }
        if !rows.lengths.isEmpty {
            members["lengths"] = .array(
                rows.lengths.map { bucket in
                    var fields: [String: JSONValue] = [
                        "from": .integer(bucket.words.lowerBound), "to": .integer(bucket.words.upperBound),
                        "rows": .integer(Int(bucket.rowCount)),
                    ]
                    if bucket.quality.isFinite { fields[rows.qualityName] = .number(bucket.quality) }
                    if bucket.confidence.isFinite { fields["confidence"] = .number(bucket.confidence) }
                    return .object(fields)
                })
        }
        if !rows.signatures.isEmpty {
            members["signatures"] = .object(
                Dictionary(uniqueKeysWithValues: rows.signatures.map { ($0.name, .string($0.text)) }))
        }
    }

    private static func add(
        _ evaluation: ClassificationEvaluation, _ intervals: [ConfidenceInterval],
        to members: inout [String: JSONValue]
    ) {
        let labels = evaluation.head.labels
        members["labels"] = .array(labels.map { .string($0) })
        members["per_label"] = .array(
            zip(labels, evaluation.perLabel).enumerated().map { index, pair in
                let (label, scores) = pair
                var fields: [String: JSONValue] = [
                    "label": .string(label), "precision": .number(scores.precision),
                    "recall": .number(scores.recall), "f1": .number(scores.f1),
                    "support": .integer(Int(scores.support)),
                ]
                if index < intervals.count {
                    fields["f1_low"] = number(intervals[index].lower)
                    fields["f1_high"] = number(intervals[index].upper)
                }
                return .object(fields)
            })
        if evaluation.head.problemType == .singleLabel {
            members["confusion_matrix"] = .array(
                evaluation.confusionRows.map { .array($0.map { .integer($0) }) })
        }
    }
}

extension ClassificationEvaluation {
    /// The confusion matrix, a list a true label.
    var confusionRows: [[Int]] {
        head.labels.indices.map { truth in head.labels.indices.map { Int(confusion[truth, $0]) } }
    }
}

extension JSONNumber {
    var json: JSONValue {
        switch self {
        case .integer(let value): .integer(value)
        case .real(let value): EvaluationDocument.number(value)
        }
    }
}
