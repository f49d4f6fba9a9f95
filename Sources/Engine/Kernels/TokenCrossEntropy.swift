// The loss of language models over a chunk of logits.

internal import CKernels
package import Tensors

/// Cross-entropy with label smoothing, as torch.nn.functional.cross_entropy.
package enum TokenCrossEntropy {
    /// The sum of the losses of the rows of `logits [N, V]`, float32, and how many rows have their largest
    /// logit (the first of equals) at the target. The rest is as in `rows`.
    package static func run(
        _ logits: Tensor, targets: [Int32], labelSmoothing: Double, scale: Double = 1,
        gradient: Tensor? = nil
    ) -> (loss: Double, correct: Int) {
        let rows = rows(
            logits, targets: targets, labelSmoothing: labelSmoothing, scale: scale, gradient: gradient)
        return (rows.losses.reduce(0, +), rows.isCorrect.count { $0 })
    }

    /// The loss of each row of `logits [N, V]`, float32, and whether its largest logit (the first of equals)
    /// is at the target. `gradient`, of any type and possibly `logits`, becomes the gradient of
    /// `Σ losses · scale`.
    ///
    /// The loss of a row is `logΣexp(x) − (1 − ε)·x[target] − ε·mean(x)`, ε being `labelSmoothing`.
    package static func rows(
        _ logits: Tensor, targets: [Int32], labelSmoothing: Double, scale: Double = 1,
        gradient: Tensor? = nil
    ) -> (losses: [Double], isCorrect: [Bool]) {
        let n = logits.rows
        precondition(targets.count == n && logits.isContiguous, "expected one target a row")
        for target in targets {
            precondition(target >= 0 && Int(target) < logits.columns, "target \(target) out of range")
        }
        precondition(gradient.map { $0.count == logits.count && $0.isContiguous } ?? true, "shapes differ")
        let type = (gradient?.type ?? .float32).code
        var losses = [Double](repeating: 0, count: n)
        var correct = [UInt8](repeating: 0, count: n)
        unsafe targets.withUnsafeBufferPointer { targets in
            unsafe losses.withUnsafeMutableBufferPointer { losses in
                unsafe correct.withUnsafeMutableBufferPointer { correct in
                    let (losses, correct) = (losses.baseAddress, correct.baseAddress)
                    ThreadPool.forEachRange(count: n) { range, _ in
                        unsafe ck_token_cross_entropy(
                            logits.floats, targets.baseAddress, logits.columns, Float(labelSmoothing),
                            Float(scale), type, gradient?.bytePointer, losses, correct, range.lowerBound,
                            range.upperBound)
                    }
                }
            }
        }
        return (losses, correct.map { $0 != 0 })
    }
}
