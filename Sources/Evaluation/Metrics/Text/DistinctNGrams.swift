// Distinct-n: how varied generated text is.

/// Distinct-n of a corpus: the number of distinct n-grams over the number of all n-grams.
///
/// N-grams do not cross from one text to the next. Source: Li et al. 2016, "A diversity-promoting objective
/// function for neural conversation models"; the divisor is the number of n-grams, as in common use, where
/// the paper divides by tokens.
package struct DistinctNGrams: Sendable {
    package let tokenizer: BLEUTokenizer
    package let lowercases: Bool
    /// To be gathered from all ranks and merged.
    package private(set) var counts: NGramCounts
    /// Number of n-grams of each order, to be summed over ranks. `[maximumOrder]`
    package private(set) var totals: [Int64]

    /// No texts. Orders 1 to `maximumOrder` are counted.
    package init(maximumOrder: Int = 2, tokenizer: BLEUTokenizer = .mteval13a, lowercases: Bool = false) {
        let counts = NGramCounts(maximumOrder: maximumOrder)
        let totals = [Int64](repeating: 0, count: maximumOrder)
        self.init(counts: counts, totals: totals, tokenizer: tokenizer, lowercases: lowercases)
    }

    /// Gathered counts with their summed totals.
    package init(
        counts: NGramCounts, totals: [Int64], tokenizer: BLEUTokenizer = .mteval13a, lowercases: Bool = false
    ) {
        precondition(totals.count == counts.maximumOrder, "\(totals.count) totals")
        self.counts = counts
        self.totals = totals
        self.tokenizer = tokenizer
        self.lowercases = lowercases
    }

    /// Counts one text.
    package mutating func add(_ text: String) {
        let bytes = tokenizer.separated(text, lowercased: lowercases)
        var ids: [Int32] = []
        WhiteSpace.forEachWord(in: bytes) { ids.append(counts.insert(token: bytes, $0)) }
        counts.forEachNode(of: ids) { $0.add(1, to: $1) }
        for order in 1...totals.count {
            totals[order - 1] += NGramOverlap.count(length: ids.count, order: order)
        }
    }

    /// Adds the texts of another part of the data.
    package mutating func merge(_ other: DistinctNGrams) {
        counts.merge(other.counts)
        totals = .sum(totals, other.totals)
    }

    /// Distinct-n in 0...1 for `order` n; 0 without n-grams.
    package func ratio(order: Int) -> Double {
        Metrics.ratio(counts.distinctCount(order: order), totals[order - 1])
    }
}
