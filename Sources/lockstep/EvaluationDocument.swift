// eval_results.json and the tables that `evaluate` prints.

import Metrics
import Models
import Reporting
import Training

/// The machine-readable result of an evaluation.
enum EvaluationDocument {
    /// Metrics under Hugging Face's names and, of a classifier, labels, per-label scores and the confusion matrix.
    static func bytes(
        _ values: [(String, JSONNumber)], _ evaluation: ClassificationEvaluation?
    ) throws -> [UInt8] {
        var members: [String: JSONValue] = [:]
        for (name, value) in values { members[name] = value.json }
        guard let evaluation else { return try JSONValue.object(members).serialized() }
        let labels = evaluation.head.labels
        members["labels"] = .array(labels.map { .string($0) })
        members["per_label"] = .array(
            zip(labels, evaluation.perLabel).map { label, scores in
                .object([
                    "label": .string(label), "precision": .number(scores.precision),
                    "recall": .number(scores.recall),
                    "f1": .number(scores.f1), "support": .integer(Int(scores.support)),
                ])
            })
        if evaluation.head.problemType == .singleLabel {
            members["confusion_matrix"] = .array(
                evaluation.confusionRows.map { .array($0.map { .integer($0) }) })
        }
        return try JSONValue.object(members).serialized()
    }
}

/// The tables for people.
enum EvaluationTables {
    static func text(_ values: [(String, JSONNumber)], _ evaluation: ClassificationEvaluation?) -> String {
        var parts = [Table.metrics(values.map { (name: $0.0, value: $0.1) }).text]
        guard let evaluation else { return parts[0] }
        if !evaluation.perLabel.isEmpty {
            let rows = zip(evaluation.head.labels, evaluation.perLabel).map { label, scores in
                [label] + [scores.precision, scores.recall, scores.f1].map { Figure.fixed($0, decimals: 4) }
                    + ["\(scores.support)"]
            }
            parts.append(
                Table(
                    header: ["label", "precision", "recall", "f1", "rows"], rows: rows,
                    alignments: [.left, .right, .right, .right, .right]
                ).text)
        }
        if evaluation.head.problemType == .singleLabel {
            parts.append(
                "Confusion matrix (rows: truth, columns: prediction)\n"
                    + Table.confusion(labels: evaluation.head.labels, counts: evaluation.confusionRows).text)
        }
        return parts.joined(separator: "\n\n")
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
        case .real(let value): value.isFinite ? .number(value) : .null
        }
    }
}
