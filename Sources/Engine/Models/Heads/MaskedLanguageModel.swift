// An encoder of texts with a masked-language-model head, for pretraining on a domain's text.

package import JSON
package import Layers
package import Tensors

/// Hugging Face's …ForMaskedLM.
package final class MaskedLanguageModel: LanguageModel {
    package let parameters: ParameterStore
    private let family: ModelFamily
    private let json: JSONValue
    let encoder: any TextEncoder
    let predictor: LMHeadModel

    static let heads: Set<ModelFamily.Head> = [.maskedLanguageModel]

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    package init(_ json: JSONValue, file: String) throws(ModelError) {
        family = try ModelFamily.of(json, having: Self.heads, file: file)
        let configuration = try family.encoderConfiguration(json, file: file)
        self.json = json
        var layout = ParameterLayout()
        guard let encoder = configuration.encoder(&layout, prefix: family.prefix) as? any TextEncoder,
            let head = configuration.maskedLMHead
        else { preconditionFailure("the family \(family.modelType) has no masked language model") }
        self.encoder = encoder
        predictor = LMHeadModel(&layout, head, over: encoder, prefix: "")
        parameters = try layout.store(file: file)
    }

    package var encoderPrefix: String { family.prefix }
    package var maximumLength: Int { encoder.maximumLength }
    package var vocabularySize: Int { predictor.vocabularySize }
    package var tiedTensors: [TiedTensor] { predictor.tiedTensors }

    package var configurationJSON: JSONValue { json.described(by: family.architecture(Self.heads)) }

    package func isHead(_ slot: ParameterSlot) -> Bool { !slot.name.hasPrefix(family.prefix) }

    package func mayIgnore(tensor name: String) -> Bool {
        predictor.mayIgnore(tensor: name) || family.mayIgnore(tensor: name, besides: predictor.headPrefixes)
    }

    package func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.validate(batch) }

    package func lossSums(
        _ pass: Pass, targets: [Int32], scale: Double, labelSmoothing: Double
    ) -> TokenLossSums {
        predictor.lossSums(pass, targets: targets, scale: scale, labelSmoothing: labelSmoothing)
    }

    package func sequenceLossSums(_ pass: Pass, targets: [Int32]) -> [TokenLossSums] {
        predictor.sequenceLossSums(pass, targets: targets)
    }

    package func logits(_ pass: Pass, rows: [Int32]) -> Tensor { predictor.logits(pass, rows: rows) }
}
