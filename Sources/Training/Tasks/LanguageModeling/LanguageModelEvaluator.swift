// Evaluates a language model on rows that are spread over the ranks: loss, perplexity and accuracy by exact
// counts.

package import DataParallel
package import Datasets
package import Evaluation
internal import Layers
internal import Metrics
package import Models

/// Runs a language model over rows without padding duplicates. Batches are composed alike for every number of
/// ranks, so every figure is the same on any number of ranks, to the last bit.
package final class LanguageModelEvaluator {
    private let model: any LanguageModel
    private let targets: TokenTargets
    private let group: any ProcessGroup
    private let batchRows: Int
    private let workspace = Workspace()

    package init(
        model: any LanguageModel, objective: LanguageModelObjective, group: any ProcessGroup, batchRows: Int
    ) {
        self.model = model
        targets = TokenTargets(objective: objective)
        self.group = group
        self.batchRows = batchRows
    }

    /// Figures over all rows of `store`, on every rank. Collective.
    package func evaluate(_ store: TokenizedDataset) throws -> RowEvaluationResult {
        let evaluation = RowEvaluation(.losses, group: group, seed: 0, detail: .figures)
        let batches = EvaluationSampler(store, batchRows: batchRows)
        try batches.forEachBatch(of: group) { index in
            let rows = batches.rows(batch: index)
            for (row, sums) in zip(rows, sums(store, rows: rows)) {
                try evaluation.add(PredictedRow(number: row, loss: RowLoss(sums)))
            }
        }
        return try evaluation.finish()
    }

    /// Figures over all rows of `store` with their intervals over rows, and the worst rows with what `text`
    /// makes of their tokens, on every rank. Collective.
    ///
    /// - Throws: when another run has other rows.
    package func estimates(
        _ store: TokenizedDataset, _ arguments: TokenLossArguments, text: ([Int32]) -> String
    ) throws -> RowEvaluationResult {
        try TokenLossRows.run(
            rowCount: store.count, batchRows: batchRows, group: group, arguments,
            losses: { sums(store, rows: $0) }, text: { .input(text(Array(store.tokens(of: $0)))) })
    }

    /// The sums of each of the rows, which run together.
    private func sums(_ store: TokenizedDataset, rows: [Int]) -> [TokenLossSums] {
        let (tokens, wanted) = targets.batch(store, rows: rows, .evaluation)
        workspace.reset()
        return model.sequenceLossSums(
            Pass(parameters: model.parameters, workspace: workspace, batch: tokens), targets: wanted)
    }
}
