// Token losses of rows over all ranks, by exact sums.

package import DataParallel
package import Metrics
package import Models

/// Rows and the losses of their target tokens.
package struct TokenLossTotals {
    package private(set) var rowCount: Int64 = 0
    package private(set) var tokens = TokenPredictionSums()

    /// No rows.
    package init() {}

    /// Adds the sums of a row.
    package mutating func add(_ sums: TokenLossSums) {
        rowCount += 1
        tokens.add(negativeLogLikelihoods: sums.loss, tokenCount: sums.count, correctCount: sums.correct)
    }

    /// Adds up the sums of all ranks. Collective.
    package mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        var words = [rowCount] + tokens.words
        try group.allReduceSum(&words)
        (rowCount, tokens) = (words[0], TokenPredictionSums(words: Array(words[1...])))
    }
}

extension TokenPredictionSums {
    package static let figureNames = ["loss", "perplexity", "accuracy"]

    /// `loss` is the mean over all target tokens, in nats, `perplexity` e to that, `accuracy` the share of target tokens
    /// that are the model's first choice.
    package var figures: [(name: String, value: Double)] {
        Array(zip(Self.figureNames, [loss, perplexity, accuracy]))
    }
}
