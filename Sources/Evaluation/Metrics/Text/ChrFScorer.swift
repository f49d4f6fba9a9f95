// chrF and chrF++ from counts that are summed over rows and ranks, equal to sacrebleu 2.6.0.

/// Counts character n-grams of rows, and for chrF++ also word n-grams.
///
/// Source: Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation"; Popović 2017,
/// "chrF++: words helping character n-grams".
package struct ChrFScorer: Sendable, Equatable {
    /// The longest n-grams of characters that count.
    package static let characterOrder = 6
    /// The longest n-grams of words that count: 0 for chrF, 2 for chrF++.
    package let wordOrder: Int
    /// Whether case is ignored.
    package let lowercases: Bool

    /// sacrebleu's defaults make chrF; a `wordOrder` of 2 makes chrF++.
    package init(wordOrder: Int = 0, lowercases: Bool = false) {
        precondition(wordOrder >= 0, "a word order of \(wordOrder)")
        self.wordOrder = wordOrder
        self.lowercases = lowercases
    }

    /// The counts of one row: those of the reference that gives the highest score, the first of equals.
    /// `references` must not be empty, though its strings may be.
    package func counts(prediction: String, references: [String]) -> ChrFCounts {
        precondition(!references.isEmpty, "chrF needs a reference for each row")
        var words = TokenTable()
        let predicted = text(prediction, &words)
        var best: ChrFCounts?
        var bestScore = -1.0
        for reference in references {
            let counts = ChrFCounts(
                orders: statistics(predicted, text(reference, &words)), references: references.count)
            if counts.score > bestScore { (best, bestScore) = (counts, counts.score) }
        }
        return best ?? ChrFCounts(wordOrder: wordOrder)
    }

    /// sacrebleu's signature of a score of these counts.
    package func signature(of counts: ChrFCounts) -> String {
        "nrefs:\(counts.references.signature)|case:\(lowercases ? "lc" : "mixed")"
            + "|eff:yes|nc:\(Self.characterOrder)|nw:\(wordOrder)|space:no|version:2.6.0"
    }

    /// Scalars without white space, and words with the numbers that `table` gives them.
    private typealias Units = (characters: [Int32], words: [Int32])

    private func text(_ text: String, _ table: inout TokenTable) -> Units {
        let bytes = lowercases ? LowerCase.bytes(of: text) : Array(text.utf8)
        var characters: [Int32] = []
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars
        where !WhiteSpace.contains(scalar) {
            characters.append(Int32(bitPattern: scalar.value))
        }
        var words: [Int32] = []
        guard wordOrder > 0 else { return (characters, words) }
        WhiteSpace.forEachWord(in: bytes) { range in
            let (first, last) = (range.lowerBound, range.upperBound - 1)
            let isLong = range.count > 1 && !Self.isOneScalar(bytes, range)
            if isLong && Self.isPunctuation(bytes[last]) {
                words.append(table.insert(bytes, first..<last))
                words.append(table.insert(bytes, last..<last + 1))
            } else if isLong && Self.isPunctuation(bytes[first]) {
                words.append(table.insert(bytes, first..<first + 1))
                words.append(table.insert(bytes, first + 1..<last + 1))
            } else {
                words.append(table.insert(bytes, range))
            }
        }
        return (characters, words)
    }

    private static func isOneScalar(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        range.dropFirst().allSatisfy { bytes[$0] & 0xC0 == 0x80 }
    }

    /// Python's `string.punctuation`.
    private static func isPunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    /// For each order: n-grams of the prediction (0 when the reference has none), of the reference, matches.
    private func statistics(_ prediction: Units, _ reference: Units) -> [Int64] {
        orders(prediction.characters, reference.characters, Self.characterOrder)
            + orders(prediction.words, reference.words, wordOrder)
    }

    private func orders(_ prediction: [Int32], _ reference: [Int32], _ maximumOrder: Int) -> [Int64] {
        guard maximumOrder > 0 else { return [] }
        let matches = NGramOverlap.matches(
            prediction: prediction, references: [reference], maximumOrder: maximumOrder)
        return (1...maximumOrder).flatMap { order in
            let expected = NGramOverlap.count(length: reference.count, order: order)
            let predicted = NGramOverlap.count(length: prediction.count, order: order)
            return [expected > 0 ? predicted : 0, expected, matches[order - 1]]
        }
    }
}

/// N-grams of predictions and references and their matches, of any number of rows.
package struct ChrFCounts: Sendable, Equatable {
    /// For each order — characters 1 to 6, then words — n-grams of predictions, of references and matches, as
    /// sacrebleu orders them; then the counts of references. Sum them over ranks.
    package private(set) var words: [Int64]

    /// No rows.
    package init(wordOrder: Int = 0) {
        let orders = ChrFScorer.characterOrder + wordOrder
        words = [Int64](repeating: 0, count: 3 * orders + ReferenceCounts.wordCount)
    }

    /// The counts that `words` of one part, or their totals over parts, describe.
    package init(words: [Int64]) {
        precondition(
            words.count % 3 == 0 && words.count >= 3 * ChrFScorer.characterOrder + ReferenceCounts.wordCount,
            "\(words.count) words are no counts of chrF")
        self.words = words
    }

    init(orders: [Int64], references: Int) {
        words = orders + ReferenceCounts(references: references).words
    }

    /// Adds the counts of other rows.
    package mutating func merge(_ other: ChrFCounts) { words = .sum(words, other.words) }

    /// Number of rows counted.
    package var rowCount: Int64 { references.rowCount }

    var references: ReferenceCounts { ReferenceCounts(words: Array(words.suffix(ReferenceCounts.wordCount))) }

    /// chrF in 0...100: F with β = 2 of the precision and the recall, each averaged over the orders that both
    /// sides have; 0 when there are none.
    package var score: Double {
        var (precision, recall, orders) = (0.0, 0.0, 0.0)
        for index in stride(from: 0, to: words.count - ReferenceCounts.wordCount, by: 3) {
            let (predicted, expected) = (words[index], words[index + 1])
            guard predicted > 0, expected > 0 else { continue }
            precision += Double(words[index + 2]) / Double(predicted)
            recall += Double(words[index + 2]) / Double(expected)
            orders += 1
        }
        guard orders > 0 else { return 0 }
        precision /= orders
        recall /= orders
        guard precision + recall > 0 else { return 0 }
        return 100 * (5 * precision * recall / (4 * precision + recall))
    }
}
