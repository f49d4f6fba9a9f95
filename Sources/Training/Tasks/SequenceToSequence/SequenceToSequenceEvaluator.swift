// Evaluates an encoder–decoder on rows that are spread over the ranks: its loss on the targets and, if wanted, scores
// of what it writes.

public import DataParallel
internal import Datasets
public import Evaluation
public import Generation
internal import Layers
public import Metrics
public import Models

/// Scores of written texts, summed over rows without rounding.
public protocol TextScoreSums {
    /// Names of the figures, without prefix.
    static var metricNames: [String] { get }
    /// Adds the text that was written for a row.
    mutating func add(_ text: String, references: [String])
    /// Sums over all ranks. Collective.
    mutating func reduce(over group: any ProcessGroup) throws(ParallelError)
    /// The figures over all rows that were added, in the order of `metricNames`.
    var values: [Double] { get }
}

/// How an evaluation writes texts, and what it makes of them.
public struct SequenceToSequenceWriting {
    let options: GenerationOptions
    let text: ([Int32]) -> String
    let scores: any TextScoreSums

    /// `text` makes a text of what the decoder wrote; `scores` are sums over no rows.
    public init(
        options: GenerationOptions, text: @escaping ([Int32]) -> String, scores: any TextScoreSums
    ) {
        self.options = options
        self.text = text
        self.scores = scores
    }
}

/// Runs an encoder–decoder over rows without padding duplicates. Batches are composed alike for every number of ranks,
/// so every figure is the same on any number of ranks, to the last bit.
public final class SequenceToSequenceEvaluator {
    private let model: any SequenceToSequenceModel
    private let writing: SequenceToSequenceWriting?
    private let group: any ProcessGroup
    private let batchRows: Int
    private let workspace = Workspace()

    public init(
        model: any SequenceToSequenceModel, writing: SequenceToSequenceWriting?, group: any ProcessGroup,
        batchRows: Int
    ) {
        self.model = model
        self.writing = writing
        self.group = group
        self.batchRows = batchRows
    }

    var metricNames: [String] {
        TokenPredictionSums.figureNames + (writing.map { type(of: $0.scores).metricNames } ?? [])
    }

    /// Figures over all rows, on every rank. Collective.
    public func evaluate(_ rows: any SequenceToSequenceRows) throws -> SequenceToSequenceEvaluation {
        var totals = TokenLossTotals()
        var scores = writing?.scores
        let batches = EvaluationBatches(
            rowCount: rows.examples.count, batchRows: batchRows, lengths: rows.examples.lengths)
        for index in batches.batches(rank: group.rank, of: group.size) {
            let batch = batches.rows(batch: index)
            let sources = try rows.sources(of: batch, epoch: nil)
            let losses = model.sequenceLossSums(
                sources: sources, targets: batch.map(rows.target(of:)), workspace: workspace)
            for sums in losses { totals.add(sums) }
            guard let writing else { continue }
            let written = try Generator.generate(model, sources: sources, options: writing.options)
            for (row, sequence) in zip(batch, written) {
                scores?.add(writing.text(sequence.tokens), references: rows.references(of: row))
            }
        }
        try totals.reduce(over: group)
        try scores?.reduce(over: group)
        return SequenceToSequenceEvaluation(
            rowCount: totals.rowCount, tokens: totals.tokens,
            scores: scores.map { Array(zip(type(of: $0).metricNames, $0.values)) } ?? [])
    }

    /// The figures of the loss over all rows with their intervals over rows, and the worst rows with their references, on
    /// every rank; no text is written. Collective.
    ///
    /// - Throws: when a row cannot be read any more, or another run has other rows.
    public func estimates(
        _ rows: any SequenceToSequenceRows, _ arguments: TokenLossArguments
    ) throws -> TokenLossResult {
        try TokenLossRows.run(
            rowCount: rows.examples.count, batchRows: batchRows, group: group, arguments,
            losses: { batch in
                model.sequenceLossSums(
                    sources: try rows.sources(of: batch, epoch: nil), targets: batch.map(rows.target(of:)),
                    workspace: workspace)
            }, text: { ("reference", rows.references(of: $0).joined(separator: "\n")) })
    }
}

extension SequenceToSequenceModel {
    /// The loss of each of the targets that are given to the decoder, without a backward pass.
    func sequenceLossSums(
        sources: TokenBatch, targets: [[Int32]], workspace: Workspace
    ) -> [TokenLossSums] {
        workspace.reset()
        let (tokens, wanted) = targetBatch(targets, sampleIDs: sources.sampleIDs)
        return sequenceLossSums(
            source: Pass(parameters: parameters, workspace: workspace, batch: sources),
            target: Pass(parameters: parameters, workspace: workspace, batch: tokens), targets: wanted)
    }
}

/// The result of an evaluation, the same on any number of ranks.
public struct SequenceToSequenceEvaluation: TaskEvaluation {
    public let rowCount: Int64
    /// The losses of all rows' target tokens, each with the right tokens before it.
    public let tokens: TokenPredictionSums
    /// Scores of written texts; empty when none were written.
    public let scores: [(name: String, value: Double)]

    /// `perplexity` is e to the mean loss, `accuracy` the share of target tokens that are the model's first choice; then
    /// the scores of written texts.
    public var metrics: [(name: String, value: Double)] { tokens.figures + scores }
}
