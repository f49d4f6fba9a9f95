// What can be wrong with a request to generate.

internal import Models
internal import Phrases

/// An error of the user's making in a prompt or an option.
package struct GenerationError: Error, CustomStringConvertible, Sendable, Equatable {
    package let description: String

    init(_ description: String) { self.description = description }

    /// A prompt or source that does not fit the model.
    init(_ error: ModelError) { description = error.description }

    static func badOption(_ name: String, expected: String) -> GenerationError {
        GenerationError("\(name) must be \(expected)")
    }

    static func emptyPrompt(_ index: Int) -> GenerationError {
        GenerationError("prompt \(index + 1) has no token: give some text, or the model's start token")
    }

    static func promptTooLong(_ length: Int, most: Int) -> GenerationError {
        GenerationError(
            "a prompt of \(length, "token") leaves no room for an answer: the limit of prompt and answer "
                + "together is "
                + "\(most, "token"); shorten the prompt")
    }
}
