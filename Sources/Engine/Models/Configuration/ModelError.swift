// What can be wrong with a model's configuration or its input.

internal import Phrases

/// An error of the user's making in a model configuration or in the tokens given to a model.
package struct ModelError: Error, CustomStringConvertible, Sendable, Equatable {
    package let description: String

    static func missingKey(_ key: String, in file: String) -> ModelError {
        ModelError(
            description:
                "\(file) has no \"\(key)\": it is not the config.json of a Hugging Face model of this "
                + "type; download the model again")
    }

    static func badValue(_ key: String, found: String, expected: String, in file: String) -> ModelError {
        ModelError(description: "\(file): \"\(key)\" is \(found), expected \(expected)")
    }

    static func tooManyParameters(
        _ count: Int, byteCount: Int, memory: Int, in file: String
    ) -> ModelError {
        ModelError(
            description:
                "\(file) describes a model of \(count, "parameter"), \(byteCount >> 20) MiB in "
                + "float32, more than the "
                + "\(memory >> 20) MiB of this machine: correct its sizes, or use a smaller model")
    }

    static func unsupportedModel(_ type: String, in file: String, known: [String]) -> ModelError {
        ModelError(
            description:
                "\(file): model_type \"\(type)\" is not supported here; expected one of "
                + known.joined(separator: ", "))
    }

    static func tokenBeyondVocabulary(_ id: Int32, vocabulary: Int) -> ModelError {
        ModelError(
            description:
                "token id \(id) is beyond the model's vocabulary of \(vocabulary); the tokenizer does "
                + "not belong to this model: use the tokenizer files of the model's own folder")
    }

    static func sequenceTooLong(_ length: Int, positions: Int) -> ModelError {
        ModelError(
            description:
                "a sequence of \(length, "token") is longer than the model's \(positions) positions; set "
                + "max_seq_length to \(positions) or less")
    }

    static func typeBeyondRange(_ id: Int32, count: Int) -> ModelError {
        ModelError(
            description:
                "token type \(id) is beyond the model's \(count) token types; text pairs need a model "
                + "with two")
    }
}
