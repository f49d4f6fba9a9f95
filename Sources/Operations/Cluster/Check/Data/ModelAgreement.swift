// Whether tokenizer and model belong together: vocabularies, special tokens, chat template.

internal import Arguments
internal import ChatTemplates
internal import JSON
internal import Models
internal import Phrases
internal import Tokenizers

/// Compares a tokenizer with the config.json of a model.
struct ModelAgreement {
    let run: RunArguments
    let model: any TrainableModel
    let tokenizer: any Tokenizer
    let directory: String

    var findings: [Finding] { vocabulary + specialTokens + template }

    private var configuration: JSONValue {
        let json = model.configurationJSON
        return json["decoder"]?.object == nil ? json : json["decoder"] ?? json
    }

    private var vocabulary: [Finding] {
        guard let size = configuration["vocab_size"]?.integer else { return [] }
        let known = tokenizer.vocabularySize
        guard known > size else { return [] }
        return [
            Finding(
                .warning, .model,
                "the tokenizer of \(directory) has \(known) tokens, the model \(size) embeddings: a text with "
                    + "one of the \(known - size) others is refused. Are both from one model?")
        ]
    }

    /// Ids that config.json and the tokenizer give to the same name.
    private var specialTokens: [Finding] {
        let ids: [(name: String, id: Int32?)] = [
            ("pad_token_id", tokenizer.padID), ("eos_token_id", tokenizer.endOfSequenceID),
            ("bos_token_id", tokenizer.beginningOfSequenceID),
        ]
        let different = ids.compactMap { name, id -> String? in
            guard let id, let given = configuration[name]?.integer, given != Int(id),
                tokenizer.token(of: Int32(clamping: given)) == nil
            else { return nil }
            return "\(name) \(given), which is no token of the tokenizer (its own is \(id))"
        }
        guard !different.isEmpty else { return [] }
        return [
            Finding(
                .warning, .model,
                "config.json of \(directory) says \(different.joined(separator: "; ")). Are both from one model?"
            )
        ]
    }

    /// A chat needs a template, and its tokens must be the tokenizer's.
    private var template: [Finding] {
        guard run.task == .chat else { return [] }
        do {
            guard try ChatTemplate.loadIfPresent(directory: directory) == nil else { return [] }
        } catch { return [Finding(.error, .model, "\(error)")] }
        return [
            Finding(
                .note, .model,
                "the tokenizer of \(directory) has no chat template: rows need prompt and completion, and the "
                    + "model learns them as one text")
        ]
    }
}
