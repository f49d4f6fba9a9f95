// What a conversation is for generation: the prompt of the next answer, and the token that ends it.

package import Tokenizers

extension ChatTemplate {
    /// The template of models that were trained on messages with an end-of-sequence token behind each, such
    /// as DialoGPT. nil when the tokenizer has no such token. Roles leave no trace: a system message would
    /// read as one of the user.
    package static func messagesWithEnds(_ tokenizer: any Tokenizer) throws(ChatTemplateError)
        -> ChatTemplate?
    {
        guard let end = tokenizer.endOfSequenceID.flatMap({ tokenizer.token(of: $0) }) else { return nil }
        return try ChatTemplate(
            "{% for message in messages %}{{ message['content'] }}{{ eos_token }}{% endfor %}",
            variables: [TemplateValue.Member("eos_token", .string(end))])
    }

    /// The tokens that the assistant's next message follows; tools and variables as for `render`. Throws what
    /// `render` throws.
    package func prompt(
        _ messages: [TemplateValue], with tokenizer: any Tokenizer, tools: [TemplateValue]? = nil,
        variables: [TemplateValue.Member] = []
    ) throws(ChatTemplateError) -> [Int32] {
        let text = try render(
            messages: messages, addGenerationPrompt: true, tools: tools, variables: variables
        ).text
        return tokenizer.encode(text, pair: nil, addingSpecialTokens: false, maximumLength: nil).ids
    }

    /// The special token that ends a message of the assistant; nil if the template has none or refuses the
    /// conversation of two words by which it is found.
    package func endOfTurn(with tokenizer: any Tokenizer) -> Int32? {
        let messages = [
            TemplateValue.message(role: "user", content: "a"),
            TemplateValue.message(role: "assistant", content: "b"),
        ]
        do {
            let chat = try tokenize(messages: messages, with: tokenizer)
            let last = chat.isAssistant.lastIndex(of: true).map { chat.ids[$0] }
            return last.flatMap { tokenizer.isSpecialToken($0) ? $0 : nil }
        } catch {
            return nil
        }
    }
}
