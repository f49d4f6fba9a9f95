// Losses of classification and regression heads with their gradients.

import Foundation
public import Tensors

/// Losses over the rows of `logits [S, K]`. Each returns the loss of every row in double precision and writes the
/// gradient of `Σ row losses · scale` into `gradient`, which may share memory with `logits`.
public enum Losses {
    /// −log softmax(logits)[target] a row; target −100 is ignored, as PyTorch's `ignore_index`. With `factors` a row's
    /// loss and gradient are multiplied by what it says for the row's target and loss.
    public static func crossEntropy(
        _ logits: Tensor, targets: [Int], scale: Double, gradient: Tensor?,
        factors: ((_ target: Int, _ loss: Double) -> (loss: Double, gradient: Double))? = nil
    ) -> [Double] {
        precondition(targets.count == logits.rows, "expected one target a row")
        return (0..<logits.rows).map { row in
            let target = targets[row]
            let values = (0..<logits.columns).map { Double(logits[row, $0]) }
            let maximum = values.max() ?? 0
            let exponentials = values.map { exp($0 - maximum) }
            let total = exponentials.reduce(0, +)
            let isIgnored = target == -100
            precondition(isIgnored || target >= 0 && target < logits.columns, "target \(target) out of range")
            let loss = isIgnored ? 0 : log(total) + maximum - values[target]
            let factor = isIgnored ? nil : factors?(target, loss)
            let rowScale = factor.map { $0.gradient * scale } ?? scale
            if let gradient {
                for column in 0..<logits.columns {
                    let probability = exponentials[column] / total - (column == target ? 1 : 0)
                    gradient[row, column] = isIgnored ? 0 : Float(probability * rowScale)
                }
            }
            return factor.map { $0.loss * loss } ?? loss
        }
    }

    /// Binary cross-entropy with logits, summed over the K labels of a row; targets are 0 or 1 (or between).
    public static func binaryCrossEntropy(
        _ logits: Tensor, targets: [[Float]], scale: Double, gradient: Tensor?
    ) -> [Double] {
        elementwise(logits, targets: targets, scale: scale, gradient: gradient) { value, target in
            let loss = max(value, 0) - value * target + log1p(exp(-abs(value)))
            return (loss, 1 / (1 + exp(-value)) - target)
        }
    }

    /// Squared error, summed over the K outputs of a row.
    public static func squaredError(
        _ outputs: Tensor, targets: [[Float]], scale: Double, gradient: Tensor?
    ) -> [Double] {
        elementwise(outputs, targets: targets, scale: scale, gradient: gradient) { value, target in
            let difference = value - target
            return (difference * difference, 2 * difference)
        }
    }

    private static func elementwise(
        _ outputs: Tensor, targets: [[Float]], scale: Double, gradient: Tensor?,
        _ body: (_ value: Double, _ target: Double) -> (loss: Double, slope: Double)
    ) -> [Double] {
        precondition(targets.count == outputs.rows, "expected one target a row")
        return (0..<outputs.rows).map { row in
            precondition(targets[row].count == outputs.columns, "expected \(outputs.columns) targets a row")
            return (0..<outputs.columns).reduce(0) { sum, column in
                let result = body(Double(outputs[row, column]), Double(targets[row][column]))
                gradient?[row, column] = Float(result.slope * scale)
                return sum + result.loss
            }
        }
    }
}
