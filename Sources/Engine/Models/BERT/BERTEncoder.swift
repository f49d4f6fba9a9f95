// The BERT encoder (Devlin et al. 2019) with its pooler; RoBERTa's (Liu et al. 2019) differs in its positions.

internal import Kernels
internal import Layers
internal import Tensors

/// Embeddings, post-norm encoder blocks and, if wanted, the pooler over the first token.
final class BERTEncoder {
    let configuration: BERTConfiguration
    private let embeddings: BERTEmbeddings
    private let blocks: [EncoderBlock]
    /// The first slot of each block, and the one behind the last block.
    private let blockStarts: [Int]
    private let pooler: Linear?
    private var saved: (input: Tensor, slope: Tensor)?
    /// Inputs of the blocks of a training pass.
    private var inputs: [Tensor] = []

    /// The word embeddings, for a tied output layer.
    var words: Embedding { embeddings.words }

    /// Adds the slots of the encoder, in forward order.
    init(
        _ layout: inout ParameterLayout, _ configuration: BERTConfiguration, prefix: String,
        hasPooler: Bool = true
    ) {
        self.configuration = configuration
        embeddings = BERTEmbeddings(&layout, configuration, prefix: prefix)
        var blocks: [EncoderBlock] = []
        var starts: [Int] = []
        for index in 0..<configuration.layerCount {
            starts.append(layout.slots.count)
            blocks.append(Self.block(&layout, configuration, name: prefix + "encoder.layer.\(index)."))
        }
        self.blocks = blocks
        blockStarts = starts + [layout.slots.count]
        let c = configuration.hiddenSize
        pooler =
            hasPooler
            ? Linear(
                &layout, prefix + "pooler.dense", inputs: c, outputs: c,
                standardDeviation: configuration.initializerRange) : nil
    }

    /// A block whose slots are named as BERT's, all starting with `name`.
    static func block(
        _ layout: inout ParameterLayout, _ configuration: BERTConfiguration, name: String
    ) -> EncoderBlock {
        let c = configuration.hiddenSize
        func norm(_ part: String, _ layout: inout ParameterLayout) -> LayerNorm {
            LayerNorm(
                &layout, name + part, width: c, epsilon: configuration.layerNormEpsilon,
                dropoutProbability: configuration.hiddenDropout)
        }
        let attention = SelfAttention(
            &layout, name + "attention.self",
            parts: ["query", "key", "value"].map { name + "attention.self." + $0 },
            outputName: name + "attention.output.dense", width: c, heads: configuration.headCount,
            isCausal: false, dropoutProbability: configuration.attentionDropout,
            standardDeviation: configuration.initializerRange)
        let attentionNorm = norm("attention.output.LayerNorm", &layout)
        let feedForward = FeedForward(
            &layout, innerName: name + "intermediate.dense", outerName: name + "output.dense", width: c,
            innerWidth: configuration.intermediateSize, activation: configuration.activation,
            standardDeviation: configuration.initializerRange)
        return EncoderBlock(
            attention: attention, attentionNorm: attentionNorm, feedForward: feedForward,
            outputNorm: norm("output.LayerNorm", &layout))
    }

    // MARK: All tokens

    /// Hidden states of all tokens, `[T, C]`.
    func hiddenStates(_ pass: Pass) -> Tensor { run(blocks[...], embeddings.forward(pass), pass) }

    /// Gradients of all parameters but the pooler's from those of the hidden states `[T, C]`, which are
    /// overwritten.
    func backward(statesGradient dstates: Tensor, _ pass: Pass) {
        let spare = pass.activation(rows: dstates.rows, columns: dstates.columns)
        backward(blocks[...], dstates, spare: spare, pass)
    }

    private func run(_ blocks: ArraySlice<EncoderBlock>, _ x: Tensor, _ pass: Pass) -> Tensor {
        inputs = []
        var x = x
        for block in blocks {
            guard pass.isTraining else {
                pass.temporarily { x.copy(from: block.forward(x, pass)) }
                continue
            }
            let isRecomputed = isRecomputed(inputs.count, pass)
            inputs.append(x)
            x =
                isRecomputed
                ? pass.result(rows: x.rows, columns: x.columns) { block.forward(x, pass) }
                : block.forward(x, pass)
        }
        return x
    }

    /// Whether a block runs forward again before it runs backward: not the last one, which would do so at once.
    private func isRecomputed(_ index: Int, _ pass: Pass) -> Bool {
        pass.recomputesActivations && index < blocks.count - 1
    }

    private func backward(
        _ blocks: ArraySlice<EncoderBlock>, _ gradient: Tensor, spare: Tensor, _ pass: Pass
    ) {
        var (dhidden, spare) = (gradient, spare)
        for index in blocks.indices.reversed() {
            guard pass.parameters.hasTrainableSlot(before: blockStarts[index + 1]) else { return }
            pass.temporarily {
                if isRecomputed(index, pass) { _ = blocks[index].forward(inputs[index], pass) }
                blocks[index].backward(gradient: dhidden, into: spare, pass)
            }
            swap(&dhidden, &spare)
        }
        guard pass.parameters.hasTrainableSlot(before: blockStarts[0]) else { return }
        embeddings.backward(gradient: dhidden, spare: spare, pass)
    }

    // MARK: Some tokens

    /// Hidden states of these tokens, `[N, C]`: the last block computes nothing else for the others than their keys
    /// and values.
    func states(of rows: SelectedRows, _ pass: Pass) -> Tensor {
        let hidden = run(blocks.dropLast(), embeddings.forward(pass), pass)
        pass.selectedRows = rows
        return blocks[blocks.count - 1].forward(hidden, rows: rows, pass)
    }

    /// Gradients of all parameters but the pooler's from those of the states of the selected tokens.
    func backward(selectedGradient dlast: Tensor, _ pass: Pass) {
        guard pass.parameters.hasTrainableSlot(before: blockStarts[blocks.count]) else { return }
        let c = configuration.hiddenSize
        let dhidden = pass.activation(rows: pass.batch.tokenCount, columns: c)
        let spare = pass.activation(rows: pass.batch.tokenCount, columns: c)
        blocks[blocks.count - 1].backward(gradient: dlast, into: dhidden, pass)
        backward(blocks.dropLast(), dhidden, spare: spare, pass)
    }

    /// Hidden states of the first token of each sequence, `[S, C]`.
    func firstStates(_ pass: Pass) -> Tensor { states(of: .first(of: pass), pass) }

    /// The pooled first token of each sequence, `[S, C]`.
    func forward(_ pass: Pass) -> Tensor {
        guard let pooler else { preconditionFailure("this encoder has no pooler") }
        let last = firstStates(pass)
        let slope = pooler.forward(last, pass)
        let pooled = pass.activation(rows: slope.rows, columns: slope.columns)
        Activation.tanh.forward(replacingBySlope: slope, into: pooled)
        saved = (last, slope)
        return pooled
    }

    /// Gradients of all parameters from that of the pooled rows, which is overwritten.
    func backward(gradient dpooled: Tensor, _ pass: Pass) {
        guard let pooler, let saved else { preconditionFailure("backward without forward") }
        Elementwise.multiply(dpooled, by: saved.slope)
        let dlast = pass.activation(rows: dpooled.rows, columns: configuration.hiddenSize)
        pooler.backward(gradient: dpooled, input: saved.input, pass, into: dlast)
        pooler.finishBackward(pass)
        backward(selectedGradient: dlast, pass)
    }
}
