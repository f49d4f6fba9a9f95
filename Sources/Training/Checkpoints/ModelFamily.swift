// The model types that can be loaded, by the `model_type` of config.json.

internal import Models

/// One architecture with a sequence classification head.
struct ModelFamily: Sendable {
    /// `model_type` in config.json.
    let modelType: String
    /// Builds the network with zero parameters; the file is named in errors.
    let classifier:
        @Sendable (JSONValue, ClassificationHead, _ file: String) throws(ModelError) -> any SequenceClassifier

    static let all = [
        ModelFamily(modelType: "bert") { (json, head, file) throws(ModelError) in
            try BERTSequenceClassifier(json, head: head, file: file)
        },
        roberta("roberta"), roberta("xlm-roberta"),
        ModelFamily(modelType: "vit") { (json, head, file) throws(ModelError) in
            try ViTImageClassifier(json, head: head, file: file)
        },
    ]

    private static func roberta(_ modelType: String) -> ModelFamily {
        ModelFamily(modelType: modelType) { (json, head, file) throws(ModelError) in
            try RoBERTaSequenceClassifier(json, head: head, file: file)
        }
    }

    /// The classifier that `json` describes, with zero parameters.
    static func classifier(
        _ json: JSONValue, head: ClassificationHead, file: String
    ) throws(CheckpointError) -> any SequenceClassifier {
        let type = json["model_type"]?.string
        guard let family = all.first(where: { $0.modelType == type }) else {
            throw .unsupportedModel(
                type, in: file, known: all.map(\.modelType), purpose: "a classifier")
        }
        do {
            return try family.classifier(json, head, file)
        } catch { throw CheckpointError(error) }
    }
}
