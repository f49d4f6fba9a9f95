// What config.json says about the part of an extractive summarizer that is not BERT.

package import JSON

/// What stands for a sentence in the layers over the sentences.
package enum SentencePooling: String, Sendable, CaseIterable {
    /// The state of its [CLS], as in BERTSum.
    case cls
    /// The mean of the states of its tokens, which says more where the encoder was trained by means, as
    /// sentence-transformers are.
    case mean
}

/// Layers over the sentences, and how many sentences make a summary.
package struct ExtractiveConfiguration: Sendable, Equatable {
    /// Layers over the sentences.
    package var layerCount = 2
    /// What stands for a sentence.
    package var pooling = SentencePooling.cls
    /// Most sentences of a summary.
    package var summarySentences = 3
    /// Whether no three words in a row may stand in a summary twice.
    package var blocksTrigrams = true

    /// The key of config.json under which all of it stands; other programs leave it alone.
    package static let key = "extractive_summarization"

    package init() {}

    /// Reads it; what the file does not say keeps its default. `file` is named in errors.
    package init(_ json: JSONValue, file: String) throws(ModelError) {
        guard let section = json[Self.key] else { return }
        let reader = ConfigurationReader(section, file: file)
        layerCount = try reader.size("num_layers", default: layerCount)
        if let value = section["sentence_pooling"], value != .null {
            guard let found = value.string.flatMap(SentencePooling.init) else {
                let known = SentencePooling.allCases.map(\.rawValue).joined(separator: " or ")
                throw .badValue("sentence_pooling", found: value.summary, expected: known, in: file)
            }
            pooling = found
        }
        summarySentences = try reader.size("summary_sentences", default: summarySentences)
        blocksTrigrams = try reader.flag("trigram_blocking", default: blocksTrigrams)
    }

    /// The members of config.json that hold it.
    package var members: JSONObject {
        [
            Self.key: .object([
                "num_layers": .integer(layerCount), "sentence_pooling": .string(pooling.rawValue),
                "summary_sentences": .integer(summarySentences),
                "trigram_blocking": .bool(blocksTrigrams),
            ])
        ]
    }
}
