// A decoder with the norms behind its branches: causal self-attention and cross-attention to an encoder, as
// in Hugging Face's BertLMHeadModel and in BART's decoder.

internal import JSON
internal import Kernels
internal import Layers
internal import Machine
internal import Tensors

/// Embeddings and post-norm decoder blocks.
final class BERTDecoder: Backbone {
    let embeddings: TextEmbeddings
    let blocks: [DecoderBlock]
    /// The first slot of each block, and the one behind the last block.
    private let blockStarts: [Int]
    /// Inputs of the blocks of a training pass, and what they attended to.
    private var inputs: [Tensor] = []
    private var source: CrossAttentionSource?

    var words: Embedding { embeddings.words }

    /// Adds the slots of the decoder, with cross-attention to states of `sourceWidth` when given.
    init(
        _ layout: inout ParameterLayout, _ configuration: BERTConfiguration, prefix: String,
        sourceWidth: Int?
    ) {
        embeddings = TextEmbeddings(&layout, configuration.embeddings, prefix: prefix)
        var blocks: [DecoderBlock] = []
        var starts: [Int] = []
        for index in 0..<configuration.layerCount {
            starts.append(layout.slots.count)
            blocks.append(
                Self.block(
                    &layout, configuration, name: prefix + "encoder.layer.\(index).",
                    sourceWidth: sourceWidth))
        }
        self.blocks = blocks
        blockStarts = starts + [layout.slots.count]
    }

    /// A decoder of given layers; `blockStarts` are the first slots of the blocks and the one behind them.
    init(embeddings: TextEmbeddings, blocks: [DecoderBlock], blockStarts: [Int]) {
        precondition(blockStarts.count == blocks.count + 1, "expected the starts of the blocks and their end")
        self.embeddings = embeddings
        self.blocks = blocks
        self.blockStarts = blockStarts
    }

    private static func block(
        _ layout: inout ParameterLayout, _ configuration: BERTConfiguration, name: String, sourceWidth: Int?
    ) -> DecoderBlock {
        let c = configuration.hiddenSize
        let deviation = configuration.initializerRange
        func norm(_ part: String, _ layout: inout ParameterLayout) -> LayerNorm {
            LayerNorm(
                &layout, name + part + ".output.LayerNorm", width: c, epsilon: configuration.layerNormEpsilon,
                dropoutProbability: configuration.hiddenDropout)
        }
        let own = name + "attention.self"
        let attention = GroupedQueryAttention(
            &layout, own, .separate(query: own + ".query", key: own + ".key", value: own + ".value"),
            outputName: name + "attention.output.dense",
            shape: .init(width: c, heads: configuration.headCount),
            dropoutProbability: configuration.attentionDropout, standardDeviation: deviation)
        let attentionNorm = norm("attention", &layout)
        var cross: (attention: CrossAttention, norm: LayerNorm)?
        if let sourceWidth {
            let other = name + "crossattention.self"
            let attention = CrossAttention(
                &layout, other,
                .separate(query: other + ".query", key: other + ".key", value: other + ".value"),
                outputName: name + "crossattention.output.dense", width: c, sourceWidth: sourceWidth,
                heads: configuration.headCount, dropoutProbability: configuration.attentionDropout,
                standardDeviation: deviation)
            cross = (attention, norm("crossattention", &layout))
        }
        let feedForward = FeedForward(
            &layout, innerName: name + "intermediate.dense", outerName: name + "output.dense", width: c,
            innerWidth: configuration.intermediateSize, activation: configuration.activation,
            standardDeviation: deviation)
        let outputNorm = LayerNorm(
            &layout, name + "output.LayerNorm", width: c, epsilon: configuration.layerNormEpsilon,
            dropoutProbability: configuration.hiddenDropout)
        return DecoderBlock(
            attention: attention, attentionNorm: attentionNorm, cross: cross, feedForward: feedForward,
            outputNorm: outputNorm)
    }

    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor {
        inputs = []
        self.source = source
        var x = embeddings.forward(pass)
        for (index, block) in blocks.enumerated() {
            guard pass.isTraining else {
                pass.temporarily { x.copy(from: block.forward(x, source: source, pass)) }
                continue
            }
            RankStatus.enter(.forward, detail: index)
            let isRecomputed = isRecomputed(inputs.count, pass)
            inputs.append(x)
            x =
                isRecomputed
                ? pass.result(rows: x.rows, columns: x.columns) { block.forward(x, source: source, pass) }
                : block.forward(x, source: source, pass)
        }
        return x
    }

    /// Whether a block runs forward again before it runs backward: not the last one, which would do so at
    /// once.
    private func isRecomputed(_ index: Int, _ pass: Pass) -> Bool {
        pass.recomputesActivations && index < blocks.count - 1
    }

    /// Below the first trained parameter, which may be one of the encoder, nothing is computed.
    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass) {
        var dhidden = dstates
        var spare = pass.activation(rows: dstates.rows, columns: dstates.columns)
        for (index, block) in blocks.enumerated().reversed() {
            guard pass.parameters.hasTrainableSlot(before: blockStarts[index + 1]) else { return }
            RankStatus.enter(.backward, detail: index)
            pass.temporarily {
                if isRecomputed(index, pass) { _ = block.forward(inputs[index], source: source, pass) }
                block.backward(gradient: dhidden, into: spare, sourceGradient: sourceGradient, pass)
            }
            swap(&dhidden, &spare)
        }
        guard pass.parameters.hasTrainableSlot(before: blockStarts[0]) else { return }
        embeddings.backward(gradient: dhidden, spare: spare, pass)
    }
}

/// BERT's configuration as that of a decoder.
struct BERTDecoderConfiguration: DecoderConfiguration {
    let bert: BERTConfiguration

    init(_ json: JSONValue, file: String) throws(ModelError) {
        bert = try BERTConfiguration(json, file: file, isDecoder: true)
    }

    var hiddenSize: Int { bert.hiddenSize }
    var maximumLength: Int { bert.maximumLength }

    func predictor(
        _ layout: inout ParameterLayout, prefix: String, backbone: String, sourceWidth: Int?
    ) -> LMHeadModel {
        guard let head = bert.maskedLMHead else { preconditionFailure("BERT has a language model's head") }
        let network = BERTDecoder(&layout, bert, prefix: prefix + backbone, sourceWidth: sourceWidth)
        return LMHeadModel(&layout, head, over: network, prefix: prefix)
    }
}
