// Perplexity and token accuracy of a language model over any number of rows and ranks.

import Foundation

/// Negative log-likelihoods of target tokens, summed without rounding; how many tokens were predicted rightly.
///
/// Every token counts once: padding and masked tokens must not be added, and a row is as heavy as it is long.
/// Sum `words` over the ranks and make the sums of the totals.
public struct TokenPredictionSums: Sendable, Equatable {
    /// Number of integers in `words`.
    public static let wordCount = 2 + ExactSum.wordCount

    public private(set) var tokenCount: Int64 = 0
    /// Tokens that the model gave the highest probability.
    public private(set) var correctCount: Int64 = 0
    private var negativeLogLikelihoods = ExactSum()

    /// No tokens.
    public init() {}

    /// The sums that `words` of one part, or their totals over parts, describe.
    public init(words: [Int64]) {
        precondition(words.count == Self.wordCount, "expected \(Self.wordCount) words, found \(words.count)")
        tokenCount = words[0]
        correctCount = words[1]
        negativeLogLikelihoods = ExactSum(words: Array(words[2...]))
    }

    /// All sums as integers to be added over ranks.
    public var words: [Int64] { [tokenCount, correctCount] + negativeLogLikelihoods.words }

    /// Adds one target token: −ln of its probability (nats), and whether it was the most probable one.
    public mutating func add(negativeLogLikelihood: Double, isCorrect: Bool) {
        tokenCount += 1
        correctCount += isCorrect ? 1 : 0
        negativeLogLikelihoods.add(negativeLogLikelihood)
    }

    /// Adds target tokens whose −ln probabilities (nats) are summed already, `correctCount` of them predicted rightly.
    public mutating func add(negativeLogLikelihoods sum: Double, tokenCount: Int, correctCount: Int) {
        self.tokenCount += Int64(tokenCount)
        self.correctCount += Int64(correctCount)
        negativeLogLikelihoods.add(sum)
    }

    /// Adds the sums of another part of the data.
    public mutating func merge(_ other: TokenPredictionSums) {
        self = TokenPredictionSums(words: .sum(words, other.words))
    }

    /// Sum of the negative log-likelihoods, rounded once.
    public var negativeLogLikelihood: Double { negativeLogLikelihoods.value }

    /// Mean negative log-likelihood of a token in nats: the cross-entropy loss; NaN without tokens.
    public var loss: Double { negativeLogLikelihood / Double(tokenCount) }

    /// exp(loss), at least 1; NaN without tokens.
    public var perplexity: Double { exp(loss) }

    /// Share of tokens that were predicted rightly; NaN without tokens.
    public var accuracy: Double { Double(correctCount) / Double(tokenCount) }
}
