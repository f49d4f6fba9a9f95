// An encoder of texts that points at the answer to a question: a start and an end score for every token.

package import JSON
internal import Kernels
package import Layers
package import Tensors

/// Hugging Face's …ForQuestionAnswering.
package final class QuestionAnswerer: TrainableModel {
    package let parameters: ParameterStore
    private let family: ModelFamily
    private let json: JSONValue
    let encoder: any EncoderNetwork
    let layers: ClassificationLayers
    private let plan: ClassificationLayers.Plan

    /// Every encoder of texts can stand below the head.
    static let heads: Set<ModelFamily.Head> = [.textEncoder]

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    package init(_ json: JSONValue, file: String) throws(ModelError) {
        family = try ModelFamily.of(json, having: Self.heads, file: file)
        let configuration = try family.encoderConfiguration(json, file: file)
        self.json = json
        var layout = ParameterLayout()
        encoder = configuration.encoder(&layout, prefix: family.prefix)
        plan = configuration.questionAnswering(prefix: family.prefix)
        layers = ClassificationLayers(
            &layout, plan, width: configuration.hiddenSize, outputs: 2,
            standardDeviation: configuration.initializerRange)
        parameters = try layout.store(file: file)
    }

    package var encoderPrefix: String { family.prefix }
    package var maximumLength: Int { encoder.maximumLength }

    /// The class in transformers is named as the encoder's: BertModel has BertForQuestionAnswering beside it.
    package var configurationJSON: JSONValue {
        let bare = family.architecture(Self.heads)
        precondition(bare.hasSuffix("Model"), "\(bare) is no bare encoder")
        let architecture = String(bare.dropLast("Model".count)) + "ForQuestionAnswering"
        var members = json.described(by: architecture).object ?? [:]
        // Labels of another task's head: transformers opens this class with two alone, which are its default.
        for key in ["id2label", "label2id", "num_labels", "problem_type"] { members[key] = nil }
        return .object(members)
    }

    package func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix(plan.output + ".") }

    package func isPooler(_ slot: ParameterSlot) -> Bool {
        plan.poolerPrefix.map(slot.name.hasPrefix) ?? false
    }

    package func mayIgnore(tensor name: String) -> Bool {
        family.mayIgnore(tensor: name, besides: plan.tensorPrefixesOfTokens)
    }

    package func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.validate(batch) }

    /// Logits `[T, 2]` in float32: that the answer starts at the token, and that it ends there.
    package func forward(_ pass: Pass) -> Tensor {
        OutputObservation.outputs(pass, rows: pass.batch.tokens.indices.map { Int32($0) }) {
            layers.forward(encoder.hiddenStates(pass), keys: pass.tokenKeys, pass)
        }
    }

    /// Adds the gradients of all parameters from that of the logits.
    package func backward(gradient dlogits: Tensor, _ pass: Pass) {
        encoder.backward(statesGradient: layers.backward(gradient: dlogits, pass), pass)
    }
}

extension ModelHead<QuestionAnswerer> {
    /// A start and an end score for every token.
    package static var questionAnswering: Self {
        Self(
            purpose: "a model for question answering", families: ModelFamily.having(QuestionAnswerer.heads),
            newParameters: .missingHead("a head for question answering"),
            make: { (json, file) throws(ModelError) in try QuestionAnswerer(json, file: file) },
            trainable: { $0 })
    }
}
