// The layers between an encoder's states and the logits of a masked language model, as the families name
// them.

internal import Kernels
internal import Layers

/// Dense layer, activation and norm, then the output layer.
struct MaskedLMHead: Sendable {
    /// What the names of all its tensors start with.
    var prefixes: [String]
    var dense, norm: String
    /// The output layer; files hold its matrix by this name, with `.weight`, where it is not tied.
    var output: String
    /// The bias of a tied output layer; `output` with `.bias` is a copy of it, if it is another tensor. nil
    /// for an output layer without bias, tied or not.
    var tiedBias: String?
    var activation: Activation
    var epsilon, initializerRange: Float
    /// Whether the output matrix is the table of the word embeddings.
    var isTied: Bool
    /// Whether the dense layer and the norm have biases.
    var hasDenseBias = true
    var hasNormBias = true
}

extension LMHeadModel {
    /// Adds the slots of the head over `network`, their names behind `prefix`.
    convenience init(
        _ layout: inout ParameterLayout, _ head: MaskedLMHead, over network: any Backbone,
        prefix: String
    ) {
        let words = network.words
        let transform = LMHeadTransform(
            &layout, denseName: prefix + head.dense, normName: prefix + head.norm, width: words.width,
            activation: head.activation, epsilon: head.epsilon, standardDeviation: head.initializerRange,
            hasDenseBias: head.hasDenseBias, hasNormBias: head.hasNormBias)
        let bias = head.tiedBias.map { _ in head.output + ".bias" }
        // Where the bias of a tied layer is another tensor, one of the two has no use.
        let tiedBias = head.tiedBias.flatMap { $0 == bias ? nil : $0 }
        guard head.isTied else {
            let output = LMHead(
                &layout, prefix + head.output, vocabularySize: words.count, width: words.width,
                standardDeviation: head.initializerRange, biasName: bias.map { prefix + $0 })
            let unused = tiedBias.map { [prefix + $0] } ?? []
            self.init(
                network: network, transform: transform, output: output, headPrefixes: head.prefixes,
                unusedTensors: unused)
            return
        }
        let output = LMHead(&layout, tiedTo: words, biasName: head.tiedBias.map { prefix + $0 })
        var copies = [TiedTensor(copy: prefix + head.output + ".weight", original: words.tensorName)]
        if let bias, let tiedBias {
            copies.append(TiedTensor(copy: prefix + bias, original: prefix + tiedBias))
        }
        self.init(
            network: network, transform: transform, output: output, headPrefixes: head.prefixes,
            tiedTensors: copies)
    }
}
