// The loss of a classification head, divided by a global count.

internal import Kernels
package import Tensors

/// Losses as Hugging Face computes them: the mean over rows, and over outputs for multi-label and regression.
package enum ClassificationLoss {
    /// The loss of each row: for multi-label and regression the mean over the K outputs. Divided by the
    /// number of rows and summed it is Hugging Face's loss. Writes the gradient of `Σ row losses / rowCount`
    /// into `gradient`, where `rowCount` counts the rows of the global batch, all ranks and micro-batches;
    /// where `weighting` weighs single labels it is the sum of the rows' weights.
    package static func rows(
        _ logits: Tensor, _ targets: ClassificationTargets, problemType: ProblemType, rowCount: Double,
        gradient: Tensor?, weighting: LossWeighting? = nil
    ) -> [Double] {
        precondition(weighting == nil || problemType != .regression, "only labels are weighed")
        let scale = 1 / rowCount
        let outputs = Double(logits.columns)
        switch (problemType, targets) {
        case (.singleLabel, .labels(let labels)):
            return Losses.crossEntropy(
                logits, targets: labels, scale: scale, gradient: gradient,
                labelSmoothing: weighting?.labelSmoothing ?? 0,
                factors: weighting.map { weighting in { weighting.factors(label: $0, loss: $1) } })
        case (.multiLabel, .values(let values)):
            precondition(weighting?.labelSmoothing ?? 0 == 0, "only single labels are smoothed")
            return Losses.binaryCrossEntropy(
                logits, targets: values, scale: scale / outputs, gradient: gradient,
                factors: weighting.map { weighting in
                    { weighting.factors(label: $0, isTrue: $1, loss: $2) }
                }
            )
            .map { $0 / outputs }
        case (.regression, .values(let values)):
            return Losses.squaredError(logits, targets: values, scale: scale / outputs, gradient: gradient)
                .map { $0 / outputs }
        default:
            preconditionFailure("targets do not fit \(problemType)")
        }
    }

    /// The same for rows that all count alike.
    package static func rows(
        _ logits: Tensor, _ targets: ClassificationTargets, problemType: ProblemType, rowCount: Int,
        gradient: Tensor?
    ) -> [Double] {
        rows(logits, targets, problemType: problemType, rowCount: Double(rowCount), gradient: gradient)
    }
}
