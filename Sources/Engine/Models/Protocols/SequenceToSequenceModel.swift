// What training and generation need of a model that writes one sequence for another.

package import Layers
package import Tensors

/// An encoder over sources and a decoder over targets that attends to them. `validate` checks a source.
package protocol SequenceToSequenceModel: TrainableModel {
    /// Size of the decoder's vocabulary.
    var vocabularySize: Int { get }
    /// The token that every target starts from; the decoder reads it first.
    var startID: Int32 { get }
    /// Tokens that end a target.
    var endIDs: [Int32] { get }
    /// Tokens of the longest target, the start included.
    var maximumTargetLength: Int { get }
    /// Whether targets are framed as texts of their own: by all special tokens of the tokenizer, as BART's
    /// `<s> … </s>`, instead of an end token alone.
    var framesTargets: Bool { get }
    /// Throws when a target does not fit the decoder.
    func validateTarget(_ batch: TokenBatch) throws(ModelError)
    /// Runs forward and, when the passes train, backward; both passes share parameters, workspace and key.
    ///
    /// Sequence s of `target` belongs to sequence s of `source`. `targets[t]` is what the decoder's output at
    /// its token t is compared with; the rest is as in `LanguageModel.lossSums`.
    func lossSums(
        source: Pass, target: Pass, targets: [Int32], scale: Double, labelSmoothing: Double
    ) -> TokenLossSums
    /// The sums of each sequence of the batch by itself, without a backward pass.
    func sequenceLossSums(source: Pass, target: Pass, targets: [Int32]) -> [TokenLossSums]
    /// What the decoder attends to, without a backward pass.
    func encode(_ source: Pass) -> CrossAttentionSource
    /// Logits `[rows.count, V]` of the decoder at its tokens `rows`, without a backward pass.
    func logits(_ target: Pass, source: CrossAttentionSource, rows: [Int32]) -> Tensor
}

extension SequenceToSequenceModel {
    package var framesTargets: Bool { false }
}
