// An encoder or a decoder of texts with the norms before its branches: Pegasus and T5.

internal import Kernels
internal import Layers
internal import Tensors

/// Embeddings, pre-norm blocks and the last norm, whose output may be dropped and scaled.
final class PreNormNetwork: TextEncoder {
    let embeddings: TextEmbeddings
    let stack: PreNormStack
    let maximumLength: Int
    /// Dropout behind the last norm, and its name.
    private let outputDropout: Float
    private let site: String
    /// What the states are multiplied by.
    private let outputScale: Float
    private var dropout = Dropout.none

    init(
        embeddings: TextEmbeddings, stack: PreNormStack, maximumLength: Int, site: String,
        outputDropout: Float = 0, outputScale: Float = 1
    ) {
        self.embeddings = embeddings
        self.stack = stack
        self.maximumLength = maximumLength
        self.site = site
        self.outputDropout = outputDropout
        self.outputScale = outputScale
    }

    var words: Embedding { embeddings.words }
    var width: Int { embeddings.shape.width }
    var typeCount: Int { 1 }
    var selectsRows: Bool { false }

    func validate(_ batch: TokenBatch) throws(ModelError) {
        try batch.requireFit(vocabulary: embeddings.shape.vocabularySize, maximumLength: maximumLength)
    }

    func hiddenStates(_ pass: Pass) -> Tensor { forward(pass, source: nil) }

    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor {
        let states = stack.forward(source: source, width: width, pass) { embeddings.forward(pass) }
        dropout = pass.dropout(site, probability: outputDropout)
        dropout.apply(to: states, keys: pass.tokenKeys, into: states)
        if outputScale != 1 { Elementwise.scale(states, by: outputScale) }
        return states
    }

    func backward(statesGradient dstates: Tensor, _ pass: Pass) {
        backward(gradient: dstates, sourceGradient: nil, pass)
    }

    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass) {
        if outputScale != 1 { Elementwise.scale(dstates, by: outputScale) }
        dropout.apply(to: dstates, keys: pass.tokenKeys, into: dstates)
        let gradient = stack.backward(gradient: dstates, sourceGradient: sourceGradient, pass)
        guard pass.parameters.hasTrainableSlot(before: stack.firstSlot) else { return }
        let spare = pass.activation(rows: gradient.rows, columns: gradient.columns)
        embeddings.backward(gradient: gradient, spare: spare, pass)
    }

    func states(of rows: SelectedRows, _ pass: Pass) -> Tensor {
        preconditionFailure("this network computes all rows")
    }

    func backward(selectedGradient: Tensor, _ pass: Pass) {
        preconditionFailure("this network computes all rows")
    }

    func hiddenStates(_ pass: GraphPass, images: GraphValue?) -> GraphValue {
        preconditionFailure("no graph has this network")
    }
}
