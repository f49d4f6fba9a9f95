// The next token of each sequence of a step, from the scores of the step.

internal import Kernels
internal import Tensors

/// The scores of a step with the most likely token of each row.
struct TokenChoice {
    private let logits: Tensor
    private let mostLikely: [MostLikelyToken]

    /// Looks at all scores once. `logits` is `[N, V]`.
    init(_ logits: Tensor) {
        self.logits = logits
        mostLikely = MostLikelyToken.rows(of: logits)
    }

    /// The token that follows `tokens`, the first `promptLength` of which are the prompt and which may become
    /// `limit`: the most likely by the rules, or when sampling the one that `uniform`, in [0, 1), draws.
    func token(
        row: Int, after tokens: [Int32], promptLength: Int, limit: Int, rules: LogitsProcessor,
        uniform: @autoclosure () -> Double
    ) -> Int32 {
        let changes = rules.changesScores(length: tokens.count, promptLength: promptLength)
        if !rules.options.isSampling, !changes { return Int32(mostLikely[row].index) }
        var scores = logits.scores(row: row)
        if changes { rules.apply(to: &scores, tokens: tokens, promptLength: promptLength, limit: limit) }
        guard rules.options.isSampling else { return LogitsProcessor.mostLikely(scores) }
        rules.warp(&scores)
        return LogitsProcessor.sample(scores, uniform: uniform())
    }

    /// The natural logarithm of the probability that the model gives to `token`, whatever the rules say.
    func logProbability(row: Int, of token: Int32) -> Float {
        logits[row, Int(token)] - mostLikely[row].logSum
    }
}
