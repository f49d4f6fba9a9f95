// What an output layer over a vocabulary stands on: a network that gives a hidden state for every token.

internal import Kernels
internal import Layers
internal import Tensors

/// A network from tokens to hidden states.
protocol Backbone: AnyObject {
    /// The word embeddings, for a tied output layer.
    var words: Embedding { get }
    /// Hidden states of all tokens, `[T, C]`. `source` is there exactly when the network has cross-attention.
    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor
    /// Gradients of all parameters from those of the hidden states, which are overwritten; adds that of the
    /// source's states to `sourceGradient`.
    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass)
    /// Hidden states of all tokens, `[B, L, C]`, as operators of a graph.
    func states(_ pass: GraphPass) -> GraphValue
    /// Whether the last block can compute some tokens without the others.
    var selectsRows: Bool { get }
    /// Hidden states of some tokens, `[N, C]`, of a network that selects rows.
    func states(of rows: SelectedRows, _ pass: Pass) -> Tensor
    /// Gradients of all parameters from those of selected states.
    func backward(selectedGradient: Tensor, _ pass: Pass)
}

/// Hidden states of some tokens.
struct SelectedStates {
    let rows: [Int32]
    /// `[N, C]`
    let states: Tensor
    /// The states of all tokens `[T, C]`, when they were computed.
    let all: Tensor?
}

extension Backbone {
    var selectsRows: Bool { false }

    func states(of rows: SelectedRows, _ pass: Pass) -> Tensor {
        preconditionFailure("this network computes all rows")
    }

    func backward(selectedGradient: Tensor, _ pass: Pass) {
        preconditionFailure("this network computes all rows")
    }

    /// Hidden states of the tokens `rows`: of these alone where that is possible and worth it.
    func forward(_ pass: Pass, source: CrossAttentionSource?, rows: [Int32]) -> SelectedStates {
        if selectsRows, source == nil, let selected = SelectedRows.worthwhile(rows, of: pass) {
            return SelectedStates(rows: rows, states: states(of: selected, pass), all: nil)
        }
        let all = forward(pass, source: source)
        let states = pass.activation(rows: rows.count, columns: all.columns)
        EmbeddingTable.gather(all, ids: rows, into: states)
        return SelectedStates(rows: rows, states: states, all: all)
    }

    /// Gradients of all parameters from those of the states of rows, `[N, C]`, which may be the states' own
    /// memory.
    func backward(
        gradient drows: Tensor, of states: SelectedStates, sourceGradient: Tensor?, _ pass: Pass
    ) {
        guard let all = states.all else { return backward(selectedGradient: drows, pass) }
        // The states are not needed any more: their memory takes their gradient.
        all.clear()
        EmbeddingTable.scatterAdd(drows, ids: states.rows, to: all)
        backward(gradient: all, sourceGradient: sourceGradient, pass)
    }
}
