// What an output layer over a vocabulary stands on: a network that gives a hidden state for every token.

internal import Kernels
internal import Layers
internal import Tensors

/// A network from tokens to hidden states.
protocol TokenNetwork: AnyObject {
    /// The word embeddings, for a tied output layer.
    var words: Embedding { get }
    /// Hidden states of all tokens, `[T, C]`. `source` is there exactly when the network has cross-attention.
    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor
    /// Gradients of all parameters from those of the hidden states, which are overwritten; adds that of the
    /// source's states to `sourceGradient`.
    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass)
    /// Hidden states of the tokens `rows`.
    func forward(_ pass: Pass, source: CrossAttentionSource?, rows: [Int32]) -> StatesOfRows
    /// Gradients of all parameters from those of the states of rows, `[N, C]`, which may be the states' own memory.
    func backward(gradient drows: Tensor, of states: StatesOfRows, sourceGradient: Tensor?, _ pass: Pass)
}

/// Hidden states of some tokens.
struct StatesOfRows {
    let rows: [Int32]
    /// `[N, C]`
    let states: Tensor
    /// The states of all tokens `[T, C]`, when they were computed.
    let all: Tensor?
}

extension TokenNetwork {
    func forward(_ pass: Pass, source: CrossAttentionSource?, rows: [Int32]) -> StatesOfRows {
        let all = forward(pass, source: source)
        let states = pass.activation(rows: rows.count, columns: all.columns)
        EmbeddingTable.gather(all, ids: rows, into: states)
        return StatesOfRows(rows: rows, states: states, all: all)
    }

    func backward(
        gradient drows: Tensor, of states: StatesOfRows, sourceGradient: Tensor?, _ pass: Pass
    ) {
        guard let all = states.all else { preconditionFailure("backward without forward") }
        // The states are not needed any more: their memory takes their gradient.
        all.clear()
        EmbeddingTable.scatterAdd(drows, ids: states.rows, to: all)
        backward(gradient: all, sourceGradient: sourceGradient, pass)
    }
}

extension BERTEncoder: TokenNetwork {
    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor {
        precondition(source == nil, "an encoder attends to itself alone")
        return hiddenStates(pass)
    }

    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass) {
        backward(statesGradient: dstates, pass)
    }

    func forward(_ pass: Pass, source: CrossAttentionSource?, rows: [Int32]) -> StatesOfRows {
        precondition(source == nil, "an encoder attends to itself alone")
        guard let selected = SelectedRows.worthwhile(rows, of: pass) else {
            let all = hiddenStates(pass)
            let states = pass.activation(rows: rows.count, columns: all.columns)
            EmbeddingTable.gather(all, ids: rows, into: states)
            return StatesOfRows(rows: rows, states: states, all: all)
        }
        return StatesOfRows(rows: rows, states: states(of: selected, pass), all: nil)
    }

    func backward(
        gradient drows: Tensor, of states: StatesOfRows, sourceGradient: Tensor?, _ pass: Pass
    ) {
        guard let all = states.all else { return backward(selectedGradient: drows, pass) }
        all.clear()
        EmbeddingTable.scatterAdd(drows, ids: states.rows, to: all)
        backward(statesGradient: all, pass)
    }
}
