// The recipe keys that say how text is generated.
internal import Arguments

extension RecipeKey {
    static let generationKeys: [RecipeKey] = [
        .optional(
            "predict_with_generate", \.training.generation.predictWithGenerate, .boolean,
            "Let evaluations write texts and score them; if not set, evaluate does and train does not.",
            for: .generation, in: .measuring),
        .optional(
            "max_new_tokens", \.training.generation.maxNewTokens, .integer(atLeast: 1),
            "Most tokens of a generated text.", for: .generation, in: .all),
        .optional(
            "min_new_tokens", \.training.generation.minNewTokens, .integer(atLeast: 0),
            "Fewest tokens of a generated text.", for: .generation, in: .all),
        .optional(
            "num_beams", \.training.generation.numBeams, .integer(atLeast: 1, upTo: 1_024),
            "Beams of beam search; 1 for none.", for: .generation, in: .all),
        .optional(
            "do_sample", \.training.generation.doSample, .boolean,
            "Draw each token by its probability instead of taking the most likely one.", for: .generation,
            in: .all),
        .optional(
            "temperature", \.training.generation.temperature, .number("a number above 0") { $0 > 0 },
            "What logits are divided by when tokens are drawn.", for: .generation, in: .all),
        .optional(
            "top_k", \.training.generation.topK, .integer(atLeast: 0),
            "Draw from the k most likely tokens only; 0 for all.", for: .generation, in: .all),
        .optional(
            "top_p", \.training.generation.topP,
            .number("a number above 0 and at most 1") { $0 > 0 && $0 <= 1 },
            "Draw from the most likely tokens whose probabilities sum to p only.", for: .generation, in: .all),
        .optional(
            "repetition_penalty", \.training.generation.repetitionPenalty,
            .number("a number above 0") { $0 > 0 },
            "Weakens tokens that occurred already; 1 for none.", for: .generation, in: .all),
        .optional(
            "no_repeat_ngram_size", \.training.generation.noRepeatNGramSize, .integer(atLeast: 0),
            "No n-gram of this size occurs twice in a generated text; 0 for no such rule.", for: .generation,
            in: .all),
        .optional(
            "length_penalty", \.training.generation.lengthPenalty, .number("a number") { $0.isFinite },
            "Exponent of the length by which the scores of beams are divided; above 0 favours long texts.",
            for: .generation, in: .all),
    ]
}
