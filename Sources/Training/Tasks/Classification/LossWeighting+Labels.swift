// From what a recipe says of a classifier's loss to the weights of its labels, and what cannot be meant.

package import Arguments
internal import Datasets
package import Models

/// How often each label is a target among the rows, or tokens, that a run learns from.
package struct LabelCounts: Equatable {
    /// Rows, or labelled tokens.
    package var total: Int
    /// Those with each label, in the order of the outputs.
    package var ofLabel: [Int]

    package init(total: Int, ofLabel: [Int]) { (self.total, self.ofLabel) = (total, ofLabel) }

    /// Weights with which all labels have the same sum, as scikit-learn's `compute_class_weight("balanced",
    /// …)`: total / (labels · count). A label without a row has the mean weight of the rows, 1, as its own
    /// never counts.
    package var balancedWeights: [Double] {
        let present = ofLabel.count { $0 > 0 }
        return ofLabel.map { $0 == 0 ? 1 : Double(total) / Double(present * $0) }
    }

    /// Weights of rows that have a label with which they have the same sum as those without it: the ratio of
    /// these two classes' balanced weights, 1 where a class is empty.
    package var balancedPositiveWeights: [Double] {
        ofLabel.map { $0 == 0 || $0 == total ? 1 : Double(total - $0) / Double($0) }
    }
}

extension LossWeighting {
    /// What `arguments` say of a head's loss; nil for the plain loss. `counts` are those of the rows that the
    /// run learns from, the same on all ranks, and `id` finds a label by the name that a recipe has for it.
    package init?(
        _ arguments: TrainingArguments, head: ClassificationHead, counts: @autoclosure () -> LabelCounts,
        id: (String) -> Int?
    ) throws(LossWeightingError) {
        let (gamma, smoothing) = (arguments.focalLossGamma, arguments.labelSmoothingFactor)
        let isSet = [
            ("class_weights", arguments.classWeights != nil), ("focal_loss_gamma", gamma > 0),
            ("label_smoothing_factor", smoothing > 0),
        ]
        guard let key = isSet.first(where: \.1)?.0 else { return nil }
        if head.problemType == .regression { throw .regression(key: key) }
        if head.problemType == .multiLabel, smoothing > 0 { throw .severalLabels }
        let weights: [Double]? =
            switch arguments.classWeights {
            case nil: nil
            case .balanced?:
                head.problemType == .multiLabel
                    ? counts().balancedPositiveWeights : counts().balancedWeights
            case .listed(let listed)?: try Self.weights(listed, head.labels, id: id)
            }
        self.init(labelWeights: weights, focalGamma: gamma, labelSmoothing: smoothing)
    }

    private static func weights(
        _ listed: [LabelWeight], _ labels: [String], id: (String) -> Int?
    ) throws(LossWeightingError) -> [Double] {
        var weights = [Double?](repeating: nil, count: labels.count)
        for entry in listed {
            guard let label = id(entry.label) else { throw .unknownLabel(entry.label, known: labels) }
            weights[label] = entry.weight
        }
        let known = weights.compactMap(\.self)
        guard known.count == labels.count else {
            throw .missingLabels(zip(labels, weights).filter { $1 == nil }.map(\.0), known: labels)
        }
        return known
    }

    /// What a row counts as in a weighted mean: 1 where it may have several labels, as PyTorch's mean with
    /// weights of true labels.
    func weight(of target: Target) -> Double {
        if case .label(let label) = target { weight(of: label) } else { 1 }
    }

    /// A line for the log of a run; nil where all labels weigh the same.
    func line(_ head: ClassificationHead) -> String? {
        guard let labelWeights else { return nil }
        let shown = zip(head.labels, labelWeights).prefix(12).map { "\($0) \(Float($1))" }
        return "class weights: " + shown.joined(separator: ", ") + (labelWeights.count > 12 ? ", …" : "")
    }
}

/// What a recipe says of a classifier's loss and cannot mean.
package enum LossWeightingError: Error, Equatable {
    /// Numbers are predicted, not labels.
    case regression(key: String)
    /// Smoothed targets of rows that have several labels.
    case severalLabels
    /// A weight of a label that no row has.
    case unknownLabel(String, known: [String])
    /// Labels without a weight.
    case missingLabels([String], known: [String])
}

extension LossWeightingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .regression(let key):
            "\(key) shapes the loss of labels, but these rows hold numbers (problem_type: regression); leave it out."
        case .severalLabels:
            "label_smoothing_factor shares out the one label of a row, but these rows have any number of them"
                + " (problem_type: multi_label_classification); leave it out."
        case .unknownLabel(let label, let known):
            "class_weights: there is no label \"\(label)\"; the labels are \(known.joined(separator: ", "))."
        case .missingLabels(let missing, let known):
            "class_weights has no weight for \(missing.joined(separator: ", ")); the labels are"
                + " \(known.joined(separator: ", ")), and each needs one."
        }
    }
}
