// Token losses of rows over all ranks, by exact sums.

internal import DataParallel
internal import Metrics
internal import Models

/// Rows and the losses of their target tokens.
struct TokenLossTotals {
    private(set) var rowCount: Int64 = 0
    private(set) var tokens = TokenPredictionSums()

    /// Adds the sums of a row.
    mutating func add(_ sums: TokenLossSums) {
        rowCount += 1
        tokens.add(negativeLogLikelihoods: sums.loss, tokenCount: sums.count, correctCount: sums.correct)
    }

    /// Adds up the sums of all ranks. Collective.
    mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        var words = [rowCount] + tokens.words
        try group.allReduceSum(&words)
        (rowCount, tokens) = (words[0], TokenPredictionSums(words: Array(words[1...])))
    }
}

extension TokenPredictionSums {
    static let figureNames = ["loss", "perplexity", "accuracy"]

    /// `loss` is the mean over all target tokens, in nats, `perplexity` e to that, `accuracy` the share of target tokens
    /// that are the model's first choice.
    var figures: [(name: String, value: Double)] {
        Array(zip(Self.figureNames, [loss, perplexity, accuracy]))
    }
}
