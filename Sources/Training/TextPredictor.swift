// A causal language model's answers to rows: how it continues their texts.

public import Datasets
public import Generation
internal import Layers
public import Models
internal import Tensors
public import Tokenizers

/// Continues the text of each row. Rows with `prompt` and `completion` instead of the text have the completion as
/// reference; others have none.
///
/// The loss is over every token of the text that follows another, or over those of the completion.
public final class TextPredictor: RowPredictor {
    private let model: any LanguageModel
    private let tokenizer: any Tokenizer
    private let options: GenerationOptions
    private let arguments: DataArguments
    private let texts: TextBlocks
    private let completions: Conversations
    private let losses: RowLosses

    /// The tokenizer's end-of-sequence token ends a text besides those of `options`.
    public init(
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

    public func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let prompts = try rows.map { tokenizer.encode(try input(of: $0)).ids }
        let texts = try Continuations.texts(
            of: prompts, rows, model, tokenizer, options, firstNumber: firstNumber)
        return try zip(rows, texts).map { row, text in
            let loss = findsLoss ? try losses.loss(of: example(row)) : nil
            return RowPrediction(prediction: .string(text), loss: loss)
        }
    }

    public func input(of row: Row) throws -> String {
        isPrompt(row)
            ? try row.text(in: arguments.promptColumn, key: "prompt_column")
            : try row.text(in: row.isLine ? "text" : arguments.textColumn, key: "text_column")
    }

    public func references(of row: Row) throws -> [String] {
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

/// What a causal language model writes behind prompts, as text.
enum Continuations {
    /// One text a prompt, all generated in one padding-free batch. Throws, with file and line, when a prompt does not
    /// fit the model.
    static func texts(
        of prompts: [[Int32]], _ rows: [Row], _ model: any LanguageModel, _ tokenizer: any Tokenizer,
        _ options: GenerationOptions, firstNumber: Int
    ) throws -> [String] {
        let most = min(model.maximumLength, options.maximumLength ?? .max)
        for (prompt, row) in zip(prompts, rows) {
            guard !prompt.isEmpty else { throw TrainingError("\(row.source): there is no text to continue") }
            guard prompt.count < most else {
                throw TrainingError(
                    "\(row.source): the row has \(prompt.count) tokens, which leaves no room for an answer: the limit of "
                        + "both together is \(most) tokens; shorten the row")
            }
        }
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

/// The losses of single rows.
final class RowLosses {
    private let model: any LanguageModel
    private let targets = TokenTargets(objective: .causal)
    private let workspace = Workspace()

    init(_ model: any LanguageModel) { self.model = model }

    /// The loss over the example's spans. Throws when it does not fit the model.
    func loss(of example: Example) throws(TrainingError) -> RowLoss {
        var store = ExampleStore()
        store.append(example)
        try store.validate(for: model)
        let (tokens, wanted) = targets.batch(store, rows: [0], .evaluation)
        workspace.reset()
        let sums = model.lossSums(
            Pass(parameters: model.parameters, workspace: workspace, batch: tokens), targets: wanted,
            scale: 1,
            labelSmoothing: 0)
        return RowLoss(sum: sums.loss, count: sums.count, correct: sums.correct)
    }
}
