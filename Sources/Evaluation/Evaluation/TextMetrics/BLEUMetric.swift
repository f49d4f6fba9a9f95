// BLEU of written texts, and how long they are beside their references.

internal import Metrics

/// Corpus BLEU as sacrebleu computes it, 0...100; mean numbers of words of predictions and closest
/// references.
struct BLEUMetric: TextMetric {
    private let scorer = BLEUScorer()

    var width: Int { BLEUCounts.wordCount }

    func counts(prediction: String, references: [String]) -> [Int64] {
        scorer.counts(prediction: prediction, references: references).words
    }

    private static func counts(_ sums: [Int64]) -> BLEUCounts { BLEUCounts(words: Array(sums[1...])) }

    var metrics: [Metric] {
        [
            Metric("bleu", .points, isMain: true) { Self.counts($0).score() },
            Metric("prediction_words", .plain, isDetail: true) {
                Double(Self.counts($0).predictionLength) / Double($0[0])
            },
            Metric("reference_words", .plain, isDetail: true) {
                Double(Self.counts($0).referenceLength) / Double($0[0])
            },
        ]
    }

    func signature(_ sums: [Int64]) -> (name: String, text: String)? {
        ("bleu", scorer.signature(of: Self.counts(sums)))
    }
}
