// An encoder with a classification or regression head over the state that stands for each sequence.

package import JSON
internal import Kernels
package import Layers
package import Tensors

/// Hugging Face's …ForSequenceClassification and ViTForImageClassification.
package final class EncoderClassifier: SequenceClassifier, ImageModel {
    package let parameters: ParameterStore
    package let head: ClassificationHead
    private let family: ModelFamily
    private let json: JSONValue
    let encoder: any EncoderNetwork
    let layers: ClassificationLayers
    let plan: ClassificationLayers.Plan

    static let heads: Set<ModelFamily.Head> = [.sequenceClassification, .imageClassification]

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    package init(_ json: JSONValue, head: ClassificationHead, file: String) throws(ModelError) {
        family = try ModelFamily.of(json, having: Self.heads, file: file)
        let configuration = try family.encoderConfiguration(json, file: file)
        self.json = json
        self.head = head
        var layout = ParameterLayout()
        encoder = configuration.encoder(&layout, prefix: family.prefix)
        plan = configuration.classification(prefix: family.prefix)
        layers = ClassificationLayers(
            &layout, plan, width: configuration.hiddenSize, outputs: head.labels.count,
            standardDeviation: configuration.initializerRange)
        parameters = try layout.store(file: file)
    }

    package var encoderPrefix: String { family.prefix }
    package var maximumLength: Int { encoder.maximumLength }

    package var configurationJSON: JSONValue {
        json.described(by: family.architecture(Self.heads), head: head)
    }

    package func isHead(_ slot: ParameterSlot) -> Bool {
        plan.headPrefixes.contains(where: slot.name.hasPrefix)
    }

    package func isPooler(_ slot: ParameterSlot) -> Bool {
        plan.poolerPrefix.map(slot.name.hasPrefix) ?? false
    }

    package func mayIgnore(tensor name: String) -> Bool {
        family.mayIgnore(tensor: name, besides: plan.headPrefixes + (plan.poolerPrefix.map { [$0] } ?? []))
    }

    package func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.validate(batch) }

    /// nil for an encoder of texts.
    package var imageConfiguration: ViTConfiguration? { (encoder as? any ImageEncoder)?.configuration }
    package var interpolatesPositions: Bool {
        get { (encoder as? any ImageEncoder)?.interpolatesPositions ?? false }
        set { (encoder as? any ImageEncoder)?.interpolatesPositions = newValue }
    }

    /// What the output layer reads, before its dropout, `[S, C]`.
    package func pooled(_ pass: Pass) -> Tensor {
        layers.pooled(plan.pooling.states(of: encoder, pass), keys: pass.sequenceKeys, pass)
    }

    /// Hidden states of all tokens after the last block, `[T, C]`.
    package func hiddenStates(_ pass: Pass) -> Tensor { encoder.hiddenStates(pass) }

    package func forward(_ pass: Pass) -> Tensor {
        OutputObservation.outputs(pass) {
            layers.forward(plan.pooling.states(of: encoder, pass), keys: pass.sequenceKeys, pass)
        }
    }

    package func backward(gradient dlogits: Tensor, _ pass: Pass) {
        plan.pooling.backward(gradient: layers.backward(gradient: dlogits, pass), through: encoder, pass)
    }
}
