// A vision transformer with a classification or regression head over the class token.

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
    private var first: Tensor?

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
        let first = encoder.classStates(pass)
        self.first = first
        return classifier.forward(first, pass, type: .float32)
    }

    public func backward(gradient dlogits: Tensor, _ pass: Pass) {
        guard let first else { preconditionFailure("backward without forward") }
        let dfirst = pass.activation(rows: first.rows, columns: first.columns)
        classifier.backward(gradient: dlogits, input: first, pass, into: dfirst)
        classifier.finishBackward(pass)
        encoder.backward(statesGradient: dfirst, pass)
    }
}
