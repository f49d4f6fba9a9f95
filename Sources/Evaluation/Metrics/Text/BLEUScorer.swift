// Corpus BLEU from counts that are summed over rows and ranks, equal to sacrebleu 2.6.0.

import Foundation

/// Tokenises rows and counts what BLEU needs of them.
///
/// Source: Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation"; Post 2018,
/// "A call for clarity in reporting BLEU scores", whose program sacrebleu this equals.
package struct BLEUScorer: Sendable, Equatable {
    package let tokenizer: BLEUTokenizer
    /// Whether case is ignored.
    package let lowercases: Bool

    /// sacrebleu's defaults: tokenizer 13a, case-sensitive.
    package init(tokenizer: BLEUTokenizer = .mteval13a, lowercases: Bool = false) {
        self.tokenizer = tokenizer
        self.lowercases = lowercases
    }

    /// The counts of one row. `references` must not be empty, though its strings may be.
    package func counts(prediction: String, references: [String]) -> BLEUCounts {
        precondition(!references.isEmpty, "BLEU needs a reference for each row")
        var table = TokenTable()
        let tokenized = references.map { reference in
            let bytes = tokenizer.separated(reference, lowercased: lowercases)
            var tokens: [Int32] = []
            WhiteSpace.forEachWord(in: bytes) { tokens.append(table.insert(bytes, $0)) }
            return tokens
        }
        let bytes = tokenizer.separated(prediction, lowercased: lowercases)
        var tokens: [Int32] = []
        WhiteSpace.forEachWord(in: bytes) { tokens.append(table.find(bytes, $0)) }
        return BLEUCounts(prediction: tokens, references: tokenized)
    }

    /// sacrebleu's signature of a score of these counts.
    package func signature(of counts: BLEUCounts, effectiveOrder: Bool = false) -> String {
        "nrefs:\(counts.references.signature)|case:\(lowercases ? "lc" : "mixed")"
            + "|eff:\(effectiveOrder ? "yes" : "no")|tok:\(tokenizer.rawValue)|smooth:exp|version:2.6.0"
    }
}

/// Lengths, n-grams and matched n-grams of any number of rows.
package struct BLEUCounts: Sendable, Equatable {
    /// The longest n-grams that count.
    package static let maximumOrder = 4
    /// Number of integers in `words`.
    package static let wordCount = 2 + 2 * maximumOrder + ReferenceCounts.wordCount

    /// Tokens of the predictions and of the references closest in length; matches and totals of orders 1 to
    /// 4, as sacrebleu orders them; then the counts of references. Sum them over ranks.
    package private(set) var words: [Int64]

    /// No rows.
    package init() { words = [Int64](repeating: 0, count: Self.wordCount) }

    /// The counts that `words` of one part, or their totals over parts, describe.
    package init(words: [Int64]) {
        precondition(words.count == Self.wordCount, "expected \(Self.wordCount) words, found \(words.count)")
        self.words = words
    }

    init(prediction: [Int32], references: [[Int32]]) {
        let closest = references.map(\.count).min { left, right in
            let (first, second) = (abs(left - prediction.count), abs(right - prediction.count))
            return first == second ? left < right : first < second
        }
        let order = Self.maximumOrder
        words = [Int64(prediction.count), Int64(closest ?? 0)]
        words += NGramOverlap.matches(prediction: prediction, references: references, maximumOrder: order)
        words += (1...order).map { NGramOverlap.count(length: prediction.count, order: $0) }
        words += ReferenceCounts(references: references.count).words
    }

    /// Adds the counts of other rows.
    package mutating func merge(_ other: BLEUCounts) { words = .sum(words, other.words) }

    /// Number of rows counted.
    package var rowCount: Int64 { references.rowCount }
    /// Tokens of the predictions.
    package var predictionLength: Int64 { words[0] }
    /// Tokens of the references, of each row the one closest in length to the prediction.
    package var referenceLength: Int64 { words[1] }
    /// Matched n-grams of orders 1 to 4.
    package var matches: [Int64] { Array(words[2..<2 + Self.maximumOrder]) }
    /// All n-grams of the predictions of orders 1 to 4.
    package var totals: [Int64] { Array(words[2 + Self.maximumOrder..<2 + 2 * Self.maximumOrder]) }

    var references: ReferenceCounts {
        ReferenceCounts(words: Array(words[(2 + 2 * Self.maximumOrder)...]))
    }

    /// exp(1 − r / p) where predictions are shorter (p tokens) than references (r tokens), else 1.
    package var brevityPenalty: Double {
        guard predictionLength < referenceLength else { return 1 }
        guard predictionLength > 0 else { return 0 }
        return exp(1 - Double(referenceLength) / Double(predictionLength))
    }

    /// Precisions of orders 1 to 4 in percent; orders without a match get 100 / (2^k · total), k counting
    /// such orders (`exp` smoothing). All are 0 when nothing matches.
    package var precisions: [Double] {
        var precisions = [Double](repeating: 0, count: Self.maximumOrder)
        guard matches.contains(where: { $0 > 0 }) else { return precisions }
        var smoothing = 1.0
        for (index, (matched, total)) in zip(matches, totals).enumerated() {
            if total == 0 { break }
            if matched == 0 { smoothing *= 2 }
            precisions[index] =
                matched == 0
                ? 100 / (smoothing * Double(total)) : 100 * Double(matched) / Double(total)
        }
        return precisions
    }

    /// BLEU in 0...100; 0 without rows or matches. With `effectiveOrder`, for single sentences, orders that
    /// the prediction is too short for are left out of the geometric mean.
    package func score(effectiveOrder: Bool = false) -> Double {
        let precisions = precisions
        guard matches.contains(where: { $0 > 0 }) else { return 0 }
        let order =
            effectiveOrder
            ? totals.prefix { $0 > 0 }.count : Self.maximumOrder
        // sacrebleu's stand-in for the logarithm of 0.
        let logarithms = precisions[..<order].map { $0 == 0 ? -9_999_999_999 : log($0) }
        return brevityPenalty * exp(logarithms.reduce(0, +) / Double(order))
    }
}
