// What a classification head predicts, and the targets that fit it.

package import JSON

/// Hugging Face's `problem_type`.
package enum ProblemType: String, Sendable, CaseIterable {
    /// One of K labels: cross-entropy.
    case singleLabel = "single_label_classification"
    /// Any of K labels: binary cross-entropy, mean over the labels.
    case multiLabel = "multi_label_classification"
    /// K numbers: squared error, mean over the outputs.
    case regression
}

/// Targets of a batch, one entry a sequence.
package enum ClassificationTargets: Sendable, Equatable {
    /// Label indices for `singleLabel`.
    case labels([Int])
    /// K values a row: 0 or 1 for `multiLabel`, numbers for `regression`.
    case values([[Float]])
}

/// The labels of a head and what it predicts.
package struct ClassificationHead: Sendable, Equatable {
    /// Names in the order of the outputs.
    package let labels: [String]
    package let problemType: ProblemType
    /// Of two labels the one that precision, recall and F1 are told of.
    package var positive = 1

    package init(labels: [String], problemType: ProblemType) {
        precondition(!labels.isEmpty, "a head needs an output")
        self.labels = labels
        self.problemType = problemType
    }

    /// The head that a config.json describes by `id2label`; nil when it names none. `problem_type` is
    /// inferred as Hugging Face does when the file lacks it: one label means regression.
    package init?(_ json: JSONValue) {
        guard let names = json["id2label"]?.object, !names.isEmpty else { return nil }
        let ordered = names.compactMap { key, value in Int(key).map { ($0, value.string ?? value.summary) } }
            .sorted { $0.0 < $1.0 }
        guard ordered.map(\.0) == Array(0..<names.count) else { return nil }
        let stated = json["problem_type"]?.string.flatMap(ProblemType.init(rawValue:))
        self.init(
            labels: ordered.map(\.1), problemType: stated ?? (names.count == 1 ? .regression : .singleLabel))
    }
}

extension ClassificationHead {
    /// The head that a config.json describes. Without `id2label` its labels are Hugging Face's `LABEL_0`,
    /// `LABEL_1` and so on: `num_labels` of them, or two.
    init(describedBy json: JSONValue) {
        if let head = ClassificationHead(json) {
            self = head
            return
        }
        let count = max(1, json["num_labels"]?.integer ?? 2)
        let stated = json["problem_type"]?.string.flatMap(ProblemType.init(rawValue:))
        self.init(
            labels: Self.genericLabels(count),
            problemType: stated ?? (count == 1 ? .regression : .singleLabel))
    }

    /// Hugging Face's names for labels that were never named.
    package static func genericLabels(_ count: Int) -> [String] { (0..<count).map { "LABEL_\($0)" } }
}
