// What heads and decoders stand on: a network that gives every token a state which depends on all others.

internal import Layers
internal import Tensors

/// An encoder of texts or of images.
protocol EncoderNetwork: AnyObject {
    /// Width of the states.
    var width: Int { get }
    /// Tokens of the longest sequence.
    var maximumLength: Int { get }
    /// Hidden states of all tokens, `[T, width]`.
    func hiddenStates(_ pass: Pass) -> Tensor
    /// Gradients of all parameters from those of the hidden states, which are overwritten.
    func backward(statesGradient dstates: Tensor, _ pass: Pass)
    /// Hidden states of these tokens, `[N, width]`: the last block computes nothing else for the others than
    /// their keys and values.
    func states(of rows: SelectedRows, _ pass: Pass) -> Tensor
    /// Gradients of all parameters from those of the states of the selected tokens, which are overwritten.
    func backward(selectedGradient: Tensor, _ pass: Pass)
    /// Hidden states of all tokens, `[B, L, width]`, as operators of a graph; `images` are there for an
    /// encoder of images.
    func hiddenStates(_ pass: GraphPass, images: GraphValue?) -> GraphValue
    /// Throws when a batch does not fit.
    func validate(_ batch: TokenBatch) throws(ModelError)
}

/// An encoder of texts, which an output layer over its vocabulary can stand on.
protocol TextEncoder: EncoderNetwork, Backbone {
    /// Number of token types.
    var typeCount: Int { get }
}

extension TextEncoder {
    var selectsRows: Bool { true }

    func states(_ pass: GraphPass) -> GraphValue { hiddenStates(pass, images: nil) }

    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor {
        precondition(source == nil, "an encoder attends to itself alone")
        return hiddenStates(pass)
    }

    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass) {
        backward(statesGradient: dstates, pass)
    }
}

/// An encoder of images.
protocol ImageEncoder: EncoderNetwork {
    /// Sizes of images and patches.
    var configuration: ViTConfiguration { get }
    /// Whether images of another size than the configuration's are taken, their positions interpolated.
    var interpolatesPositions: Bool { get set }
}
