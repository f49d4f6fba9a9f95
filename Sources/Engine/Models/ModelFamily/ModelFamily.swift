// What Lockstep knows of a model family: one value for each `model_type` of config.json.

package import JSON
internal import Layers
internal import Phrases

/// A row of the table of model families: everything that depends on `model_type`, in one place.
///
/// To add a family is to write its configuration and, where the shared ones do not fit, its network in a
/// folder of its own, to describe them by such a row there, and to name the row in `all`.
package struct ModelFamily: Sendable {
    /// What a model of a family can be.
    package enum Head: Sendable, CaseIterable {
        /// Labels or numbers for a text.
        case sequenceClassification
        /// Labels or numbers for an image.
        case imageClassification
        /// Tokens in the place of masked ones.
        case maskedLanguageModel
        /// The next token.
        case causalLanguageModel
        /// A score for each sentence of a document.
        case extractiveSummarizer
        /// The encoder of texts below a decoder.
        case textEncoder
        /// The encoder of images below a decoder.
        case imageEncoder
        /// A decoder with cross-attention to an encoder.
        case decoder
        /// An encoder and a decoder, each of a family of its own.
        case encoderDecoder
        /// An encoder and a decoder that share their words and were trained together.
        case conditionalGeneration
    }

    /// `model_type` in config.json.
    package let modelType: String
    /// What the family can be, each with its class in transformers.
    package let architectures: [Head: String]
    /// What stands before the names of the backbone's tensors in files of a model with a head, such as
    /// `bert.`.
    package let prefix: String
    /// The encoder that a config.json describes; the file is named in errors.
    let encoder: (@Sendable (JSONValue, _ file: String) throws(ModelError) -> any EncoderConfiguration)?
    /// The decoder that a config.json describes; the file is named in errors.
    let decoder: (@Sendable (JSONValue, _ file: String) throws(ModelError) -> any DecoderConfiguration)?
    /// The encoder with its decoder that a config.json describes; the file is named in errors.
    let sequenceToSequence:
        (@Sendable (JSONValue, _ file: String) throws(ModelError) -> any SequenceToSequenceConfiguration)?
    /// The family's keys for rates of dropout.
    let dropoutKeys: DropoutKeys
    /// The modules that get low-rank adapters where a recipe names none: PEFT's choice. nil stands for all
    /// dense layers.
    package let adapterTargets: [String]?
    /// Tensors of files that no model of the family needs, such as heads of its pretraining and stored
    /// positions: the start of a name, or behind a `*` its end. A model reads those that belong to its own
    /// head.
    let ignoredTensors: [String]
    /// Models of true size for benchmarks.
    package let benchModels: [BenchConfiguration]
    /// `general.architecture` of GGUF files that hold models of the family.
    package let ggufArchitecture: String?

    init(
        _ modelType: String, architectures: [Head: String], prefix: String,
        encoder: (@Sendable (JSONValue, _ file: String) throws(ModelError) -> any EncoderConfiguration)? =
            nil,
        decoder: (@Sendable (JSONValue, _ file: String) throws(ModelError) -> any DecoderConfiguration)? =
            nil,
        sequenceToSequence: (
            @Sendable (JSONValue, _ file: String) throws(ModelError) -> any SequenceToSequenceConfiguration
        )? = nil,
        dropoutKeys: DropoutKeys = DropoutKeys(), adapterTargets: [String]? = nil,
        ignoredTensors: [String] = [], benchModels: [BenchConfiguration] = [], ggufArchitecture: String? = nil
    ) {
        self.modelType = modelType
        self.architectures = architectures
        self.prefix = prefix
        self.encoder = encoder
        self.decoder = decoder
        self.sequenceToSequence = sequenceToSequence
        self.dropoutKeys = dropoutKeys
        self.adapterTargets = adapterTargets
        self.ignoredTensors = ignoredTensors
        self.benchModels = benchModels
        self.ggufArchitecture = ggufArchitecture
    }

    /// A model for benchmarks: its name and its config.json.
    package struct BenchConfiguration: Sendable {
        package let name: String
        package let configuration: JSONValue
    }
}

// MARK: Look-up

extension ModelFamily {
    /// The family of a `model_type`.
    package static func named(_ modelType: String) -> ModelFamily? { all.first { $0.modelType == modelType } }

    /// The families that have one of these heads.
    package static func having(_ heads: Set<Head>) -> [ModelFamily] {
        all.filter { family in heads.contains { family.architectures[$0] != nil } }
    }

    /// The families that have one of these heads, in words: `bert, roberta or modernbert`.
    package static func names(having heads: Set<Head>) -> String {
        having(heads).map(\.modelType).joined(with: "or")
    }

    /// The family of a config.json, which must have one of these heads. `file` is named in errors.
    static func of(_ json: JSONValue, having heads: Set<Head>, file: String) throws(ModelError) -> ModelFamily
    {
        let type = json["model_type"]?.string
        let known = having(heads)
        guard let family = known.first(where: { $0.modelType == type }) else {
            throw .unsupportedModel(type ?? "missing", in: file, known: known.map(\.modelType))
        }
        return family
    }

    /// The class in transformers of a model with one of these heads.
    func architecture(_ heads: Set<Head>) -> String {
        guard let name = architectures.first(where: { heads.contains($0.key) })?.value else {
            preconditionFailure("the family \(modelType) has no such head")
        }
        return name
    }

    /// The typed configuration of an encoder.
    func encoderConfiguration(
        _ json: JSONValue, file: String
    ) throws(ModelError) -> any EncoderConfiguration {
        guard let encoder else { preconditionFailure("the family \(modelType) has no encoder") }
        return try encoder(json, file)
    }

    /// The typed configuration of a decoder.
    func decoderConfiguration(
        _ json: JSONValue, file: String
    ) throws(ModelError) -> any DecoderConfiguration {
        guard let decoder else { preconditionFailure("the family \(modelType) has no decoder") }
        return try decoder(json, file)
    }

    /// Whether a tensor of a file, by its name with or without the family's prefix, may be left unread by a
    /// model whose head has tensors with these prefixes.
    func mayIgnore(tensor name: String, besides head: [String]) -> Bool {
        let names = [name[...], name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : name[...]]
        guard !names.contains(where: { name in head.contains(where: name.hasPrefix) }) else { return false }
        return ignoredTensors.contains { pattern in
            names.contains { name in
                pattern.hasPrefix("*") ? name.hasSuffix(pattern.dropFirst()) : name.hasPrefix(pattern)
            }
        }
    }
}
