// CIDEr of captions.

internal import Metrics

/// Mean CIDEr-D over rows, as pycocoevalcap computes it; it needs the references of all rows beforehand.
struct CIDErMetric: TextMetric {
    let scorer: CIDErScorer

    var width: Int { 1 }

    func counts(prediction: String, references: [String]) -> [Int64] {
        let score = scorer.score(
            prediction: CaptionTokenizer.tokens(prediction),
            references: references.map(CaptionTokenizer.tokens))
        return [RowUnits.of(score) ?? 0]
    }

    var metrics: [Metric] { [Metric("cider", .plain, isMain: true, value: Self.mean(0))] }

    func signature(_ sums: [Int64]) -> (name: String, text: String)? {
        ("cider", "CIDEr-D of pycocoevalcap 1.2, σ = 6, mean over rows")
    }
}
