// How much the labels of a classifier count in its loss.

/// Weights of labels, as a recipe gives them.
package enum ClassWeights: Sendable, Equatable {
    /// Rare labels weigh more, so that all weigh the same in sum, as scikit-learn's `compute_class_weight`.
    case balanced
    /// A weight a label.
    case listed([LabelWeight])
}

/// What one label weighs.
package struct LabelWeight: Sendable, Equatable {
    package let label: String
    /// Above 0.
    package let weight: Double

    package init(label: String, weight: Double) {
        self.label = label
        self.weight = weight
    }
}
