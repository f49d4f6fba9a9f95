// An encoder of texts with a label for every token, for named entities and the like.

package import JSON
internal import Kernels
package import Layers
package import Tensors

/// Hugging Face's …ForTokenClassification.
package final class TokenClassifier: TrainableModel {
    package let parameters: ParameterStore
    package let head: ClassificationHead
    private let family: ModelFamily
    private let json: JSONValue
    let encoder: any TextEncoder
    let layers: ClassificationLayers
    private let plan: ClassificationLayers.Plan
    private var states: SelectedStates?

    /// The families whose texts can be classified have a head over tokens too.
    static let heads: Set<ModelFamily.Head> = [.sequenceClassification]

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    package init(_ json: JSONValue, head: ClassificationHead, file: String) throws(ModelError) {
        family = try ModelFamily.of(json, having: Self.heads, file: file)
        let configuration = try family.encoderConfiguration(json, file: file)
        self.json = json
        self.head = head
        var layout = ParameterLayout()
        guard let encoder = configuration.encoder(&layout, prefix: family.prefix) as? any TextEncoder else {
            preconditionFailure("a family that classifies texts reads texts")
        }
        self.encoder = encoder
        plan = configuration.tokenClassification(prefix: family.prefix)
        layers = ClassificationLayers(
            &layout, plan, width: configuration.hiddenSize, outputs: head.labels.count,
            standardDeviation: configuration.initializerRange)
        parameters = try layout.store(file: file)
    }

    package var encoderPrefix: String { family.prefix }
    package var maximumLength: Int { encoder.maximumLength }

    package func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix(plan.output + ".") }

    package func isPooler(_ slot: ParameterSlot) -> Bool {
        plan.poolerPrefix.map(slot.name.hasPrefix) ?? false
    }

    /// Heads of other tasks, the pooler, and stored positions.
    package func mayIgnore(tensor name: String) -> Bool {
        family.mayIgnore(tensor: name, besides: plan.tensorPrefixesOfTokens)
    }

    package var configurationJSON: JSONValue {
        let architecture = family.architecture(Self.heads)
            .replacing("ForSequenceClassification", with: "ForTokenClassification")
        var members = json.described(by: architecture, head: head).object ?? [:]
        // The key belongs to classifiers of sequences.
        members["problem_type"] = nil
        return .object(members)
    }

    package func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.validate(batch) }

    /// Logits `[N, K]` in float32 of the N tokens `rows`, in ascending order.
    package func forward(_ pass: Pass, rows: [Int32]) -> Tensor {
        OutputObservation.outputs(pass, rows: rows) {
            let states = encoder.forward(pass, source: nil, rows: rows)
            self.states = states
            return layers.forward(states.states, keys: RowRandomKeys(pass.tokenKeys, rows: rows), pass)
        }
    }

    /// Adds the gradients of all parameters from that of the logits, which may be overwritten.
    package func backward(gradient dlogits: Tensor, _ pass: Pass) {
        guard let states else { preconditionFailure("backward without forward") }
        encoder.backward(
            gradient: layers.backward(gradient: dlogits, pass), of: states, sourceGradient: nil, pass)
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
