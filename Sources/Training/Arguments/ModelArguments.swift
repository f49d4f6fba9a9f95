// Which model a run starts from, what it learns, and where the result goes.

package import Models

/// Which model is trained for what, and where the result goes.
package struct ModelArguments: Sendable, Equatable {
    /// What the model learns.
    package enum TaskName: String, Sendable, CaseIterable {
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

    package var task = TaskName.textClassification
    /// Hugging Face model directory: config.json, tokenizer files, safetensors.
    package var modelNameOrPath = ""
    /// Directories of two pretrained models that are joined to an encoder–decoder instead.
    package var encoderModelNameOrPath: String?
    package var decoderModelNameOrPath: String?
    /// Directory of an extractive summarizer that chooses what a writer reads of long documents.
    package var extractorNameOrPath: String?
    /// Inter-sentence layers of a new extractive summarizer; nil for the paper's two, or those of the model.
    package var extractiveLayers: Int?
    /// What stands for a sentence in a new extractive summarizer; nil: what the model was trained with, or
    /// its [CLS].
    package var sentencePooling: SentencePooling?
    /// What question answering is told beside model and files.
    package var questionAnswering = QuestionAnsweringArguments()
    /// Directory whose config.json describes a model that starts from random weights, with its tokenizer's or
    /// image processor's files; for runs without `modelNameOrPath`.
    package var configName: String?
    /// Whether the weights of the model are read. If not, it has the names and shapes of its files, which are
    /// checked, and zeros. Set by no key.
    package var readsWeights = true
    /// Directory that receives model, checkpoints, logs and the effective configuration.
    package var outputDir = ""

    package init() {}

    /// Whether an encoder or a decoder is given.
    package var namesPart: Bool { encoderModelNameOrPath != nil || decoderModelNameOrPath != nil }

    /// Whether all weights are random at the start.
    package var startsUntrained: Bool { modelNameOrPath.isEmpty && pair == nil && configName != nil }
    /// The directory of config.json and of the tokenizer's and image processor's files, of a model that has
    /// one.
    package var directory: String { modelNameOrPath.isEmpty ? configName ?? "" : modelNameOrPath }
    /// The directories that a run reads models from.
    package var directories: [String] { pair.map { [$0.encoder, $0.decoder] } ?? [directory] }

    /// The directories of encoder and decoder, unless one model has both.
    package var pair: (encoder: String, decoder: String)? {
        guard modelNameOrPath.isEmpty, let encoderModelNameOrPath, let decoderModelNameOrPath else {
            return nil
        }
        return (encoderModelNameOrPath, decoderModelNameOrPath)
    }
}
