// The sizes of a post-norm encoder block, and the block.

internal import Kernels
internal import Layers

/// Sizes and rates of a post-norm block.
struct PostNormConfiguration: Sendable {
    var width, headCount, innerWidth: Int
    var activation: Activation
    /// Dropout of the attention's probabilities, of what the attention gives, and of what the feed-forward
    /// layers give.
    var attentionDropout, attendedDropout, outputDropout: Float
    var layerNormEpsilon, initializerRange: Float
    /// Dropout behind the activation.
    var activationDropout: Float = 0

    /// The names of a block's layers, whole.
    struct Names {
        /// Names the attention in the layout and the random numbers of its dropout.
        var attention: String
        var query, key, value, attentionOutput, attentionNorm, inner, outer, outputNorm: String

        /// BERT's, all starting with `name`.
        static func bert(_ name: String) -> Names {
            let own = name + "attention.self"
            return Names(
                attention: own, query: own + ".query", key: own + ".key", value: own + ".value",
                attentionOutput: name + "attention.output.dense",
                attentionNorm: name + "attention.output.LayerNorm", inner: name + "intermediate.dense",
                outer: name + "output.dense", outputNorm: name + "output.LayerNorm")
        }
    }

    /// Adds the slots of a block, in forward order.
    func block(_ layout: inout ParameterLayout, _ names: Names) -> EncoderBlock {
        let attention = SelfAttention(
            &layout, names.attention, parts: [names.query, names.key, names.value],
            outputName: names.attentionOutput, width: width, heads: headCount, isCausal: false,
            dropoutProbability: attentionDropout, standardDeviation: initializerRange)
        let attentionNorm = LayerNorm(
            &layout, names.attentionNorm, width: width, epsilon: layerNormEpsilon,
            dropoutProbability: attendedDropout)
        let feedForward = FeedForward(
            &layout, innerName: names.inner, outerName: names.outer, width: width, innerWidth: innerWidth,
            activation: activation, standardDeviation: initializerRange,
            dropoutProbability: activationDropout)
        let outputNorm = LayerNorm(
            &layout, names.outputNorm, width: width, epsilon: layerNormEpsilon,
            dropoutProbability: outputDropout)
        return EncoderBlock(
            attention: attention, attentionNorm: attentionNorm, feedForward: feedForward,
            outputNorm: outputNorm)
    }
}
