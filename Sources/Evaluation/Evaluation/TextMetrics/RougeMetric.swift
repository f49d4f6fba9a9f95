// ROUGE of written texts.

internal import Metrics

/// Mean F1 of ROUGE-1, -2, -L and -Lsum over rows as rouge_score computes it with its stemmer; of several
/// references the best of each row.
struct RougeMetric: TextMetric {
    static let names = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    private let scorer = RougeScorer(usesStemmer: true)

    var width: Int { Self.names.count }

    func counts(prediction: String, references: [String]) -> [Int64] {
        scorer.scores(prediction: prediction, references: references).f1.map { RowUnits.of($0) ?? 0 }
    }

    var metrics: [Metric] {
        Self.names.enumerated().map { place, name in
            Metric(name, isMain: name != "rougeLsum", value: Self.mean(place))
        }
    }

    func signature(_ sums: [Int64]) -> (name: String, text: String)? {
        ("rouge", "F1 of rouge_score 0.1.2 with use_stemmer, mean over rows, best reference")
    }
}
