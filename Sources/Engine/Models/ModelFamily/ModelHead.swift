// What a model directory is loaded as: the kind of model, the families that have it, and what of it may be
// new.

package import JSON
internal import Layers

/// A kind of model: how it is built from a config.json, and what of it a directory may lack.
package struct ModelHead<Model>: Sendable {
    /// What of a model may be initialised.
    package enum NewParameterRule: Sendable {
        /// Nothing that is computed with.
        case none
        /// The head, where the directory has nothing of it: it holds an encoder without one, in these words.
        case missingHead(String)
        /// A classification head, also where the directory's has other labels. nil takes the directory's.
        case classificationHead(ClassificationHead?)
    }

    /// What it is, for messages: "a classifier".
    package let purpose: String
    /// The families that have it.
    package let families: [ModelFamily]
    package let newParameters: NewParameterRule
    /// The model of a config.json with zero parameters. The file is named in errors.
    package let make: @Sendable (_ configuration: JSONValue, _ file: String) throws(ModelError) -> Model
    /// The model as every model is.
    package let trainable: @Sendable (Model) -> any TrainableModel
}

extension ModelHead<any SequenceClassifier> {
    /// A classifier or a regression of texts or images; with nil its head is that of config.json.
    package static func classifier(_ head: ClassificationHead?) -> Self {
        Self(
            purpose: "a classifier", families: ModelFamily.having(EncoderClassifier.heads),
            newParameters: .classificationHead(head),
            make: { (json, file) throws(ModelError) in
                try EncoderClassifier(json, head: head ?? ClassificationHead(describedBy: json), file: file)
            }, trainable: { $0 })
    }
}

extension ModelHead<any LanguageModel> {
    /// A model of the next token.
    package static var causal: Self {
        Self(
            purpose: "a causal language model", families: ModelFamily.having(CausalLanguageModel.heads),
            newParameters: .none,
            make: { (json, file) throws(ModelError) in try CausalLanguageModel(json, file: file) },
            trainable: { $0 })
    }

    /// A model of masked tokens.
    package static var masked: Self {
        Self(
            purpose: "a masked language model", families: ModelFamily.having(MaskedLanguageModel.heads),
            newParameters: .missingHead("a language-model head"),
            make: { (json, file) throws(ModelError) in try MaskedLanguageModel(json, file: file) },
            trainable: { $0 })
    }
}

extension ModelHead<ExtractiveSummarizer> {
    /// A score for each sentence of a document.
    package static var extractive: Self {
        Self(
            purpose: "an extractive summarizer", families: ModelFamily.having(ExtractiveSummarizer.heads),
            newParameters: .missingHead("layers over sentences"),
            make: { (json, file) throws(ModelError) in try ExtractiveSummarizer(json, file: file) },
            trainable: { $0 })
    }
}

extension ModelHead<any SequenceToSequenceModel> {
    /// An encoder with a decoder.
    package static var encoderDecoder: Self {
        Self(
            purpose: "an encoder–decoder",
            families: ModelFamily.having(EncoderDecoder.heads.union(ConditionalGenerator.heads)),
            newParameters: .none,
            make: { (json, file) throws(ModelError) in
                let family = json["model_type"]?.string.flatMap(ModelFamily.named)
                return family?.sequenceToSequence == nil
                    ? try EncoderDecoder(json, file: file) : try ConditionalGenerator(json, file: file)
            }, trainable: { $0 })
    }
}
