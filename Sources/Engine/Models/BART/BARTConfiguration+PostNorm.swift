// BART's encoder and decoder.

internal import Kernels
internal import Layers

extension BARTConfiguration {
    func postNormEncoder(_ layout: inout ParameterLayout, _ words: Embedding) -> PostNormEncoder {
        let embeddings = embeddings(&layout, words, "model.encoder.")
        let shape = PostNormConfiguration(
            width: width, headCount: encoder.headCount, innerWidth: encoder.innerWidth,
            activation: activation, attentionDropout: attentionDropout, attendedDropout: dropout,
            outputDropout: dropout, layerNormEpsilon: layerNormEpsilon, initializerRange: initializerRange,
            activationDropout: activationDropout)
        var blocks: [EncoderBlock] = []
        var starts = [layout.slots.count]
        for index in 0..<encoder.layerCount {
            let name = "model.encoder.layers.\(index)."
            let own = name + "self_attn"
            blocks.append(
                shape.block(
                    &layout,
                    PostNormConfiguration.Names(
                        attention: own, query: own + ".q_proj", key: own + ".k_proj",
                        value: own + ".v_proj", attentionOutput: own + ".out_proj",
                        attentionNorm: name + "self_attn_layer_norm", inner: name + "fc1",
                        outer: name + "fc2", outputNorm: name + "final_layer_norm")))
            starts.append(layout.slots.count)
        }
        return PostNormEncoder(
            embeddings: embeddings, blocks: blocks, blockStarts: starts, maximumLength: positionCount)
    }

    func postNormDecoder(_ layout: inout ParameterLayout, _ words: Embedding) -> BERTDecoder {
        let embeddings = embeddings(&layout, words, "model.decoder.")
        var blocks: [DecoderBlock] = []
        var starts = [layout.slots.count]
        for index in 0..<decoder.layerCount {
            blocks.append(decoderBlock(&layout, "model.decoder.layers.\(index)."))
            starts.append(layout.slots.count)
        }
        return BERTDecoder(embeddings: embeddings, blocks: blocks, blockStarts: starts)
    }

    private func decoderBlock(_ layout: inout ParameterLayout, _ name: String) -> DecoderBlock {
        func norm(_ part: String, _ layout: inout ParameterLayout) -> LayerNorm {
            LayerNorm(
                &layout, name + part, width: width, epsilon: layerNormEpsilon, dropoutProbability: dropout)
        }
        let attention = selfAttention(&layout, name + "self_attn", decoder, isCausal: true)
        let attentionNorm = norm("self_attn_layer_norm", &layout)
        let cross = crossAttention(&layout, name + "encoder_attn", sourceWidth: width)
        let crossNorm = norm("encoder_attn_layer_norm", &layout)
        let feedForward = feedForward(&layout, name, decoder)
        return DecoderBlock(
            attention: attention, attentionNorm: attentionNorm, cross: (cross, crossNorm),
            feedForward: feedForward, outputNorm: norm("final_layer_norm", &layout))
    }

    // MARK: What post-norm and pre-norm blocks have in common

    func selfAttention(
        _ layout: inout ParameterLayout, _ own: String, _ stack: Stack, isCausal: Bool
    ) -> GroupedQueryAttention {
        GroupedQueryAttention(
            &layout, own, .separate(query: own + ".q_proj", key: own + ".k_proj", value: own + ".v_proj"),
            outputName: own + ".out_proj",
            shape: .init(width: width, heads: stack.headCount, isCausal: isCausal),
            dropoutProbability: attentionDropout, standardDeviation: initializerRange)
    }

    func crossAttention(
        _ layout: inout ParameterLayout, _ own: String, sourceWidth: Int
    ) -> CrossAttention {
        CrossAttention(
            &layout, own, .separate(query: own + ".q_proj", key: own + ".k_proj", value: own + ".v_proj"),
            outputName: own + ".out_proj", width: width, sourceWidth: sourceWidth,
            heads: decoder.headCount, dropoutProbability: attentionDropout,
            standardDeviation: initializerRange)
    }

    func feedForward(_ layout: inout ParameterLayout, _ name: String, _ stack: Stack) -> FeedForward {
        FeedForward(
            &layout, innerName: name + "fc1", outerName: name + "fc2", width: width,
            innerWidth: stack.innerWidth, activation: activation, standardDeviation: initializerRange,
            dropoutProbability: activationDropout)
    }
}
