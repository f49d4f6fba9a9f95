// What an output layer over a vocabulary stands on: a network that gives a hidden state for every token.

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
}

extension BERTEncoder: TokenNetwork {
    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor {
        precondition(source == nil, "an encoder attends to itself alone")
        return hiddenStates(pass)
    }

    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass) {
        backward(statesGradient: dstates, pass)
    }
}
