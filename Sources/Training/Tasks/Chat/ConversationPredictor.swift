// A chat model's answers to rows: what it says last in each conversation.

package import Arguments
package import ChatTemplates
package import Datasets
package import Evaluation
package import Generation
internal import JSON
internal import Layers
package import Models
package import Tokenizers

/// Writes the last answer of each conversation, given all before it. A last message of the assistant is the
/// reference and is not shown to the model. Rows with `prompt` and `completion` are conversations of one
/// exchange.
///
/// The loss is that of training: over the tokens of every answer of the row.
package final class ConversationPredictor: PromptedPredictor {
    private let model: any LanguageModel
    private let conversations: Conversations
    private let tokenizer: any Tokenizer
    private let options: GenerationOptions
    private let losses: RowLosses

    /// `template` is the tokenizer's chat template; nil if it has none. The tokens that end a turn end an
    /// answer besides those of `options`.
    package init(
        model: any LanguageModel, tokenizer: any Tokenizer, template: ChatTemplate?, arguments: DataArguments,
        options: GenerationOptions
    ) {
        self.model = model
        self.tokenizer = tokenizer
        conversations = Conversations(
            tokenizer: tokenizer, template: template, arguments: arguments,
            modelLength: model.maximumLength)
        self.options = options.endingTurns(of: template, tokenizer)
        losses = RowLosses(model)
    }

    package func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        try continuations.answers(
            to: rows, prompts: rows.map(conversations.prompt), firstNumber: firstNumber,
            examples: findsLoss
                ? rows.map { (row) -> Example? in
                    var longRows = conversations.longRows
                    return try conversations.example(row, &longRows)
                } : nil)
    }

    private var continuations: Continuations {
        Continuations(
            model: model, tokenizer: tokenizer, options: options,
            rule: conversations.arguments.onLongRow, losses: losses)
    }

    package func checkPrompt(of row: Row) throws {
        try continuations.check(conversations.prompt(of: row), row)
    }

    package func input(of row: Row) throws -> String { try conversations.lastTurns(of: row) }

    package func references(of row: Row) throws -> [String] { [try conversations.reference(of: row)] }
}
