// ROUGE-1 and -2 of choices among a document's sentences: what a search for an extractive summary asks for
// often.

/// A document's sentences and a reference summary, tokenised once.
///
/// Scores equal those of `RougeScorer` for the chosen sentences joined by line ends, at a cost that grows
/// with the chosen tokens alone.
package struct ExtractiveRouge: Sendable {
    private let table: NGramTable
    /// How often the reference has the n-gram of each node.
    private let limits: [Int32]
    private let referenceLength: Int64
    private let sentences: [[Int32]]

    /// Number of sentences.
    package var sentenceCount: Int { sentences.count }

    /// Prepares the sentences of a document against its reference summary.
    package init(sentences: [String], reference: String, usesStemmer: Bool = false) {
        let target = RougeTokens(reference, stems: usesStemmer)
        var tokens = TokenTable(capacity: target.ends.count)
        let expected = target.inserted(in: &tokens)
        var table = NGramTable(capacity: 2 * expected.count)
        var limits: [Int32] = [0]
        for index in expected.indices {
            var node = 0
            for position in index..<min(index + 2, expected.count) {
                node = table.insert(prefix: node, token: expected[position])
                if node == limits.count { limits.append(0) }
                limits[node] += 1
            }
        }
        self.table = table
        self.limits = limits
        self.referenceLength = Int64(expected.count)
        self.sentences = sentences.map { RougeTokens($0, stems: usesStemmer).found(in: tokens) }
    }

    /// ROUGE-1 and ROUGE-2 of a summary of the sentences with these indices, in this order.
    package func scores(of chosen: [Int]) -> (rouge1: RougeScore, rouge2: RougeScore) {
        var rest = limits
        var previous: Int32 = -1
        var (length, unigrams, bigrams): (Int64, Int64, Int64) = (0, 0, 0)
        for sentence in chosen {
            for token in sentences[sentence] {
                let word = table.find(prefix: 0, token: token)
                if word > 0 && rest[word] > 0 {
                    rest[word] -= 1
                    unigrams += 1
                }
                let before = table.find(prefix: 0, token: previous)
                let pair = before > 0 ? table.find(prefix: before, token: token) : 0
                if pair > 0 && rest[pair] > 0 {
                    rest[pair] -= 1
                    bigrams += 1
                }
                previous = token
                length += 1
            }
        }
        return (
            RougeScore(hits: unigrams, predicted: length, expected: referenceLength),
            RougeScore(hits: bigrams, predicted: max(0, length - 1), expected: max(0, referenceLength - 1))
        )
    }
}
