// Evaluates a language model on rows that are spread over the ranks: loss, perplexity and accuracy by exact
// counts.

package import DataParallel
package import Datasets
package import Evaluation
internal import Generation
internal import JSON
internal import Layers
internal import Metrics
package import Models

/// How an evaluation lets a language model write, and what it compares the texts with.
package struct LanguageModelWriting {
    let options: GenerationOptions
    /// The prompt of a row of a data set, and the texts that people wrote for it.
    let prompt: (TokenizedDataset, Int) -> [Int32]
    let references: (TokenizedDataset, Int) -> [String]
    let text: ([Int32]) -> String

    /// What the model writes for rows, all in one batch.
    func texts(_ model: any LanguageModel, _ store: TokenizedDataset, rows: [Int]) throws -> [String] {
        try Generator(model).generate(prompts: rows.map { prompt(store, $0) }, options: options)
            .map { text($0.isEnded ? $0.tokens.dropLast() : $0.tokens) }
    }
}

/// Runs a language model over rows without padding duplicates. Batches are composed alike for every number of
/// ranks, so every figure is the same on any number of ranks, to the last bit.
package final class LanguageModelEvaluator {
    private let model: any LanguageModel
    private let targets: TokenTargets
    private let group: any ProcessGroup
    private let batchRows: Int
    private let writing: LanguageModelWriting?
    private let workspace = Workspace()

    /// With `writing`, evaluations write texts and score them.
    package init(
        model: any LanguageModel, objective: LanguageModelObjective, group: any ProcessGroup, batchRows: Int,
        writing: LanguageModelWriting? = nil
    ) {
        self.model = model
        self.writing = writing
        targets = TokenTargets(objective: objective)
        self.group = group
        self.batchRows = batchRows
    }

    private var kind: PredictionKind { writing == nil ? .losses : .texts() }
    var metrics: [MetricDescription] { RowEvaluation.descriptions(kind) }

    /// Figures over all rows of `store`, on every rank. Collective.
    package func evaluate(_ store: TokenizedDataset) throws -> RowEvaluationResult {
        let evaluation = RowEvaluation(kind, group: group, seed: 0, detail: .figures)
        let batches = EvaluationSampler(store, batchRows: batchRows)
        try batches.forEachBatch(of: group) { index in
            let rows = batches.rows(batch: index)
            let losses = sums(store, rows: rows).map { RowLoss($0) }
            guard let writing else {
                for (row, loss) in zip(rows, losses) {
                    try evaluation.add(PredictedRow(number: row, loss: loss))
                }
                return
            }
            let texts = try writing.texts(model, store, rows: rows)
            for (place, row) in rows.enumerated() {
                try evaluation.add(
                    PredictedRow(
                        number: row, prediction: .string(texts[place]),
                        references: writing.references(store, row), loss: losses[place]))
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
