// What a server needs of generation: requests that come and go while others are decoded.

/// A prompt and how it is continued.
package struct GenerationRequest: Sendable {
    package var prompt: [Int32]
    package var options: GenerationOptions

    package init(prompt: [Int32], options: GenerationOptions) {
        self.prompt = prompt
        self.options = options
    }
}

/// Why a text ended, in the words of OpenAI's `finish_reason`.
package enum FinishReason: String, Sendable {
    /// By a token that ends a text.
    case stop
    /// By a limit of length.
    case length
    /// By whoever had asked for it.
    case cancelled
}

/// What a request hears: its tokens in order, the one that ends it included, then one of the other two and
/// nothing more.
package enum GenerationEvent: Sendable {
    /// A token and its natural log-probability by the model's own scores: before rules of repetition and
    /// length, temperature, top-k and top-p.
    case token(Int32, logProbability: Float)
    case finished(FinishReason)
    case failed(GenerationError)
}

/// Decodes many requests at once. What one is answered depends neither on the others nor on when they came.
package protocol ContinuousGenerating: AnyObject, Sendable {
    /// Starts a request and returns its ticket; events are delivered in order from the engine's thread, on
    /// which `deliver` must not wait. Throws at once when prompt or options are unfit, or too many wait.
    func submit(
        _ request: GenerationRequest, deliver: @escaping @Sendable (GenerationEvent) -> Void
    ) throws(GenerationError) -> UInt64
    /// Ends a request, which hears `finished(.cancelled)`; one that is over is left alone.
    func cancel(_ ticket: UInt64)
}
