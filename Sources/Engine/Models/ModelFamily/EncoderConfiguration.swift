// What the configuration of an encoder or a decoder gives: its network and the layers of its heads.

internal import Kernels
internal import Layers

/// The typed config.json of an encoder.
protocol EncoderConfiguration: Sendable {
    /// Width of the states.
    var hiddenSize: Int { get }
    /// Standard deviation of new parameters.
    var initializerRange: Float { get }
    /// The network; the names of its slots start with `prefix`.
    func encoder(_ layout: inout ParameterLayout, prefix: String) -> any EncoderNetwork
    /// Outputs of the pooler that files of the bare encoder hold; nil if they hold none.
    var poolerSize: Int? { get }
    /// The layers of a classifier; `prefix` is that of the backbone.
    func classification(prefix: String) -> ClassificationLayers.Plan
    /// The layers of a classifier of tokens.
    func tokenClassification(prefix: String) -> ClassificationLayers.Plan
    /// The layers that give each token two scores: that an answer starts there, and that it ends there.
    func questionAnswering(prefix: String) -> ClassificationLayers.Plan
    /// The layers of a masked language model; nil for families without.
    var maskedLMHead: MaskedLMHead? { get }
    /// What further blocks over the encoder's states look like; nil for families that have none.
    var blockShape: PostNormConfiguration? { get }
}

extension EncoderConfiguration {
    /// An output layer alone, with the dropout of the classifier of texts.
    func tokenClassification(prefix: String) -> ClassificationLayers.Plan {
        ClassificationLayers.Plan(output: "classifier", dropout: classification(prefix: prefix).dropout)
    }

    /// An output layer alone, without dropout.
    func questionAnswering(prefix: String) -> ClassificationLayers.Plan {
        ClassificationLayers.Plan(output: "qa_outputs", dropout: 0)
    }
}

/// The typed config.json of a decoder.
protocol DecoderConfiguration: Sendable {
    /// Width of the states.
    var hiddenSize: Int { get }
    /// Tokens of the longest sequence.
    var maximumLength: Int { get }
    /// The network with its output layer; all names start with `prefix`, those of the network with `prefix`
    /// and `backbone`. With `sourceWidth` it attends to states of that width.
    func predictor(
        _ layout: inout ParameterLayout, prefix: String, backbone: String, sourceWidth: Int?
    ) -> LMHeadModel
}
