// An encoder as a part of a model that reads its states and has no use for the pooler that files hold with
// it.

internal import Layers
internal import Tensors

/// An encoder with the slots of a pooler that is stored with it and used by nothing.
final class SourceEncoder {
    let encoder: any EncoderNetwork
    private let pooler: [Int]

    /// Adds the slots of the encoder, in forward order, and those of its pooler, if files hold one.
    init(_ layout: inout ParameterLayout, _ configuration: any EncoderConfiguration, prefix: String) {
        encoder = configuration.encoder(&layout, prefix: prefix)
        pooler =
            configuration.poolerSize.map {
                Self.addPooler(&layout, prefix, inputs: configuration.hiddenSize, outputs: $0)
            } ?? []
    }

    private static func addPooler(
        _ layout: inout ParameterLayout, _ prefix: String, inputs: Int, outputs: Int
    ) -> [Int] {
        let name = prefix + "pooler.dense."
        return [(name + "weight", [outputs, inputs]), (name + "bias", [outputs])].map { name, shape in
            layout.add(
                name, rows: shape.count == 2 ? outputs : 1, columns: shape.count == 2 ? inputs : outputs,
                hasWeightDecay: false, initialization: .zeros,
                tensors: [CheckpointTensor(name: name, shape: shape)])
        }
    }

    var width: Int { encoder.width }
    var maximumLength: Int { encoder.maximumLength }

    /// Hidden states of all tokens, `[T, width]`.
    func hiddenStates(_ pass: Pass) -> Tensor { encoder.hiddenStates(pass) }

    /// Gradients of all parameters from those of the hidden states, which are overwritten. The pooler's
    /// slots, which have none, are reported too.
    func backward(statesGradient dstates: Tensor, _ pass: Pass) {
        reportPooler(pass)
        encoder.backward(statesGradient: dstates, pass)
    }

    /// Hidden states of the tokens `rows` of a text.
    func states(of rows: [Int32], _ pass: Pass) -> SelectedStates {
        text.forward(pass, source: nil, rows: rows)
    }

    /// Gradients of all parameters from those of the states of rows.
    func backward(gradient drows: Tensor, of states: SelectedStates, _ pass: Pass) {
        reportPooler(pass)
        text.backward(gradient: drows, of: states, sourceGradient: nil, pass)
    }

    /// The encoder of a text.
    var text: any TextEncoder {
        guard let text = encoder as? any TextEncoder else { preconditionFailure("this encoder reads images") }
        return text
    }

    private func reportPooler(_ pass: Pass) {
        if pass.completesGradients { pooler.reversed().forEach(pass.parameters.markReady) }
    }
}
