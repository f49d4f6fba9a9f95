// A conversation with a model: its history, what of it the model reads, and the answers.

package import ChatTemplates
package import Models
internal import Phrases
package import Tokenizers

/// A conversation that grows by a message of the user and an answer of the model.
///
/// The history is rendered by the chat template and read through a cache, so each turn costs its own tokens
/// only. It may outgrow the model's context: when history and the room for an answer do not fit any more, the
/// oldest exchanges are forgotten until the rest takes three quarters of the room; the system message stays.
package final class ChatSession {
    /// How an answer ended.
    package enum Ending: String, Sendable {
        /// By the token that ends a turn.
        case end
        /// By a limit of length.
        case length
        /// By whoever listened.
        case stopped
    }

    /// An answer with its figures.
    package struct Answer: Sendable, Equatable {
        package let text: String
        package let ending: Ending
        /// Tokens of the answer, and of all that the model had before it.
        package let tokenCount, promptTokenCount: Int
        /// Tokens of the prompt that were not in the cache.
        package let readTokenCount: Int
        /// Messages that were forgotten for this answer.
        package let forgottenMessageCount: Int
    }

    private struct Message {
        let role: String
        let content: String
    }

    private let tokenizer: any Tokenizer
    private let template: ChatTemplate
    /// What the template reads beside the messages.
    private let tools: [TemplateValue]?
    private let variables: [TemplateValue.Member]
    private let text: PrefixCachedGenerator
    private var options: GenerationOptions
    /// Tokens of history and answer together.
    private let context: Int
    private var system: String?
    private var messages: [Message] = []
    /// Messages at the start that the model does not read any more.
    private var forgotten = 0

    /// A conversation with nothing said. The tokens that end a turn by the template end an answer besides
    /// those of `options`; its `seed` is another one for each answer. `system` is the text of a first message
    /// with that role; `tools` and `variables` are what the template reads besides.
    package init(
        _ model: any LanguageModel, tokenizer: any Tokenizer, template: ChatTemplate,
        options: GenerationOptions, system: String? = nil, tools: [TemplateValue]? = nil,
        variables: [TemplateValue.Member] = []
    ) {
        (self.tools, self.variables) = (tools, variables)
        self.tokenizer = tokenizer
        self.template = template
        self.system = system
        self.options = options.endingTurns(of: template, tokenizer)
        context = min(model.maximumLength, options.maximumLength ?? .max)
        text = PrefixCachedGenerator(model)
    }

    /// Number of messages of user and model.
    package var messageCount: Int { messages.count }

    /// Forgets everything but the system message.
    package func reset() {
        messages = []
        forgotten = 0
    }

    /// Forgets everything and begins with another system message, or with none.
    package func reset(system: String?) {
        reset()
        self.system = system
    }

    /// Takes back the last message of the user with its answer. Returns false when there is none.
    package func undo() -> Bool {
        guard !messages.isEmpty else { return false }
        messages.removeLast(2)
        forgotten = min(forgotten, messages.count)
        return true
    }

    /// The model's answer. `onText` gets its text piece by piece, an empty piece for a token that completes
    /// no character, and says whether the answer goes on; one that was stopped stays in the history as it is.
    ///
    /// Throws when the message alone does not fit the model or the template refuses it; then nothing was
    /// said.
    package func answer(
        _ message: String, onText: (String) -> Bool = { _ in true }
    ) throws(GenerationError) -> Answer {
        messages.append(Message(role: "user", content: message))
        do {
            let (prompt, left) = try prompt()
            let answer = try written(prompt, left, onText)
            messages.append(Message(role: "assistant", content: answer.text))
            return answer
        } catch {
            messages.removeLast()
            throw error
        }
    }

    private func written(
        _ prompt: [Int32], _ forgottenCount: Int, _ onText: (String) -> Bool
    ) throws(GenerationError) -> Answer {
        var detokenizer = IncrementalDetokenizer(tokenizer)
        var content = ""
        var isStopped = false
        options.seed &+= 1
        let (found, readCount) = try text.generate(prompt: prompt, options: options) { token in
            let piece = options.endIDs.contains(token) ? "" : detokenizer.append(token)
            content += piece
            isStopped = !onText(piece)
            return !isStopped
        }
        let rest = detokenizer.finish()
        if !rest.isEmpty {
            content += rest
            _ = onText(rest)
        }
        return Answer(
            text: content, ending: found.isEnded ? .end : isStopped ? .stopped : .length,
            tokenCount: found.tokens.count, promptTokenCount: prompt.count, readTokenCount: readCount,
            forgottenMessageCount: forgottenCount)
    }

    // MARK: The prompt

    /// The tokens of what the model reads, and how many messages were forgotten for them.
    private func prompt() throws(GenerationError) -> (tokens: [Int32], forgotten: Int) {
        let before = forgotten
        let wanted = options.maximumLength == nil ? options.maximumNewTokens : 256
        let room = context - min(wanted, context / 2)
        var tokens = try rendered()
        if tokens.count > room {
            while tokens.count > room * 3 / 4, forgotten < messages.count - 1 {
                forgotten += 2
                tokens = try rendered()
            }
        }
        guard tokens.count < context else {
            forgotten = before
            throw GenerationError(
                "this message takes \(tokens.count, "token") with what stands around it, but the model reads "
                    + "and writes "
                    + "\(context) at most: shorten it")
        }
        return (tokens, forgotten - before)
    }

    private func rendered() throws(GenerationError) -> [Int32] {
        let first = system.map { [Message(role: "system", content: $0)] } ?? []
        let all = (first + messages[forgotten...]).map {
            TemplateValue.message(role: $0.role, content: $0.content)
        }
        do {
            return try template.prompt(all, with: tokenizer, tools: tools, variables: variables)
        } catch { throw GenerationError("\(error)") }
    }
}
