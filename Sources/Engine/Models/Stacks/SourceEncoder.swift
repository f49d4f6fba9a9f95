// What a decoder with cross-attention stands on: an encoder of texts or of images.

internal import Layers
internal import Tensors

/// An encoder whose states a decoder attends to.
protocol SourceEncoder: AnyObject {
    /// Width of the states.
    var width: Int { get }
    /// Tokens of the longest source.
    var maximumLength: Int { get }
    /// Standard deviation of new parameters.
    var initializerRange: Float { get }
    /// Hidden states of all tokens, `[T, width]`.
    func hiddenStates(_ pass: Pass) -> Tensor
    /// Gradients of all parameters from those of the hidden states, which are overwritten. Slots without a gradient,
    /// such as those of a pooler that nothing uses, are reported too.
    func backward(statesGradient dstates: Tensor, _ pass: Pass)
    /// Throws when a batch does not fit.
    func validate(_ batch: TokenBatch) throws(ModelError)
}

extension SourceEncoder {
    /// Adds the slots of a pooler that is stored with the encoder and used by nothing, and returns them.
    static func addUnusedPooler(
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
}

/// BERT or RoBERTa as a part of a model that reads all of its states, with the pooler that files hold.
final class TextSourceEncoder: SourceEncoder {
    private let encoder: BERTEncoder
    private let pooler: [Int]

    var width: Int { encoder.configuration.hiddenSize }
    var maximumLength: Int { encoder.configuration.maximumLength }
    var initializerRange: Float { encoder.configuration.initializerRange }
    /// Number of token types.
    var typeCount: Int { encoder.configuration.typeCount }

    init(_ layout: inout ParameterLayout, _ configuration: BERTConfiguration, prefix: String) {
        encoder = BERTEncoder(&layout, configuration, prefix: prefix, hasPooler: false)
        pooler = Self.addUnusedPooler(
            &layout, prefix, inputs: configuration.hiddenSize, outputs: configuration.hiddenSize)
    }

    func hiddenStates(_ pass: Pass) -> Tensor { encoder.hiddenStates(pass) }

    func backward(statesGradient dstates: Tensor, _ pass: Pass) {
        if pass.completesGradients { pooler.reversed().forEach(pass.parameters.markReady) }
        encoder.backward(statesGradient: dstates, pass)
    }

    /// Hidden states of the tokens `rows`.
    func states(of rows: [Int32], _ pass: Pass) -> StatesOfRows {
        encoder.forward(pass, source: nil, rows: rows)
    }

    /// Gradients of all parameters from those of the states of rows.
    func backward(gradient drows: Tensor, of states: StatesOfRows, _ pass: Pass) {
        if pass.completesGradients { for slot in pooler.reversed() { pass.parameters.markReady(slot) } }
        encoder.backward(gradient: drows, of: states, sourceGradient: nil, pass)
    }

    func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.configuration.validate(batch) }
}
