// Which model a run starts from, what it learns, and where the result goes.

public import Models

/// Which model is trained for what, and where the result goes.
public struct ModelArguments: Sendable, Equatable {
    /// What the model learns.
    public enum Task: String, Sendable, CaseIterable {
        case textClassification = "text-classification"
        case tokenClassification = "token-classification"
        case imageClassification = "image-classification"
        case imageCaptioning = "image-captioning"
        case maskedLM = "masked-lm"
        case causalLM = "causal-lm"
        case chat
        case extractiveSummarization = "extractive-summarization"
        case summarization
        case questionAnswering = "question-answering"
    }

    public var task = Task.textClassification
    /// Hugging Face model directory: config.json, tokenizer files, safetensors.
    public var modelNameOrPath = ""
    /// Directories of two pretrained models that are joined to an encoder–decoder instead.
    public var encoderModelNameOrPath: String?
    public var decoderModelNameOrPath: String?
    /// Inter-sentence layers of a new extractive summarizer; nil for the paper's two, or those of the model.
    public var extractiveLayers: Int?
    /// What stands for a sentence in a new extractive summarizer; nil: what the model was trained with, or its [CLS].
    public var sentencePooling: SentencePooling?
    /// What question answering is told beside model and files.
    public var questionAnswering = QuestionAnsweringArguments()
    /// Directory whose config.json describes a model that starts from random weights, with its tokenizer's or image
    /// processor's files; for runs without `modelNameOrPath`.
    public var configName: String?
    /// Directory that receives model, checkpoints, logs and the effective configuration.
    public var outputDir = ""

    public init() {}

    /// Whether an encoder or a decoder is given.
    public var namesPart: Bool { encoderModelNameOrPath != nil || decoderModelNameOrPath != nil }

    /// Whether all weights are random at the start.
    public var startsUntrained: Bool { modelNameOrPath.isEmpty && pair == nil && configName != nil }
    /// The directory of config.json and of the tokenizer's and image processor's files, of a model that has one.
    public var directory: String { modelNameOrPath.isEmpty ? configName ?? "" : modelNameOrPath }
    /// The directories that a run reads models from.
    public var directories: [String] { pair.map { [$0.encoder, $0.decoder] } ?? [directory] }

    /// The directories of encoder and decoder, unless one model has both.
    public var pair: (encoder: String, decoder: String)? {
        guard modelNameOrPath.isEmpty, let encoderModelNameOrPath, let decoderModelNameOrPath else {
            return nil
        }
        return (encoderModelNameOrPath, decoderModelNameOrPath)
    }
}
