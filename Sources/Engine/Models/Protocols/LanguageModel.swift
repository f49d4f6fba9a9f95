// What the training loop and generation need of a model that predicts tokens.

package import Layers
package import Tensors

/// Sums over the targets of a batch; they add up over micro-batches and ranks.
package struct TokenLossSums: Sendable, Equatable {
    /// Sum of the targets' negative log-likelihoods (with label smoothing: of their smoothed losses), in
    /// nats.
    package var loss: Double
    /// Targets whose most likely token is the right one.
    package var correct: Int
    /// Number of targets.
    package var count: Int

    package init(loss: Double = 0, correct: Int = 0, count: Int = 0) {
        (self.loss, self.correct, self.count) = (loss, correct, count)
    }
}

/// A model that gives a distribution over the vocabulary at every token: causal and masked language models,
/// and decoders.
package protocol LanguageModel: TrainableModel {
    var vocabularySize: Int { get }
    /// The target that stands for "none", as in PyTorch.
    static var ignoredTarget: Int32 { get }
    /// Runs forward and, when the pass trains, backward.
    ///
    /// `targets[t]`, `[T]`, is what the output at token t is compared with: the next token for a causal
    /// model, the masked one for a masked model, `ignoredTarget` for none. The gradient is that of
    /// `Σ losses · scale`, where `scale` is one over the targets of the global batch. The head runs over the
    /// rows with a target only, a chunk at a time: no `[T, V]` is kept.
    func lossSums(_ pass: Pass, targets: [Int32], scale: Double, labelSmoothing: Double) -> TokenLossSums
    /// The sums of each sequence of the batch by itself, without a backward pass.
    func sequenceLossSums(_ pass: Pass, targets: [Int32]) -> [TokenLossSums]
    /// Logits `[rows.count, V]` of the outputs at the tokens `rows`, without a backward pass.
    func logits(_ pass: Pass, rows: [Int32]) -> Tensor
}

extension LanguageModel {
    package static var ignoredTarget: Int32 { -100 }
}
