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
        conversations = Conversations(tokenizer: tokenizer, template: template, arguments: arguments)
        self.options = options.endingTurns(of: template, tokenizer)
        losses = RowLosses(model)
    }

    package func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let prompts = try rows.map { try conversations.prompt(of: $0) }
        let texts = try Continuations.texts(
            of: prompts, rows, model, tokenizer, options, firstNumber: firstNumber)
        let losses = findsLoss ? try losses.losses(of: rows.map(conversations.example)) : nil
        return rows.indices.map { row in
            RowPrediction(prediction: .string(texts[row]), loss: losses?[row])
        }
    }

    package func checkPrompt(of row: Row) throws {
        try Continuations.check(conversations.prompt(of: row), row, model, options)
    }

    package func input(of row: Row) throws -> String { try conversations.lastTurns(of: row) }

    package func references(of row: Row) throws -> [String] { [try conversations.reference(of: row)] }
}
