// BERT and RoBERTa with their masked-language-model head, for pretraining on a domain's text.

public import Layers
public import Tensors

/// Hugging Face's BertForMaskedLM, RobertaForMaskedLM and XLMRobertaForMaskedLM.
public final class MaskedLanguageModel: LanguageModel {
    public let parameters: ParameterStore
    public let configuration: BERTConfiguration
    private let json: JSONValue
    private let predictor: TokenPredictor

    /// The values of `model_type` that it takes.
    public static let modelTypes = BERTConfiguration.modelTypes.keys.sorted()

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    public init(_ json: JSONValue, file: String) throws(ModelError) {
        configuration = try BERTConfiguration(json, file: file)
        self.json = json
        var layout = ParameterLayout()
        let prefix = configuration.family == .roberta ? "roberta." : "bert."
        let encoder = BERTEncoder(&layout, configuration, prefix: prefix, hasPooler: false)
        predictor = TokenPredictor(maskedHead: &layout, over: encoder, configuration, json, prefix: "")
        parameters = ParameterStore(layout: layout)
    }

    public var encoderPrefix: String { configuration.family == .roberta ? "roberta." : "bert." }
    public var maximumLength: Int { configuration.maximumLength }
    public var vocabularySize: Int { predictor.vocabularySize }

    public var configurationJSON: JSONValue {
        switch json["model_type"]?.string {
        case "roberta": json.described(by: "RobertaForMaskedLM")
        case "xlm-roberta": json.described(by: "XLMRobertaForMaskedLM")
        default: json.described(by: "BertForMaskedLM")
        }
    }

    public func isHead(_ slot: ParameterSlot) -> Bool {
        slot.name.hasPrefix("cls.") || slot.name.hasPrefix("lm_head.")
    }

    public func mayIgnore(tensor name: String) -> Bool {
        TokenPredictor.mayIgnore(maskedTensor: name) || name.hasPrefix("classifier.")
    }

    public func validate(_ batch: TokenBatch) throws(ModelError) { try configuration.validate(batch) }

    public func lossSums(
        _ pass: Pass, targets: [Int32], scale: Double, labelSmoothing: Double
    ) -> TokenLossSums {
        predictor.lossSums(pass, targets: targets, scale: scale, labelSmoothing: labelSmoothing)
    }

    public func sequenceLossSums(_ pass: Pass, targets: [Int32]) -> [TokenLossSums] {
        predictor.sequenceLossSums(pass, targets: targets)
    }

    public func logits(_ pass: Pass, rows: [Int32]) -> Tensor { predictor.logits(pass, rows: rows) }
}
