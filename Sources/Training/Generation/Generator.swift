// Generation of text for a batch of prompts.

package import Layers
package import Models
internal import Tensors

/// What was generated for one prompt.
package struct GeneratedSequence: Sendable, Equatable {
    /// The new tokens, the end token included when there was one.
    package let tokens: [Int32]
    /// Whether an end token was reached, not a limit of length.
    package let isEnded: Bool
    /// Beam search's score: the log-probability over length to the power of the length penalty; nil
    /// otherwise.
    package let score: Float?
}

/// Generates text with a decoder: greedy, sampling or beam search.
package struct Generator {
    private let model: DecodingModel
    private let usesCache: Bool

    /// `usesCache: false` reads the whole text again for each token: slow, a check of the cache.
    package init(_ model: DecodingModel, usesCache: Bool = true) {
        self.model = model
        self.usesCache = usesCache
    }

    /// A generator for a causal language model.
    package init(_ model: any LanguageModel, usesCache: Bool = true) {
        self.init(DecodingModel(model), usesCache: usesCache)
    }

    /// What `model` writes for each source of `sources`. Without end tokens in `options` those of the model
    /// end it.
    ///
    /// Throws when a source does not fit the encoder, and as `generate(prompts:)` does.
    package static func generate(
        _ model: any SequenceToSequenceModel, sources: TokenBatch, options: GenerationOptions,
        usesCache: Bool = true, onToken: (_ source: Int, _ token: Int32) -> Bool = { _, _ in true }
    ) throws(GenerationError) -> [GeneratedSequence] {
        do { try model.validate(sources) } catch { throw GenerationError(error) }
        let decoder = DecodingModel(model, source: encoded(model, sources))
        let prompts = [[Int32]](repeating: [model.startID], count: sources.sequenceCount)
        var options = options
        if options.endIDs.isEmpty { options.endIDs = model.endIDs }
        return try Generator(decoder, usesCache: usesCache).generate(
            prompts: prompts, options: options, onToken: onToken)
    }

    /// Generates a text for each of `prompts`, all in one padding-free batch; none influences another.
    ///
    /// `onToken` gets every token with the index of its prompt as soon as it is decided, and says whether
    /// that prompt goes on; beam search decides at its end. Throws when an option is out of range, or a
    /// prompt is empty, too long or not of the model's vocabulary.
    package func generate(
        prompts: [[Int32]], options: GenerationOptions,
        onToken: (_ prompt: Int, _ token: Int32) -> Bool = { _, _ in true }
    ) throws(GenerationError) -> [GeneratedSequence] {
        let limits = try limits(of: prompts, options)
        guard !prompts.isEmpty else { return [] }
        let session = DecodingSession(model, sequenceCount: prompts.count, usesCache: usesCache)
        if options.beamCount == 1 { return try decode(prompts, limits, options, session, onToken) }
        let found = try BeamSearch.run(session, prompts: prompts, limits: limits, options: options)
        for (index, sequence) in found.enumerated() {
            for token in sequence.tokens where !onToken(index, token) { break }
        }
        return found
    }

    /// The most tokens of each prompt with its text. Throws when an option or a prompt is unfit.
    func limits(of prompts: [[Int32]], _ options: GenerationOptions) throws(GenerationError) -> [Int] {
        try options.validate()
        var limits: [Int] = []
        for (index, prompt) in prompts.enumerated() {
            guard !prompt.isEmpty else { throw .emptyPrompt(index) }
            let limit = min(options.maximumLength(promptLength: prompt.count), model.maximumLength)
            guard prompt.count < limit else { throw .promptTooLong(prompt.count, most: limit) }
            limits.append(limit)
        }
        return limits
    }

    /// One token after another, the most likely or a sampled one. The session may have read beginnings of the
    /// prompts, but none of them whole.
    func decode(
        _ prompts: [[Int32]], _ limits: [Int], _ options: GenerationOptions, _ session: DecodingSession,
        _ onToken: (Int, Int32) -> Bool
    ) throws(GenerationError) -> [GeneratedSequence] {
        let rules = LogitsProcessor(options: options)
        let key = RandomKey(seed: options.seed).derived("generation")
        var sequences = prompts
        var isEnded = prompts.map { _ in false }
        var running = Array(prompts.indices)
        while true {
            var next: [Int] = []
            let logits = try session.logits(running.map { sequences[$0] })
            let choice = TokenChoice(logits)
            for (place, index) in running.enumerated() {
                let step = sequences[index].count - prompts[index].count
                let token = choice.token(
                    row: place, after: sequences[index], promptLength: prompts[index].count,
                    limit: limits[index], rules: rules,
                    uniform: key.derived(UInt64(index)).uniform(UInt64(step)))
                sequences[index].append(token)
                isEnded[index] = options.endIDs.contains(token)
                let goesOn = onToken(index, token) && !isEnded[index]
                if goesOn && sequences[index].count < limits[index] { next.append(place) }
            }
            guard !next.isEmpty else { break }
            session.select(next)
            running = next.map { running[$0] }
        }
        return prompts.indices.map {
            GeneratedSequence(
                tokens: Array(sequences[$0][prompts[$0].count...]), isEnded: isEnded[$0], score: nil)
        }
    }
}
