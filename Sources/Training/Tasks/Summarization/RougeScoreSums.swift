// ROUGE of written texts over rows, as evaluations report it.

public import DataParallel
internal import Metrics

/// Mean ROUGE-1, -2, -L and -Lsum F1 over rows, each in 0...1; with several references the best of each row.
public struct RougeScoreSums: TextScoreSums {
    public static let metricNames = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    private let scorer: RougeScorer
    private var sums = RougeSums()

    /// With `usesStemmer` words are compared by their stem, as Hugging Face's run_summarization does.
    public init(usesStemmer: Bool = true) { scorer = RougeScorer(usesStemmer: usesStemmer) }

    public mutating func add(_ text: String, references: [String]) {
        sums.add(scorer.scores(prediction: text, references: references))
    }

    public mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        var words = sums.words
        try group.allReduceSum(&words)
        sums = RougeSums(words: words)
    }

    public var values: [Double] { sums.mean.f1 }
}
