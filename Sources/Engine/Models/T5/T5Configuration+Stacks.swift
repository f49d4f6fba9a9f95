// The encoder and the decoder of T5.

internal import Kernels
internal import Layers

extension T5Configuration {
    /// The stack of one side, all names starting with `encoder.` or `decoder.`.
    func stack(_ layout: inout ParameterLayout, _ words: Embedding, isDecoder: Bool) -> PreNormNetwork {
        let prefix = isDecoder ? "decoder." : "encoder."
        let shape = TextEmbeddings.Shape(
            vocabularySize: vocabularySize, width: width, positionCount: 0, paddingID: -1,
            layerNormEpsilon: normEpsilon, dropout: dropout, initializerRange: initializerFactor)
        // The encoder's backward pass comes last, and with it the last gradient of the words.
        let embeddings = TextEmbeddings(
            shape, words: words, positions: nil, norm: nil, site: prefix + "embeddings",
            isLastOfWords: !isDecoder)
        let start = layout.slots.count
        let bias = RelativePositionBias(
            &layout, prefix + "block.0.layer.0.SelfAttention.relative_attention_bias",
            buckets: bucketCount, maximumDistance: maximumDistance, heads: headCount,
            isBidirectional: !isDecoder, standardDeviation: initializerFactor * deviation(width))
        var blocks: [PreNormBlock] = []
        var starts: [Int] = []
        for index in 0..<(isDecoder ? decoderLayerCount : encoderLayerCount) {
            starts.append(index == 0 ? start : layout.slots.count)
            blocks.append(
                block(
                    &layout, prefix + "block.\(index).layer.", bias, isDecoder: isDecoder, isFirst: index == 0
                ))
        }
        if let first = blocks.first { bias.belongs(to: first.attention) }
        starts.append(layout.slots.count)
        let norm = norm(&layout, prefix + "final_layer_norm", dropout)
        return PreNormNetwork(
            embeddings: embeddings,
            stack: PreNormStack(blocks: blocks, blockStarts: starts, norm: norm),
            maximumLength: Self.maximumLength, site: prefix + "final_layer_norm.output",
            outputDropout: dropout, outputScale: isDecoder && scalesOutput ? deviation(width) : 1)
    }

    /// 1/√n, by which T5 starts a matrix with n inputs.
    private func deviation(_ inputs: Int) -> Float { 1 / Float(inputs).squareRoot() }

    private func norm(_ layout: inout ParameterLayout, _ name: String, _ dropout: Float) -> ResidualNorm {
        ResidualNorm(
            &layout, name, width: width, kind: .rms, epsilon: normEpsilon, dropoutProbability: dropout)
    }

    private func block(
        _ layout: inout ParameterLayout, _ name: String, _ bias: RelativePositionBias, isDecoder: Bool,
        isFirst: Bool
    ) -> PreNormBlock {
        // The embeddings have a dropout of their own.
        let attentionNorm = norm(&layout, name + "0.layer_norm", isFirst ? 0 : dropout)
        let own = name + "0.SelfAttention"
        let attention = GroupedQueryAttention(
            &layout, own, .separate(query: own + ".q", key: own + ".k", value: own + ".v"),
            outputName: own + ".o",
            shape: .init(
                width: width, heads: headCount, headSize: headSize, isCausal: isDecoder,
                hasProjectionBias: false, hasOutputBias: false, scale: 1),
            positionBias: bias, dropoutProbability: dropout,
            standardDeviation: initializerFactor * deviation(width),
            outputStandardDeviation: initializerFactor * deviation(headCount * headSize))
        var cross: (norm: ResidualNorm, attention: CrossAttention)?
        if isDecoder {
            let crossNorm = norm(&layout, name + "1.layer_norm", dropout)
            let other = name + "1.EncDecAttention"
            let attention = CrossAttention(
                &layout, other, .separate(query: other + ".q", key: other + ".k", value: other + ".v"),
                outputName: other + ".o", width: width, sourceWidth: width, heads: headCount,
                headSize: headSize, hasBias: false, scale: 1, dropoutProbability: dropout,
                standardDeviation: initializerFactor * deviation(width))
            cross = (crossNorm, attention)
        }
        let last = name + (isDecoder ? "2." : "1.")
        let feedForwardNorm = norm(&layout, last + "layer_norm", dropout)
        return PreNormBlock(
            attentionNorm: attentionNorm, attention: attention, cross: cross,
            feedForwardNorm: feedForwardNorm,
            feedForward: feedForward(&layout, last + "DenseReluDense."))
    }

    private func feedForward(_ layout: inout ParameterLayout, _ name: String) -> any BlockFeedForward {
        let deviation = initializerFactor * deviation(width)
        guard isGated else {
            return FeedForward(
                &layout, innerName: name + "wi", outerName: name + "wo", width: width,
                innerWidth: innerWidth, activation: activation, standardDeviation: deviation,
                outerStandardDeviation: initializerFactor * self.deviation(innerWidth), hasBias: false,
                dropoutProbability: dropout)
        }
        return GatedFeedForward(
            &layout, gateName: name + "wi_0", upName: name + "wi_1", downName: name + "wo", width: width,
            innerWidth: innerWidth, activation: activation, hasBias: false, dropoutProbability: dropout,
            standardDeviation: deviation)
    }
}
