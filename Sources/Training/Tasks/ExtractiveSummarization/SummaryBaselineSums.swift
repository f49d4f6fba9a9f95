// ROUGE of what simpler ways than a model make of documents, summed over rows and ranks.

package import DataParallel
package import Evaluation
internal import Metrics

/// ROUGE of the first sentences and of an oracle's choice.
package struct SummaryBaselineSums {
    private static let names = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    private let scorer = RougeScorer(usesStemmer: true)
    private var lead = RougeSums()
    private var oracle = RougeSums()
    /// Rows, then the F1 scores of the first sentences, then those of the oracle.
    private var bootstrap: BootstrapSums

    /// No documents; `seed` is that of the bootstrap.
    package init(seed: UInt64) {
        bootstrap = BootstrapSums(width: 1 + 2 * Self.names.count, seed: seed)
    }

    /// Adds the document with this number among all rows, with its reference summary.
    package mutating func add(number: Int, _ baselines: SummaryBaselines, reference: String) {
        let scores = [baselines.lead, baselines.oracle].map {
            scorer.scores(prediction: $0, reference: reference)
        }
        lead.add(scores[0])
        oracle.add(scores[1])
        bootstrap.add(number: number, [1] + scores.flatMap(\.f1).map { RowUnits.of($0) ?? 0 })
    }

    /// Adds up the sums of all ranks. Collective.
    package mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        var words = lead.words + oracle.words
        try group.allReduceSum(&words)
        lead = RougeSums(words: Array(words[..<lead.words.count]))
        oracle = RougeSums(words: Array(words[lead.words.count...]))
        try bootstrap.reduce(over: group)
    }

    /// `lead_rouge1` and so on, then `oracle_rouge1` and so on, with their intervals over rows, once reduced.
    package var estimates: [MetricValue] {
        let replicates = bootstrap.replicates
        let names = ["lead_", "oracle_"].flatMap { prefix in
            Self.names.map { prefix + $0 }
        }
        return zip(names, lead.mean.f1 + oracle.mean.f1).enumerated().map { place, figure in
            MetricValue(
                name: figure.0, value: figure.1,
                interval: replicates.interval {
                    FixedPoint.value($0[1 + place]) / Double($0[0])
                })
        }
    }
}
