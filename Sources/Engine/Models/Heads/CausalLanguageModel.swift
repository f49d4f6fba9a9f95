// Decoder-only language models.

package import JSON
package import Layers
package import Tensors

/// Hugging Face's GPT2LMHeadModel and …ForCausalLM.
package final class CausalLanguageModel: LanguageModel {
    package let parameters: ParameterStore
    let decoder: TextDecoder

    static let heads: Set<ModelFamily.Head> = [.causalLanguageModel]

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    package init(_ json: JSONValue, file: String) throws(ModelError) {
        var layout = ParameterLayout()
        decoder = try TextDecoder(&layout, json, having: Self.heads, file: file)
        parameters = try layout.store(file: file)
    }

    package var encoderPrefix: String { decoder.family.prefix }
    package var maximumLength: Int { decoder.maximumLength }
    package var vocabularySize: Int { decoder.predictor.vocabularySize }
    package var tiedTensors: [TiedTensor] { decoder.predictor.tiedTensors }
    package var configurationJSON: JSONValue {
        decoder.json.described(by: decoder.family.architecture(Self.heads))
    }

    package func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix("lm_head.") }
    package func mayIgnore(tensor name: String) -> Bool { decoder.mayIgnore(tensor: name) }
    package func validate(_ batch: TokenBatch) throws(ModelError) { try decoder.validate(batch) }

    package func lossSums(
        _ pass: Pass, targets: [Int32], scale: Double, labelSmoothing: Double
    ) -> TokenLossSums {
        decoder.predictor.lossSums(pass, targets: targets, scale: scale, labelSmoothing: labelSmoothing)
    }

    package func sequenceLossSums(_ pass: Pass, targets: [Int32]) -> [TokenLossSums] {
        decoder.predictor.sequenceLossSums(pass, targets: targets)
    }

    package func logits(_ pass: Pass, rows: [Int32]) -> Tensor { decoder.predictor.logits(pass, rows: rows) }
}
