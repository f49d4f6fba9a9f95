// Losses of classification and regression heads with their gradients. A row has a few outputs, for which
// double precision on one thread is quick enough.

import Foundation
package import Tensors

/// Losses over the rows of `logits [S, K]`. Each returns the loss of every row in double precision and writes
/// the gradient of `Σ row losses · scale` into `gradient`, which may share memory with `logits`.
package enum Losses {
    /// What a term of a loss and its gradient are multiplied by.
    package typealias Factors = (loss: Double, gradient: Double)

    /// −log softmax(logits)[target] a row; target −100 is ignored, as PyTorch's `ignore_index`. With
    /// `labelSmoothing` ε a row is the sum of −log softmax(logits) over all labels, each times ε / K, the
    /// target's times 1 − ε + ε / K. With `factors` each of these terms and its gradient are multiplied by
    /// what it says for the label and −log softmax.
    package static func crossEntropy(
        _ logits: Tensor, targets: [Int], scale: Double, gradient: Tensor?, labelSmoothing: Double = 0,
        factors: ((_ label: Int, _ loss: Double) -> Factors)? = nil
    ) -> [Double] {
        precondition(targets.count == logits.rows, "expected one target a row")
        return targets.indices.map { row in
            let target = targets[row]
            precondition(
                target == -100 || target >= 0 && target < logits.columns, "target \(target) out of range")
            guard target != -100 else {
                for column in 0..<logits.columns { gradient?[row, column] = 0 }
                return 0
            }
            let values = (0..<logits.columns).map { Double(logits[row, $0]) }
            let maximum: Double = values.max() ?? 0
            let exponentials = values.map { exp($0 - maximum) }
            let total: Double = exponentials.reduce(0, +)
            // The gradient is Σ g · softmax − g, g being the factors of the terms' gradients.
            var (loss, sum) = (0.0, 0.0)
            var slopes = [Double](repeating: 0, count: values.count)
            for label in labelSmoothing > 0 ? 0..<values.count : target..<target + 1 {
                let term = log(total) + maximum - values[label]
                let own = label == target ? 1 - labelSmoothing : 0
                let part = own + labelSmoothing / Double(values.count)
                let factor: Factors = factors?(label, term) ?? (1, 1)
                loss += part * factor.loss * term
                slopes[label] = part * factor.gradient * scale
                sum += slopes[label]
            }
            guard let gradient else { return loss }
            for (column, exponential) in exponentials.enumerated() {
                gradient[row, column] = Float(exponential / total * sum - slopes[column])
            }
            return loss
        }
    }

    /// Binary cross-entropy with logits, summed over the K labels of a row; targets are 0 or 1 (or between).
    /// With `factors` the terms of true and of other labels, −log σ and −log(1 − σ), and their gradients are
    /// multiplied by what it says for them.
    package static func binaryCrossEntropy(
        _ logits: Tensor, targets: [[Float]], scale: Double, gradient: Tensor?,
        factors: ((_ label: Int, _ isTrue: Bool, _ loss: Double) -> Factors)? = nil
    ) -> [Double] {
        elementwise(logits, targets: targets, scale: scale, gradient: gradient) { label, value, target in
            let sigmoid = 1 / (1 + exp(-value))
            let rest = log1p(exp(-abs(value)))
            guard let factors else { return (max(value, 0) - value * target + rest, sigmoid - target) }
            let (truth, other) = (max(-value, 0) + rest, max(value, 0) + rest)
            let (ofTruth, ofOther) = (factors(label, true, truth), factors(label, false, other))
            return (
                target * ofTruth.loss * truth + (1 - target) * ofOther.loss * other,
                target * ofTruth.gradient * (sigmoid - 1) + (1 - target) * ofOther.gradient * sigmoid
            )
        }
    }

    /// Squared error, summed over the K outputs of a row.
    package static func squaredError(
        _ outputs: Tensor, targets: [[Float]], scale: Double, gradient: Tensor?
    ) -> [Double] {
        elementwise(outputs, targets: targets, scale: scale, gradient: gradient) { _, value, target in
            let difference = value - target
            return (difference * difference, 2 * difference)
        }
    }

    private static func elementwise(
        _ outputs: Tensor, targets: [[Float]], scale: Double, gradient: Tensor?,
        _ body: (_ label: Int, _ value: Double, _ target: Double) -> (loss: Double, slope: Double)
    ) -> [Double] {
        precondition(targets.count == outputs.rows, "expected one target a row")
        return (0..<outputs.rows).map { row in
            precondition(targets[row].count == outputs.columns, "expected \(outputs.columns) targets a row")
            return (0..<outputs.columns).reduce(0) { sum, column in
                let result = body(column, Double(outputs[row, column]), Double(targets[row][column]))
                gradient?[row, column] = Float(result.slope * scale)
                return sum + result.loss
            }
        }
    }
}
