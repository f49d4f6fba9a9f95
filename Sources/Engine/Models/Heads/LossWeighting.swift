// How a classification loss departs from plain cross-entropy: weights of labels, focus on hard rows, smoothed
// targets.

internal import Foundation

/// What the terms of a classification loss are multiplied by.
///
/// A term is the cross-entropy −log p of a label. It is multiplied by w (1 − p)^γ: w is the label's weight,
/// as in PyTorch's `CrossEntropyLoss(weight:)`, and the power is that of Lin et al. 2017, "Focal loss for
/// dense object detection". Smoothing gives every label's term the share ε / K of a row, and the target's 1 −
/// ε besides, as PyTorch's `label_smoothing`. Of rows with several labels w multiplies the terms of labels
/// that are true, as `BCEWithLogitsLoss(pos_weight:)`.
package struct LossWeighting: Sendable, Equatable {
    /// A weight a label, in the order of the outputs; nil weighs all alike. `[K]`
    package let labelWeights: [Double]?
    /// γ, at least 0; 0 leaves hard and easy rows alike.
    package let focalGamma: Double
    /// ε, from 0 to below 1, of rows with a single label; 0 leaves the targets as they are.
    package let labelSmoothing: Double

    package init(labelWeights: [Double]?, focalGamma: Double, labelSmoothing: Double = 0) {
        (self.labelWeights, self.focalGamma) = (labelWeights, focalGamma)
        self.labelSmoothing = labelSmoothing
    }

    /// The weight of rows of a label: what a weighted mean counts them as, whatever γ and ε are.
    package func weight(of label: Int) -> Double { labelWeights?[label] ?? 1 }

    /// What a term of this label, whose cross-entropy is `loss`, and its gradient are multiplied by.
    func factors(label: Int, loss: Double) -> (loss: Double, gradient: Double) {
        factors(weight: weight(of: label), loss: loss)
    }

    /// The same for a row with several labels, of which this one is true or not.
    func factors(label: Int, isTrue: Bool, loss: Double) -> (loss: Double, gradient: Double) {
        factors(weight: isTrue ? weight(of: label) : 1, loss: loss)
    }

    /// The gradient of −(1 − p)^γ log p is that of −log p times (1 − p)^γ − γ p (1 − p)^(γ − 1) log p.
    private func factors(weight: Double, loss: Double) -> (loss: Double, gradient: Double) {
        guard focalGamma > 0 else { return (weight, weight) }
        let probability = exp(-loss)
        // 1 − p without cancellation for rows that the model is sure of.
        let rest = -expm1(-loss)
        let focus = pow(rest, focalGamma)
        let slope = rest > 0 ? focalGamma * probability * pow(rest, focalGamma - 1) * loss : 0
        return (weight * focus, weight * (focus + slope))
    }
}
