// Scores of written captions over rows, as evaluations during training report them.

public import DataParallel
internal import Metrics

/// Corpus BLEU, 0...100, and the share of captions that equal one of their references, 0...1.
public struct CaptionScoreSums: TextScoreSums {
    public static let metricNames = ["bleu", "exact_match"]
    private var counts = BLEUCounts()
    private var exactCount: Int64 = 0

    public init() {}

    public mutating func add(_ text: String, references: [String]) {
        counts.merge(BLEUScorer().counts(prediction: text, references: references))
        if references.contains(text) { exactCount += 1 }
    }

    public mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        var words = [exactCount] + counts.words
        try group.allReduceSum(&words)
        exactCount = words[0]
        counts = BLEUCounts(words: Array(words[1...]))
    }

    public var values: [Double] {
        [counts.score(), counts.rowCount == 0 ? 0 : Double(exactCount) / Double(counts.rowCount)]
    }
}
