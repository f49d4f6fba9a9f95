// A vision transformer with a classification or regression head over the class token.

internal import Kernels
public import Layers
public import Tensors

/// Hugging Face's ViTForImageClassification.
public final class ViTImageClassifier: SequenceClassifier {
    public let parameters: ParameterStore
    public let head: ClassificationHead
    public let encoderPrefix = "vit."
    public let configuration: ViTConfiguration
    private let json: JSONValue
    private let encoder: ViTEncoder
    private let classifier: Linear
    private var saved: Saved?

    private struct Saved {
        let states, first: Tensor
        let firstTokens: [Int32]
    }

    /// Builds the network of `json`, a ViT config.json, with zero parameters. `file` is named in errors.
    public init(_ json: JSONValue, head: ClassificationHead, file: String) throws(ModelError) {
        configuration = try ViTConfiguration(json, file: file)
        self.json = json
        self.head = head
        var layout = ParameterLayout()
        encoder = ViTEncoder(&layout, configuration, prefix: encoderPrefix, hasPooler: false)
        classifier = Linear(
            &layout, "classifier", inputs: configuration.hiddenSize, outputs: head.labels.count,
            standardDeviation: configuration.initializerRange)
        parameters = ParameterStore(layout: layout)
    }

    public var interpolatesPositions: Bool {
        get { encoder.interpolatesPositions }
        set { encoder.interpolatesPositions = newValue }
    }

    public var maximumLength: Int { configuration.tokenCount }
    public var configurationJSON: JSONValue { json.described(by: "ViTForImageClassification", head: head) }
    public func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix("classifier.") }

    /// The pooler of a bare encoder, and what masked image modelling needed.
    public func mayIgnore(tensor name: String) -> Bool {
        ["pooler.", "vit.pooler.", "decoder."].contains(where: name.hasPrefix)
            || name.hasSuffix("embeddings.mask_token")
    }

    public func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.validate(batch) }

    /// Hidden states of all tokens after the last norm, `[T, C]`.
    public func hiddenStates(_ pass: Pass) -> Tensor { encoder.hiddenStates(pass) }

    public func forward(_ pass: Pass) -> Tensor {
        let states = encoder.hiddenStates(pass)
        let firstTokens = [Int32](pass.batch.offsets.dropLast())
        let first = pass.activation(rows: firstTokens.count, columns: states.columns)
        EmbeddingTable.gather(states, ids: firstTokens, into: first)
        saved = Saved(states: states, first: first, firstTokens: firstTokens)
        return classifier.forward(first, pass, type: .float32)
    }

    public func backward(gradient dlogits: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        let dfirst = pass.activation(rows: saved.first.rows, columns: saved.first.columns)
        classifier.backward(gradient: dlogits, input: saved.first, pass, into: dfirst)
        classifier.finishBackward(pass)
        // The states are not needed any more: their memory takes their gradient.
        saved.states.clear()
        EmbeddingTable.scatterAdd(dfirst, ids: saved.firstTokens, to: saved.states)
        encoder.backward(statesGradient: saved.states, pass)
    }
}
