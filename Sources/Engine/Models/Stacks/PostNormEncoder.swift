// An encoder of texts with the norms behind its branches: BERT (Devlin et al. 2019) and what is built alike.

internal import Kernels
internal import Layers
internal import Machine
internal import Tensors

/// Embeddings and post-norm encoder blocks.
final class PostNormEncoder: TextEncoder {
    private let shape: TextEmbeddings.Shape
    let embeddings: TextEmbeddings
    let blocks: [EncoderBlock]
    /// The first slot of each block, and the one behind the last block.
    private let blockStarts: [Int]
    /// Inputs of the blocks of a training pass.
    private var inputs: [Tensor] = []

    var words: Embedding { embeddings.words }
    var width: Int { shape.width }
    var typeCount: Int { shape.typeCount ?? 1 }
    let maximumLength: Int

    /// Adds the slots of the encoder, in forward order; `block` adds those of a block.
    init(
        _ layout: inout ParameterLayout, _ shape: TextEmbeddings.Shape, prefix: String, maximumLength: Int,
        layerCount: Int, block: (inout ParameterLayout, _ index: Int) -> EncoderBlock
    ) {
        self.shape = shape
        self.maximumLength = maximumLength
        embeddings = TextEmbeddings(&layout, shape, prefix: prefix)
        var blocks: [EncoderBlock] = []
        var starts: [Int] = []
        for index in 0..<layerCount {
            starts.append(layout.slots.count)
            blocks.append(block(&layout, index))
        }
        self.blocks = blocks
        blockStarts = starts + [layout.slots.count]
    }

    /// An encoder of given layers; `blockStarts` are the first slots of the blocks and the one behind them.
    init(embeddings: TextEmbeddings, blocks: [EncoderBlock], blockStarts: [Int], maximumLength: Int) {
        precondition(blockStarts.count == blocks.count + 1, "expected the starts of the blocks and their end")
        shape = embeddings.shape
        self.maximumLength = maximumLength
        self.embeddings = embeddings
        self.blocks = blocks
        self.blockStarts = blockStarts
    }

    func validate(_ batch: TokenBatch) throws(ModelError) {
        try batch.requireFit(vocabulary: shape.vocabularySize, maximumLength: maximumLength)
        if let typeCount = shape.typeCount { try batch.requireFit(typeCount: typeCount) }
    }

    // MARK: All tokens

    func hiddenStates(_ pass: Pass) -> Tensor { run(blocks[...], embeddings.forward(pass), pass) }

    func backward(statesGradient dstates: Tensor, _ pass: Pass) {
        let spare = pass.activation(rows: dstates.rows, columns: dstates.columns)
        backward(blocks[...], dstates, spare: spare, pass)
    }

    private func run(_ blocks: ArraySlice<EncoderBlock>, _ x: Tensor, _ pass: Pass) -> Tensor {
        inputs = []
        var x = x
        for (index, block) in blocks.enumerated() {
            guard pass.isTraining else {
                pass.temporarily { x.copy(from: block.forward(x, pass)) }
                continue
            }
            RankStatus.enter(.forward, detail: index)
            let isRecomputed = isRecomputed(inputs.count, pass)
            inputs.append(x)
            x =
                isRecomputed
                ? pass.result(rows: x.rows, columns: x.columns) { block.forward(x, pass) }
                : block.forward(x, pass)
        }
        return x
    }

    /// Whether a block runs forward again before it runs backward: not the last one, which would do so at
    /// once.
    private func isRecomputed(_ index: Int, _ pass: Pass) -> Bool {
        pass.recomputesActivations && index < blocks.count - 1
    }

    private func backward(
        _ blocks: ArraySlice<EncoderBlock>, _ gradient: Tensor, spare: Tensor, _ pass: Pass
    ) {
        var (dhidden, spare) = (gradient, spare)
        for index in blocks.indices.reversed() {
            guard pass.parameters.hasTrainableSlot(before: blockStarts[index + 1]) else { return }
            RankStatus.enter(.backward, detail: index)
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

    func states(of rows: SelectedRows, _ pass: Pass) -> Tensor {
        let hidden = run(blocks.dropLast(), embeddings.forward(pass), pass)
        pass.selectedRows = rows
        if pass.isTraining { RankStatus.enter(.forward, detail: blocks.count - 1) }
        return blocks[blocks.count - 1].forward(hidden, rows: rows, pass)
    }

    func backward(selectedGradient dlast: Tensor, _ pass: Pass) {
        guard pass.parameters.hasTrainableSlot(before: blockStarts[blocks.count]) else { return }
        let dhidden = pass.activation(rows: pass.batch.tokenCount, columns: width)
        let spare = pass.activation(rows: pass.batch.tokenCount, columns: width)
        RankStatus.enter(.backward, detail: blocks.count - 1)
        blocks[blocks.count - 1].backward(gradient: dlast, into: dhidden, pass)
        backward(blocks.dropLast(), dhidden, spare: spare, pass)
    }
}
