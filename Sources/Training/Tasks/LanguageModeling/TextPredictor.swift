// A causal language model's answers to rows: how it continues their texts.

package import Arguments
package import Datasets
package import Evaluation
package import Generation
internal import JSON
internal import Layers
package import Models
internal import Phrases
internal import Tensors
package import Tokenizers
internal import Training

/// Continues the text of each row. Rows with `prompt` and `completion` instead of the text have the
/// completion as reference; others have none.
///
/// The loss is over every token of the text that follows another, or over those of the completion.
package final class TextPredictor: PromptedPredictor {
    private let model: any LanguageModel
    private let tokenizer: any Tokenizer
    private let options: GenerationOptions
    private let arguments: DataArguments
    private let texts: TextBlocks
    private let completions: Conversations
    private let losses: RowLosses

    /// The tokenizer's end-of-sequence token ends a text besides those of `options`.
    package init(
        model: any LanguageModel, tokenizer: any Tokenizer, arguments: DataArguments,
        options: GenerationOptions
    ) {
        self.model = model
        self.tokenizer = tokenizer
        self.arguments = arguments
        self.options = options.endingTurns(of: nil, tokenizer)
        texts = TextBlocks(tokenizer: tokenizer, arguments: arguments, isCausal: true)
        completions = Conversations(
            tokenizer: tokenizer, template: nil, arguments: arguments, modelLength: model.maximumLength)
        losses = RowLosses(model)
    }

    package func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        try continuations.answers(
            to: rows, prompts: rows.map(prompt), firstNumber: firstNumber,
            examples: findsLoss ? rows.map(example) : nil)
    }

    private var continuations: Continuations {
        Continuations(
            model: model, tokenizer: tokenizer, options: options, rule: arguments.onLongRow, losses: losses)
    }

    private func prompt(of row: Row) throws -> [Int32] { tokenizer.encode(try input(of: row)).ids }

    package func checkPrompt(of row: Row) throws {
        try continuations.check(prompt(of: row), row)
    }

    package func input(of row: Row) throws -> String {
        isPrompt(row)
            ? try row.text(in: arguments.promptColumn, key: "prompt_column")
            : try row.text(in: row.isLine ? "text" : arguments.textColumn, key: "text_column")
    }

    package func references(of row: Row) throws -> [String] {
        guard isPrompt(row) else {
            throw TrainingError(
                "\(row.source): a text has no reference for what follows it; give rows with \(arguments.promptColumn) and "
                    + "\(arguments.completionColumn)")
        }
        return [try row.text(in: arguments.completionColumn, key: "completion_column")]
    }

    private func isPrompt(_ row: Row) -> Bool {
        !row.isLine && row[arguments.textColumn] == nil && row[arguments.promptColumn] != nil
    }

    /// nil for a row that is too long to have a loss.
    private func example(_ row: Row) throws -> Example? {
        if isPrompt(row) {
            var longRows = completions.longRows
            return try completions.example(row, &longRows)
        }
        var longRows = texts.longRows
        let example = try texts.example(row, &longRows)
        guard example != nil || longRows.skippedRowCount > 0 else {
            throw TrainingError.nothingToPredict("\(row.source)")
        }
        return example
    }
}

/// A predictor that continues prompts.
package protocol PromptedPredictor: Predictor {
    /// Throws, with file and line, when there is no prompt or it leaves no room for an answer; runs no model.
    func checkPrompt(of row: Row) throws
}

/// The losses of a causal language model's rows.
final class RowLosses {
    private let model: any LanguageModel
    private let targets = TokenTargets(objective: .causal)
    private let workspace = Workspace()

    init(_ model: any LanguageModel) { self.model = model }

    /// The loss of each example over its spans. Throws when one does not fit the model.
    func losses(of examples: [Example]) throws(TrainingError) -> [RowLoss] {
        guard !examples.isEmpty else { return [] }
        var store = TokenizedDataset()
        for example in examples { store.append(example) }
        try store.validate(for: model)
        let (tokens, wanted) = targets.batch(store, rows: Array(examples.indices), .evaluation)
        workspace.reset()
        return model.sequenceLossSums(
            Pass(parameters: model.parameters, workspace: workspace, batch: tokens), targets: wanted
        ).map { RowLoss($0) }
    }
}
