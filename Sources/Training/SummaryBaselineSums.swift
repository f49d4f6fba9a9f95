// ROUGE of what simpler ways than a model make of documents, summed over rows and ranks.

public import DataParallel

/// ROUGE of the first sentences and of an oracle's choice.
public struct SummaryBaselineSums {
    private var lead = RougeScoreSums()
    private var oracle = RougeScoreSums()

    /// No documents.
    public init() {}

    /// Adds one document with its reference summary.
    public mutating func add(_ baselines: SummaryBaselines, reference: String) {
        lead.add(baselines.lead, references: [reference])
        oracle.add(baselines.oracle, references: [reference])
    }

    /// Adds up the sums of all ranks. Collective.
    public mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        try lead.reduce(over: group)
        try oracle.reduce(over: group)
    }

    /// `lead_rouge1` and so on, then `oracle_rouge1` and so on.
    public var metrics: [(name: String, value: Double)] {
        [("lead_", lead), ("oracle_", oracle)].flatMap { prefix, sums in
            zip(RougeScoreSums.metricNames, sums.values).map { (name: prefix + $0, value: $1) }
        }
    }
}
