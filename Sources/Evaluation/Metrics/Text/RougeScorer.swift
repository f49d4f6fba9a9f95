// ROUGE-1, -2, -L and -Lsum of a prediction, equal to rouge_score 0.1.2.

/// Precision, recall and F1 of one kind of ROUGE, each in 0...1.
package struct RougeScore: Sendable, Equatable {
    package let precision: Double
    package let recall: Double
    /// 2·P·R / (P + R), or 0.
    package let f1: Double

    /// Nothing matches.
    static let zero = RougeScore(hits: 0, predicted: 0, expected: 0)

    /// Both quotients of `hits`; a quotient by 0 is 0.
    init(hits: Int64, predicted: Int64, expected: Int64) {
        precision = ratio(hits, predicted)
        recall = ratio(hits, expected)
        f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
    }
}

/// The four scores of one prediction.
package struct RougeScores: Sendable, Equatable {
    package let rouge1: RougeScore
    package let rouge2: RougeScore
    /// Of the longest common subsequence of both texts.
    package let rougeL: RougeScore
    /// Of the union of longest common subsequences, line by line.
    package let rougeLsum: RougeScore

    /// F1 of ROUGE-1, -2, -L and -Lsum.
    package var f1: [Double] { [rouge1.f1, rouge2.f1, rougeL.f1, rougeLsum.f1] }
}

/// Scores summaries against references.
///
/// Source: Lin 2004, "ROUGE: a package for automatic evaluation of summaries"; the program is rouge_score.
/// Its tokenizer knows ASCII letters and digits alone: text in other scripts has no tokens and scores 0.
package struct RougeScorer: Sendable, Equatable {
    /// Whether words of more than three letters are compared by their Porter stem.
    package let usesStemmer: Bool

    package init(usesStemmer: Bool = false) { self.usesStemmer = usesStemmer }

    /// The scores of a prediction; for ROUGE-Lsum lines of text are sentences.
    package func scores(prediction: String, reference: String) -> RougeScores {
        let target = RougeTokens(reference, stems: usesStemmer)
        let candidate = RougeTokens(prediction, stems: usesStemmer)
        var table = TokenTable(capacity: target.ends.count)
        let expected = target.inserted(in: &table)
        let predicted = candidate.found(in: table)
        let matches = NGramOverlap.matches(prediction: predicted, references: [expected], maximumOrder: 2)
        let lcs = LongestCommonSubsequence(predicted[...], vocabularySize: table.count)
            .length(with: expected[...])
        let (predictedCount, expectedCount) = (Int64(predicted.count), Int64(expected.count))
        let union =
            target.lineEnds.count == 1 && candidate.lineEnds.count == 1
            ? lcs
            : Self.unionHits(
                (expected, target.lines), (predicted, candidate.lines), vocabularySize: table.count)
        return RougeScores(
            rouge1: RougeScore(hits: matches[0], predicted: predictedCount, expected: expectedCount),
            rouge2: RougeScore(
                hits: matches[1], predicted: max(0, predictedCount - 1), expected: max(0, expectedCount - 1)),
            rougeL: RougeScore(hits: Int64(lcs), predicted: predictedCount, expected: expectedCount),
            rougeLsum: RougeScore(hits: Int64(union), predicted: predictedCount, expected: expectedCount))
    }

    /// For each kind of ROUGE the scores against the reference with the highest F1, the first of equals.
    /// `references` must not be empty.
    package func scores(prediction: String, references: [String]) -> RougeScores {
        precondition(!references.isEmpty, "ROUGE needs a reference for each row")
        let all = references.map { scores(prediction: prediction, reference: $0) }
        func best(_ kind: KeyPath<RougeScores, RougeScore>) -> RougeScore {
            all.dropFirst().reduce(all[0][keyPath: kind]) { best, scores in
                scores[keyPath: kind].f1 > best.f1 ? scores[keyPath: kind] : best
            }
        }
        return RougeScores(
            rouge1: best(\.rouge1), rouge2: best(\.rouge2), rougeL: best(\.rougeL),
            rougeLsum: best(\.rougeLsum))
    }

    private typealias Text = (tokens: [Int32], lines: [Range<Int>])

    /// Tokens of reference lines in the union of their longest common subsequences with all prediction lines,
    /// no token counting more often than it stands in either text.
    private static func unionHits(_ reference: Text, _ prediction: Text, vocabularySize: Int) -> Int {
        let lines = prediction.lines.map {
            LongestCommonSubsequence(prediction.tokens[$0], vocabularySize: vocabularySize)
        }
        var rest = [Int](repeating: 0, count: vocabularySize)
        for token in prediction.tokens where token >= 0 { rest[Int(token)] += 1 }
        var hits = 0
        for range in reference.lines {
            var marks = [Bool](repeating: false, count: range.count)
            for line in lines { line.mark(reference.tokens[range], in: &marks) }
            for (token, isMarked) in zip(reference.tokens[range], marks)
            where isMarked && rest[Int(token)] > 0 {
                rest[Int(token)] -= 1
                hits += 1
            }
        }
        return hits
    }
}
