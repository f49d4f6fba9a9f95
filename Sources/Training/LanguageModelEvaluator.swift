// Evaluates a language model on rows that are spread over the ranks: loss, perplexity and accuracy by exact counts.

public import DataParallel
public import Datasets
internal import Foundation
internal import Layers
internal import Metrics
public import Models

/// Runs a language model over rows without padding duplicates. Batches are composed alike for every number of ranks,
/// so every figure is the same on any number of ranks, to the last bit.
public final class LanguageModelEvaluator {
    private let model: any LanguageModel
    private let targets: TokenTargets
    private let group: any ProcessGroup
    private let batchRows: Int
    private let workspace = Workspace()

    public init(
        model: any LanguageModel, objective: LanguageModelObjective, group: any ProcessGroup, batchRows: Int
    ) {
        self.model = model
        targets = TokenTargets(objective: objective)
        self.group = group
        self.batchRows = batchRows
    }

    /// Figures over all rows of `store`, on every rank. Collective.
    public func evaluate(_ store: ExampleStore) throws(ParallelError) -> LanguageModelEvaluation {
        var losses = ExactSum()
        var counts: [Int64] = [0, 0, 0]
        let batches = EvaluationBatches(rowCount: store.count, batchRows: batchRows, lengths: store.lengths)
        for index in batches.batches(rank: group.rank, of: group.size) {
            let rows = batches.rows(batch: index)
            let sums = sums(store, rows: rows)
            losses.add(sums.loss)
            counts = [
                counts[0] + Int64(rows.count), counts[1] + Int64(sums.count), counts[2] + Int64(sums.correct),
            ]
        }
        return try reduced(counts, losses)
    }

    /// The sums of rows that run together.
    private func sums(_ store: ExampleStore, rows: [Int]) -> TokenLossSums {
        let (tokens, wanted) = targets.batch(store, rows: rows, .evaluation)
        guard wanted.contains(where: { $0 != TokenTargets.ignored }) else { return TokenLossSums() }
        workspace.reset()
        return model.lossSums(
            Pass(parameters: model.parameters, workspace: workspace, batch: tokens), targets: wanted,
            scale: 1,
            labelSmoothing: 0)
    }

    /// The figures of all ranks' counts of rows, targets and right ones. Collective.
    private func reduced(
        _ counts: [Int64], _ losses: ExactSum
    ) throws(ParallelError) -> LanguageModelEvaluation {
        var words = counts + losses.words
        try group.allReduceSum(&words)
        return LanguageModelEvaluation(
            rowCount: words[0], targetCount: words[1], correctCount: words[2],
            lossSum: ExactSum(words: Array(words[3...])).value)
    }
}

extension LanguageModelEvaluator {
    /// Figures over all rows of `store` with their intervals over rows, on every rank. Rows run one by one. Collective.
    public func estimates(
        _ store: ExampleStore, seed: UInt64
    ) throws(ParallelError) -> (evaluation: LanguageModelEvaluation, estimates: [MetricEstimate]) {
        var bootstrap = BootstrapSums(width: 3, seed: seed)
        var losses = ExactSum()
        var counts: [Int64] = [0, 0, 0]
        for row in stride(from: group.rank, to: store.count, by: group.size) {
            let sums = sums(store, rows: [row])
            losses.add(sums.loss)
            counts = [counts[0] + 1, counts[1] + Int64(sums.count), counts[2] + Int64(sums.correct)]
            let units = RowUnits.of(sums.loss, fractionBits: Self.lossBits) ?? 0
            bootstrap.add(number: row, [units, Int64(sums.count), Int64(sums.correct)])
        }
        let evaluation = try reduced(counts, losses)
        try bootstrap.reduce(over: group)
        let replicates = bootstrap.replicates
        func mean(_ sums: [Int64]) -> Double {
            FixedPoint.value(sums[0], fractionBits: Self.lossBits) / Double(sums[1])
        }
        let intervals = [
            replicates.interval(of: mean), replicates.interval { exp(mean($0)) },
            replicates.interval { Double($0[2]) / Double($0[1]) },
        ]
        let estimates = zip(evaluation.metrics, intervals).map { metric, interval in
            MetricEstimate(name: metric.name, value: metric.value, interval: interval)
        }
        return (evaluation, estimates)
    }

    /// Losses of rows are large, so their units in a bootstrap are coarse.
    private static let lossBits = 20
}

/// The result of an evaluation, the same on any number of ranks.
public struct LanguageModelEvaluation: TaskEvaluation {
    public let rowCount: Int64
    /// Target tokens of all rows.
    public let targetCount: Int64
    /// Targets that are the model's first choice.
    public let correctCount: Int64
    /// Sum of the targets' negative log-likelihoods, in nats.
    public let lossSum: Double

    static let metricNames = ["loss", "perplexity", "accuracy"]

    /// Mean loss over all target tokens, in nats.
    public var loss: Double { lossSum / Double(targetCount) }

    /// `perplexity` is e to the mean loss, `accuracy` the share of target tokens that are the model's first choice.
    public var metrics: [(name: String, value: Double)] {
        [
            ("loss", loss), ("perplexity", exp(loss)),
            ("accuracy", Double(correctCount) / Double(targetCount)),
        ]
    }
}
