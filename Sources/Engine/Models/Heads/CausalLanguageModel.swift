// Decoder-only language models.

public import JSON
public import Layers
public import Tensors

/// Hugging Face's GPT2LMHeadModel and …ForCausalLM.
public final class CausalLanguageModel: LanguageModel {
    public let parameters: ParameterStore
    private let decoder: TextDecoder

    static let heads: Set<ModelFamily.Head> = [.causalLanguageModel]

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    public init(_ json: JSONValue, file: String) throws(ModelError) {
        var layout = ParameterLayout()
        decoder = try TextDecoder(&layout, json, having: Self.heads, file: file)
        parameters = try layout.store(file: file)
    }

    public var encoderPrefix: String { decoder.family.prefix }
    public var maximumLength: Int { decoder.maximumLength }
    public var vocabularySize: Int { decoder.predictor.vocabularySize }
    public var tiedTensors: [TiedTensor] { decoder.predictor.tiedTensors }
    public var configurationJSON: JSONValue {
        decoder.json.described(by: decoder.family.architecture(Self.heads))
    }

    public func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix("lm_head.") }
    public func mayIgnore(tensor name: String) -> Bool { decoder.mayIgnore(tensor: name) }
    public func validate(_ batch: TokenBatch) throws(ModelError) { try decoder.validate(batch) }

    public func lossSums(
        _ pass: Pass, targets: [Int32], scale: Double, labelSmoothing: Double
    ) -> TokenLossSums {
        decoder.predictor.lossSums(pass, targets: targets, scale: scale, labelSmoothing: labelSmoothing)
    }

    public func sequenceLossSums(_ pass: Pass, targets: [Int32]) -> [TokenLossSums] {
        decoder.predictor.sequenceLossSums(pass, targets: targets)
    }

    public func logits(_ pass: Pass, rows: [Int32]) -> Tensor { decoder.predictor.logits(pass, rows: rows) }
}
