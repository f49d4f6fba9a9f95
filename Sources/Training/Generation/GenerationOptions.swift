// How text is generated: the options of Hugging Face's GenerationConfig that Lockstep has.

/// When beam search stops: Hugging Face's `early_stopping`.
package enum EarlyStopping: Sendable, Equatable {
    /// When the best running beam cannot beat the worst finished one at its present length.
    case heuristic
    /// When as many sequences are finished as there are beams.
    case whenFull
    /// When no running beam can beat the worst finished one at any length.
    case never
}

/// Options of one generation.
package struct GenerationOptions: Sendable, Equatable {
    /// Most tokens that are generated for a prompt: `max_new_tokens`.
    package var maximumNewTokens = 20
    /// Most tokens of prompt and generated text together, when given: `max_length`.
    package var maximumLength: Int?
    /// Least tokens before an end: `min_new_tokens`.
    package var minimumNewTokens = 0
    /// Least tokens of prompt and text together before an end: `min_length`.
    package var minimumLength = 0
    /// Tokens that end a sequence: `eos_token_id`.
    package var endIDs: [Int32] = []
    /// Sampling instead of the most likely token: `do_sample`.
    package var isSampling = false
    /// Divides the logits when sampling.
    package var temperature = 1.0
    /// Only the k most likely tokens when sampling; 0 for all.
    package var topK = 0
    /// Only the most likely tokens whose probabilities sum to p when sampling; 1 for all.
    package var topP = 1.0
    /// Divides the positive scores of tokens that occurred and multiplies the negative ones (Keskar et al.
    /// 2019).
    package var repetitionPenalty = 1.0
    /// No n-gram of this size occurs twice; 0 for no such rule.
    package var noRepeatNGramSize = 0
    /// Number of beams; 1 for no beam search.
    package var beamCount = 1
    /// Exponent of the length by which beam scores are divided: `length_penalty`.
    package var lengthPenalty = 1.0
    package var earlyStopping = EarlyStopping.heuristic
    /// The token that must follow a prompt of one token, when given: `forced_bos_token_id`.
    package var forcedBeginID: Int32?
    /// Tokens of which one must stand at the end where the length ends a text: `forced_eos_token_id`.
    package var forcedEndIDs: [Int32] = []
    /// Sequences of tokens that no text may have: `bad_words_ids`.
    package var badWords: [[Int32]] = []
    /// Tokens that no text may have, and that none may begin with: `suppress_tokens`,
    /// `begin_suppress_tokens`.
    package var suppressedIDs: [Int32] = []
    package var suppressedBeginIDs: [Int32] = []
    /// From which random numbers are derived, by prompt and step.
    package var seed: UInt64 = 0

    package init() {}

    /// Throws what is out of range.
    func validate() throws(GenerationError) {
        func require(_ isValid: Bool, _ name: String, _ expected: String) throws(GenerationError) {
            guard isValid else { throw .badOption(name, expected: expected) }
        }
        try require(maximumNewTokens > 0, "max_new_tokens", "a number above 0")
        try require(minimumNewTokens >= 0 && minimumLength >= 0, "min_new_tokens and min_length", "0 or more")
        try require(temperature > 0 && temperature.isFinite, "temperature", "a number above 0")
        try require(topK >= 0, "top_k", "0 (all tokens) or more")
        try require(topP > 0 && topP <= 1, "top_p", "above 0 and at most 1")
        try require(
            repetitionPenalty > 0 && repetitionPenalty.isFinite, "repetition_penalty", "a number above 0")
        try require(noRepeatNGramSize >= 0, "no_repeat_ngram_size", "0 (no rule) or more")
        try require(beamCount >= 1, "num_beams", "1 or more")
        try require(lengthPenalty.isFinite, "length_penalty", "a number")
        try require(beamCount == 1 || !isSampling, "num_beams", "1 when do_sample is on")
    }

    /// The most tokens of prompt and text together, for a prompt of this length.
    func maximumLength(promptLength: Int) -> Int { maximumLength ?? promptLength + maximumNewTokens }
}
