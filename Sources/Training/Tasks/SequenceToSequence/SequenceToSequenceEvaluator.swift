// Evaluates an encoder–decoder on rows that are spread over the ranks: its loss on the targets and, if
// wanted, scores of what it writes.

package import DataParallel
internal import Datasets
package import Evaluation
package import Generation
internal import JSON
internal import Layers
internal import Metrics
package import Models

/// How an evaluation writes texts, and what it makes of them.
package struct SequenceToSequenceWriting {
    let options: GenerationOptions
    let text: ([Int32]) -> String
    let kind: PredictionKind

    /// `text` makes a text of what the decoder wrote; `kind` says how it is scored.
    package init(
        options: GenerationOptions, text: @escaping ([Int32]) -> String, kind: PredictionKind = .texts()
    ) {
        self.options = options
        self.text = text
        self.kind = kind
    }
}

/// Runs an encoder–decoder over rows without padding duplicates. Batches are composed alike for every
/// number of ranks, so every figure is the same on any number of ranks, to the last bit.
package final class SequenceToSequenceEvaluator {
    private let model: any SequenceToSequenceModel
    private let writing: SequenceToSequenceWriting?
    private let group: any ProcessGroup
    private let batchRows: Int
    private let workspace = Workspace()

    package init(
        model: any SequenceToSequenceModel, writing: SequenceToSequenceWriting?, group: any ProcessGroup,
        batchRows: Int
    ) {
        self.model = model
        self.writing = writing
        self.group = group
        self.batchRows = batchRows
    }

    private var kind: PredictionKind { writing?.kind ?? .losses }
    var metrics: [MetricDescription] { RowEvaluation.descriptions(kind) }

    /// Figures over all rows, on every rank. Collective.
    package func evaluate(_ rows: any SequenceToSequenceRows) throws -> RowEvaluationResult {
        let evaluation = RowEvaluation(kind, group: group, seed: 0, detail: .figures)
        let batches = EvaluationSampler(rows.examples, batchRows: batchRows)
        try batches.forEachBatch(of: group) { index in
            let batch = batches.rows(batch: index)
            let sources = try rows.sources(of: batch, epoch: nil)
            let losses = model.sequenceLossSums(
                sources: sources, targets: batch.map(rows.target(of:)), workspace: workspace
            ).map { RowLoss($0) }
            guard let writing else {
                for (row, loss) in zip(batch, losses) {
                    try evaluation.add(PredictedRow(number: row, loss: loss))
                }
                return
            }
            let written = try Generator.generate(model, sources: sources, options: writing.options)
            for (place, row) in batch.enumerated() {
                try evaluation.add(
                    PredictedRow(
                        number: row, prediction: .string(writing.text(written[place].tokens)),
                        references: rows.references(of: row), loss: losses[place]))
            }
        }
        return try evaluation.finish()
    }

    /// The figures of the loss over all rows with their intervals over rows, and the worst rows with their
    /// references, on every rank; no text is written. Collective.
    ///
    /// - Throws: when a row cannot be read any more, or another run has other rows.
    package func estimates(
        _ rows: any SequenceToSequenceRows, _ arguments: TokenLossArguments
    ) throws -> RowEvaluationResult {
        try TokenLossRows.run(
            rowCount: rows.examples.count, batchRows: batchRows, group: group, arguments,
            losses: { batch in
                model.sequenceLossSums(
                    sources: try rows.sources(of: batch, epoch: nil), targets: batch.map(rows.target(of:)),
                    workspace: workspace)
            }, text: { .reference(rows.references(of: $0).joined(separator: "\n")) })
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
