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
        completions = Conversations(tokenizer: tokenizer, template: nil, arguments: arguments)
        losses = RowLosses(model)
    }

    package func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let prompts = try rows.map(prompt)
        let texts = try Continuations.texts(
            of: prompts, rows, model, tokenizer, options, firstNumber: firstNumber)
        let losses = findsLoss ? try losses.losses(of: rows.map(example)) : nil
        return rows.indices.map { row in
            RowPrediction(prediction: .string(texts[row]), loss: losses?[row])
        }
    }

    private func prompt(of row: Row) throws -> [Int32] { tokenizer.encode(try input(of: row)).ids }

    package func checkPrompt(of row: Row) throws {
        try Continuations.check(prompt(of: row), row, model, options)
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

    private func example(_ row: Row) throws -> Example {
        if isPrompt(row) { return try completions.example(row) }
        guard let example = try texts.example(row) else {
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

/// What a causal language model writes behind prompts, as text.
enum Continuations {
    /// Throws, with file and line, when a prompt does not fit the model.
    static func check(
        _ prompt: [Int32], _ row: Row, _ model: any LanguageModel, _ options: GenerationOptions
    ) throws(TrainingError) {
        guard !prompt.isEmpty else { throw TrainingError("\(row.source): there is no text to continue") }
        let most = min(model.maximumLength, options.maximumLength ?? .max)
        guard prompt.count < most else {
            throw TrainingError(
                "\(row.source): the row has \(prompt.count, "token"), which leaves no room for an answer: "
                    + "the limit of "
                    + "both together is \(most, "token"); shorten the row")
        }
    }

    /// One text a prompt, all generated in one padding-free batch. Throws, with file and line, when a prompt
    /// does not fit the model.
    static func texts(
        of prompts: [[Int32]], _ rows: [Row], _ model: any LanguageModel, _ tokenizer: any Tokenizer,
        _ options: GenerationOptions, firstNumber: Int
    ) throws -> [String] {
        for (prompt, row) in zip(prompts, rows) { try check(prompt, row, model, options) }
        var options = options
        // Sampling draws by the place in a batch: each batch gets numbers of its own.
        options.seed &+= UInt64(firstNumber)
        let found = try Generator(model).generate(prompts: prompts, options: options)
        return found.map { sequence in
            let tokens = sequence.isEnded ? sequence.tokens.dropLast() : sequence.tokens[...]
            return tokenizer.decode(Array(tokens), skippingSpecialTokens: true)
        }
    }
}

/// The losses of a causal language model's rows.
final class RowLosses {
    private let model: any LanguageModel
    private let targets = TokenTargets(objective: .causal)
    private let workspace = Workspace()

    init(_ model: any LanguageModel) { self.model = model }

    /// The loss of each example over its spans. Throws when one does not fit the model.
    func losses(of examples: [Example]) throws(TrainingError) -> [RowLoss] {
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
