// An encoder of texts with a label for every token, for named entities and the like.

public import JSON
internal import Kernels
public import Layers
public import Tensors

/// Hugging Face's …ForTokenClassification.
public final class TokenClassifier: TrainableModel {
    public let parameters: ParameterStore
    public let head: ClassificationHead
    private let family: ModelFamily
    private let json: JSONValue
    private let encoder: any TextEncoder
    private let classifier: Linear
    private let dropoutProbability: Float
    private var saved: Saved?

    /// The families whose texts can be classified have a head over tokens too.
    static let heads: Set<ModelFamily.Head> = [.sequenceClassification]

    private struct Saved {
        let states: StatesOfRows
        let dropped: Tensor
        let dropout: Dropout
        let keys: RowKeys
    }

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    public init(_ json: JSONValue, head: ClassificationHead, file: String) throws(ModelError) {
        family = try ModelFamily.of(json, having: Self.heads, file: file)
        let configuration = try family.encoderConfiguration(json, file: file)
        self.json = json
        self.head = head
        var layout = ParameterLayout()
        guard let encoder = configuration.encoder(&layout, prefix: family.prefix) as? any TextEncoder else {
            preconditionFailure("a family that classifies texts reads texts")
        }
        self.encoder = encoder
        dropoutProbability = configuration.tokenLabelDropout
        classifier = Linear(
            &layout, "classifier", inputs: configuration.hiddenSize, outputs: head.labels.count,
            standardDeviation: configuration.initializerRange)
        parameters = ParameterStore(layout: layout)
    }

    public var encoderPrefix: String { family.prefix }
    public var maximumLength: Int { encoder.maximumLength }

    public func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix("classifier.") }

    /// Heads of other tasks, the pooler, and stored positions.
    public func mayIgnore(tensor name: String) -> Bool {
        family.mayIgnore(tensor: name, besides: ["classifier.weight", "classifier.bias"])
    }

    public var configurationJSON: JSONValue {
        let architecture = family.architecture(Self.heads)
            .replacing("ForSequenceClassification", with: "ForTokenClassification")
        var members = json.described(by: architecture, head: head).object ?? [:]
        // The key belongs to classifiers of sequences.
        members["problem_type"] = nil
        return .object(members)
    }

    public func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.validate(batch) }

    /// Logits `[N, K]` in float32 of the N tokens `rows`, in ascending order.
    public func forward(_ pass: Pass, rows: [Int32]) -> Tensor {
        let states = encoder.forward(pass, source: nil, rows: rows)
        let keys = RowKeys(pass.tokenKeys, rows: rows)
        let dropout = pass.dropout("classifier", probability: dropoutProbability)
        let dropped = pass.activation(rows: rows.count, columns: states.states.columns)
        dropout.apply(to: states.states, keys: keys, into: dropped)
        saved = Saved(states: states, dropped: dropped, dropout: dropout, keys: keys)
        return classifier.forward(dropped, pass, type: .float32)
    }

    /// Adds the gradients of all parameters from that of the logits, which may be overwritten.
    public func backward(gradient dlogits: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        let dstates = saved.states.states
        classifier.backward(gradient: dlogits, input: saved.dropped, pass, into: dstates)
        classifier.finishBackward(pass)
        saved.dropout.apply(to: dstates, keys: saved.keys, into: dstates)
        encoder.backward(gradient: dstates, of: saved.states, sourceGradient: nil, pass)
    }
}

extension ModelHead<TokenClassifier> {
    /// A label for every token; with nil the labels are those of config.json.
    package static func tokens(_ head: ClassificationHead?) -> Self {
        Self(
            purpose: "a classifier of tokens", families: ModelFamily.having(TokenClassifier.heads),
            newParameters: .classificationHead(head),
            make: { (json, file) throws(ModelError) in
                try TokenClassifier(json, head: head ?? ClassificationHead(describedBy: json), file: file)
            }, trainable: { $0 })
    }
}
