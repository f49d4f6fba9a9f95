// Figures of the documents that were too long for a writer, apart from those of all.

internal import DataParallel
internal import Datasets
internal import Evaluation
internal import JSON
internal import Metrics

/// Counts the documents of whose answers a field tells that they were read in parts, and scores these answers
/// by themselves.
struct LongDocumentScores: BaselineScores {
    private static let names = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    /// The field of an answer that counts its parts, and what the figures of such documents begin with.
    private let field, prefix: String
    private let scorer = RougeScorer(usesStemmer: true)
    private var rouge = RougeSums()
    private var partCount: Int64 = 0
    /// Rows, then their F1 scores.
    private var bootstrap: BootstrapSums

    /// `seed` is that of the bootstrap.
    init(field: String, prefix: String, seed: UInt64) {
        (self.field, self.prefix) = (field, prefix)
        bootstrap = BootstrapSums(width: 1 + Self.names.count, seed: seed)
    }

    mutating func add(number: Int, _ row: Row, references: [String], answer: RowPrediction) throws {
        guard let parts = answer.details[field]?.integer, let reference = references.first else { return }
        let scores = scorer.scores(prediction: answer.prediction.string ?? "", reference: reference)
        partCount += Int64(parts)
        rouge.add(scores)
        bootstrap.add(number: number, [1] + scores.f1.map { RowUnits.of($0) ?? 0 })
    }

    mutating func reduce(over group: any ProcessGroup) throws {
        var words = rouge.words + [partCount]
        try group.allReduceSum(&words)
        partCount = words.removeLast()
        rouge = RougeSums(words: words)
        try bootstrap.reduce(over: group)
    }

    /// How many documents and parts there were, then ROUGE of their summaries if there were any.
    var estimates: [MetricValue] {
        let counts = [
            MetricValue(name: prefix + "_rows", value: Double(rouge.rowCount), unit: .plain),
            MetricValue(name: field, value: Double(partCount), unit: .plain),
        ]
        guard rouge.rowCount > 0 else { return counts }
        let replicates = bootstrap.replicates
        return counts
            + zip(Self.names, rouge.mean.f1).enumerated().map { place, figure in
                MetricValue(
                    name: prefix + "_" + figure.0, value: figure.1,
                    interval: replicates.interval { FixedPoint.value($0[1 + place]) / Double($0[0]) })
            }
    }
}
