// Perplexity and token accuracy of a language model over any number of rows and ranks.

import Foundation

/// Negative log-likelihoods of target tokens, summed without rounding; how many tokens were predicted
/// rightly.
///
/// Every token counts once: padding and masked tokens must not be added, and a row is as heavy as it is long.
/// Sum `words` over the ranks and make the sums of the totals.
package struct TokenPredictionSums: Sendable, Equatable {
    /// Number of integers in `words`.
    package static let wordCount = 2 + ExactAccumulator.wordCount

    package private(set) var tokenCount: Int64 = 0
    /// Tokens that the model gave the highest probability.
    package private(set) var correctCount: Int64 = 0
    private var negativeLogLikelihoods = ExactAccumulator()

    /// No tokens.
    package init() {}

    /// The sums that `words` of one part, or their totals over parts, describe.
    package init(words: [Int64]) {
        precondition(words.count == Self.wordCount, "expected \(Self.wordCount) words, found \(words.count)")
        tokenCount = words[0]
        correctCount = words[1]
        negativeLogLikelihoods = ExactAccumulator(words: Array(words[2...]))
    }

    /// All sums as integers to be added over ranks.
    package var words: [Int64] { [tokenCount, correctCount] + negativeLogLikelihoods.words }

    /// Adds one target token: −ln of its probability (nats), and whether it was the most probable one.
    package mutating func add(negativeLogLikelihood: Double, isCorrect: Bool) {
        tokenCount += 1
        correctCount += isCorrect ? 1 : 0
        negativeLogLikelihoods.add(negativeLogLikelihood)
    }

    /// Adds target tokens whose −ln probabilities (nats) are summed already, `correctCount` of them predicted
    /// rightly.
    package mutating func add(negativeLogLikelihoods sum: Double, tokenCount: Int, correctCount: Int) {
        self.tokenCount += Int64(tokenCount)
        self.correctCount += Int64(correctCount)
        negativeLogLikelihoods.add(sum)
    }

    /// Adds the sums of another part of the data.
    package mutating func merge(_ other: TokenPredictionSums) {
        self = TokenPredictionSums(words: .sum(words, other.words))
    }

    /// Sum of the negative log-likelihoods, rounded once.
    package var negativeLogLikelihood: Double { negativeLogLikelihoods.value }

    /// Mean negative log-likelihood of a token in nats: the cross-entropy loss; NaN without tokens.
    package var loss: Double { negativeLogLikelihood / Double(tokenCount) }

    /// exp(loss), at least 1; NaN without tokens.
    package var perplexity: Double { exp(loss) }

    /// Share of tokens that were predicted rightly; NaN without tokens.
    package var accuracy: Double { Double(correctCount) / Double(tokenCount) }
}
