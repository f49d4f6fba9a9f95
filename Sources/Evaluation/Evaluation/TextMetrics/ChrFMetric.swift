// chrF of written texts.

internal import Metrics

/// chrF as sacrebleu computes it, 0...100. It also says how good one row is.
struct ChrFMetric: TextMetric {
    private let scorer = ChrFScorer()

    var width: Int { ChrFCounts().words.count }

    func counts(prediction: String, references: [String]) -> [Int64] {
        scorer.counts(prediction: prediction, references: references).words
    }

    var metrics: [Metric] {
        [Metric("chrf", .points, isMain: true) { ChrFCounts(words: Array($0[1...])).score }]
    }

    func signature(_ sums: [Int64]) -> (name: String, text: String)? {
        ("chrf", scorer.signature(of: ChrFCounts(words: Array(sums[1...]))))
    }
}
