// What can be wrong with a request to generate.

internal import Models
internal import Phrases

/// An error in a prompt or an option, or a request that cannot be taken now.
package struct GenerationError: Error, CustomStringConvertible, Sendable, Equatable {
    /// Whose fault it is.
    package enum Kind: Sendable {
        /// The prompt or an option is unfit: the same request fails again.
        case unfit
        /// Too many requests wait: the same request may be taken later.
        case busy
        /// The engine takes no requests any more.
        case stopped
    }

    package let kind: Kind
    package let description: String

    init(_ description: String, kind: Kind = .unfit) {
        self.description = description
        self.kind = kind
    }

    /// A prompt or source that does not fit the model.
    init(_ error: ModelError) { self.init(error.description) }

    static func tooManyWaiting(_ most: Int) -> GenerationError {
        GenerationError("\(most, "request") wait already: try again later", kind: .busy)
    }

    static let stopped = GenerationError("generation is being stopped: ask another server", kind: .stopped)

    static func beyondCache(_ length: Int, most: Int) -> GenerationError {
        GenerationError(
            "prompt and answer may take \(length, "token"), but the cache has room for \(most): shorten the "
                + "prompt or lower max_new_tokens")
    }

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
