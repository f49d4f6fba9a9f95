// BERT with a classification or regression head over the pooled first token.

internal import Kernels
public import Layers
public import Tensors

/// Hugging Face's BertForSequenceClassification.
public final class BERTSequenceClassifier: SequenceClassifier {
    public let parameters: ParameterStore
    public let head: ClassificationHead
    public let encoderPrefix = "bert."
    public let configuration: BERTConfiguration
    private let json: JSONValue
    private let encoder: BERTEncoder
    private let classifier: Linear
    private var saved: (dropped: Tensor, dropout: Dropout)?

    /// Builds the network of `json`, a BERT config.json, with zero parameters. `file` is named in errors.
    public init(_ json: JSONValue, head: ClassificationHead, file: String) throws(ModelError) {
        configuration = try BERTConfiguration(json, file: file)
        self.json = json
        self.head = head
        var layout = ParameterLayout()
        encoder = BERTEncoder(&layout, configuration, prefix: encoderPrefix)
        classifier = Linear(
            &layout, "classifier", inputs: configuration.hiddenSize, outputs: head.labels.count,
            standardDeviation: configuration.initializerRange)
        parameters = ParameterStore(layout: layout)
    }

    public var maximumLength: Int { configuration.maximumLength }

    public func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix("classifier.") }

    public func mayIgnore(tensor name: String) -> Bool {
        name.hasPrefix("cls.") || name.hasSuffix("embeddings.position_ids")
    }

    public var configurationJSON: JSONValue {
        json.described(by: "BertForSequenceClassification", head: head)
    }

    public func validate(_ batch: TokenBatch) throws(ModelError) { try configuration.validate(batch) }

    /// Pooled first tokens `[S, C]`, before dropout and head.
    public func pooled(_ pass: Pass) -> Tensor { encoder.forward(pass) }

    /// Hidden states of all tokens after the last block, `[T, C]`.
    public func hiddenStates(_ pass: Pass) -> Tensor { encoder.hiddenStates(pass) }

    public func forward(_ pass: Pass) -> Tensor {
        let pooled = encoder.forward(pass)
        let dropout = pass.dropout("classifier", probability: configuration.classifierDropout)
        let dropped = pass.activation(rows: pooled.rows, columns: pooled.columns)
        dropout.apply(to: pooled, keys: pass.sequenceKeys, into: dropped)
        saved = (dropped, dropout)
        return classifier.forward(dropped, pass, type: .float32)
    }

    public func backward(gradient dlogits: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        let dpooled = pass.activation(rows: saved.dropped.rows, columns: saved.dropped.columns)
        classifier.backward(gradient: dlogits, input: saved.dropped, pass, into: dpooled)
        classifier.finishBackward(pass)
        saved.dropout.apply(to: dpooled, keys: pass.sequenceKeys, into: dpooled)
        encoder.backward(gradient: dpooled, pass)
    }
}
