// The encoder and the decoder of Pegasus.

internal import Kernels
internal import Layers

extension BARTConfiguration {
    /// The stack whose names start with `prefix`; with `sourceWidth` a decoder that attends to states of that
    /// width.
    func preNormStack(
        _ layout: inout ParameterLayout, _ words: Embedding, _ prefix: String, _ stack: Stack,
        sourceWidth: Int?
    ) -> PreNormNetwork {
        let embeddings = embeddings(&layout, words, prefix)
        var blocks: [PreNormBlock] = []
        var starts = [layout.slots.count]
        for index in 0..<stack.layerCount {
            blocks.append(
                preNormBlock(
                    &layout, prefix + "layers.\(index).", stack, sourceWidth: sourceWidth,
                    // The embeddings have a dropout of their own.
                    branchDropout: index == 0 ? 0 : dropout))
            starts.append(layout.slots.count)
        }
        let norm = residualNorm(&layout, prefix + "layer_norm", stack.layerCount == 0 ? 0 : dropout)
        return PreNormNetwork(
            embeddings: embeddings,
            stack: PreNormStack(blocks: blocks, blockStarts: starts, norm: norm),
            maximumLength: positionCount, site: prefix + "layer_norm.output")
    }

    private func residualNorm(
        _ layout: inout ParameterLayout, _ name: String, _ dropout: Float
    ) -> ResidualNorm {
        ResidualNorm(
            &layout, name, width: width, kind: .layer, epsilon: layerNormEpsilon,
            dropoutProbability: dropout)
    }

    private func preNormBlock(
        _ layout: inout ParameterLayout, _ name: String, _ stack: Stack, sourceWidth: Int?,
        branchDropout: Float
    ) -> PreNormBlock {
        let attentionNorm = residualNorm(&layout, name + "self_attn_layer_norm", branchDropout)
        let attention = selfAttention(&layout, name + "self_attn", stack, isCausal: sourceWidth != nil)
        var cross: (norm: ResidualNorm, attention: CrossAttention)?
        if let sourceWidth {
            let norm = residualNorm(&layout, name + "encoder_attn_layer_norm", dropout)
            cross = (norm, crossAttention(&layout, name + "encoder_attn", sourceWidth: sourceWidth))
        }
        let feedForwardNorm = residualNorm(&layout, name + "final_layer_norm", dropout)
        return PreNormBlock(
            attentionNorm: attentionNorm, attention: attention, cross: cross,
            feedForwardNorm: feedForwardNorm, feedForward: feedForward(&layout, name, stack))
    }
}
