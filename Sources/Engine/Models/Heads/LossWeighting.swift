// Rows of single-label classification that count more or less than others: by their label, or by how hard they are.

internal import Foundation

/// What the cross-entropy of a row is multiplied by.
///
/// Source: Lin et al. 2017, "Focal loss for dense object detection": −w (1 − p)^γ log p, p the probability of the row's
/// label. Without a gamma it is PyTorch's `CrossEntropyLoss(weight:)`.
public struct LossWeighting: Sendable, Equatable {
    /// A weight a label, in the order of the outputs; nil weighs all alike. `[K]`
    public let labelWeights: [Double]?
    /// γ, at least 0; 0 leaves hard and easy rows alike.
    public let focalGamma: Double

    public init(labelWeights: [Double]?, focalGamma: Double) {
        (self.labelWeights, self.focalGamma) = (labelWeights, focalGamma)
    }

    /// The weight of rows of a label.
    public func weight(of label: Int) -> Double { labelWeights?[label] ?? 1 }

    /// What the loss and the gradient of the cross-entropy `loss` of a row with this label are multiplied by.
    ///
    /// The gradient of −(1 − p)^γ log p is that of −log p times (1 − p)^γ − γ p (1 − p)^(γ − 1) log p.
    func factors(target: Int, loss: Double) -> (loss: Double, gradient: Double) {
        let weight = weight(of: target)
        guard focalGamma > 0 else { return (weight, weight) }
        let probability = exp(-loss)
        // 1 − p without cancellation for rows that the model is sure of.
        let rest = -expm1(-loss)
        let focus = pow(rest, focalGamma)
        let slope = rest > 0 ? focalGamma * probability * pow(rest, focalGamma - 1) * loss : 0
        return (weight * focus, weight * (focus + slope))
    }
}
