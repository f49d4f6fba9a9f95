// The loss of a model that points at a span of tokens: cross-entropy over the tokens of each sequence.

internal import Foundation
package import Tensors

/// The loss of spans as transformers' models for question answering compute it: the mean of the
/// cross-entropies of the first and of the last token, each over the tokens of the sequence. There is no
/// padding that would take part.
package enum SpanLoss {
    /// The loss of each sequence, and whether its most likely first and last token are the right ones.
    ///
    /// - Parameters:
    ///   - logits: `[T, 2]` in float32.
    ///   - offsets: sequence s has the tokens `offsets[s]..<offsets[s + 1]`; `[S + 1]`.
    ///   - spans: the answer of each sequence as places in it, the last token included.
    ///   - lossCount: sequences of the global batch, all ranks and micro-batches.
    ///   - gradient: gets the gradient of `Σ losses / lossCount`, `[T, 2]`; may be `logits`.
    package static func sequences(
        _ logits: Tensor, offsets: [Int32], spans: [ClosedRange<Int>], lossCount: Double, gradient: Tensor?
    ) -> [(loss: Double, isRight: Bool)] {
        precondition(offsets.count == spans.count + 1, "expected one span a sequence")
        precondition(logits.columns == 2, "expected a start and an end score")
        let values = logits.values()
        let scale = 1 / (2 * lossCount)
        return spans.enumerated().map { sequence, span in
            let tokens = Int(offsets[sequence])..<Int(offsets[sequence + 1])
            precondition(span.upperBound < tokens.count, "a span outside its sequence")
            var (loss, isRight) = (0.0, true)
            for (column, target) in [span.lowerBound, span.upperBound].enumerated() {
                let scores = tokens.map { Double(values[2 * $0 + column]) }
                let largest = scores.max() ?? 0
                let exponentials = scores.map { exp($0 - largest) }
                let sum = exponentials.reduce(0, +)
                loss += (log(sum) + largest - scores[target]) / 2
                if scores.firstIndex(of: largest) != target { isRight = false }
                guard let gradient else { continue }
                for (place, token) in tokens.enumerated() {
                    let difference = exponentials[place] / sum - (place == target ? 1 : 0)
                    gradient[token, column] = Float(difference * scale)
                }
            }
            return (loss, isRight)
        }
    }
}
