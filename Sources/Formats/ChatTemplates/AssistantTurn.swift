// Which tokens of a conversation are the assistant's: what a loss on the assistant's messages alone counts.

package import Tokenizers

/// A conversation as tokens.
package struct TokenizedChat: Sendable, Equatable {
    /// Vocabulary ids of the whole text.
    package var ids: [Int32]
    /// For each token whether the assistant is to write it: its messages with the tokens that end them.
    package var isAssistant: [Bool]
    /// The text that was tokenised.
    package var text: String

    package init(ids: [Int32], isAssistant: [Bool], text: String) {
        self.ids = ids
        self.isAssistant = isAssistant
        self.text = text
    }
}

extension ChatTemplate {
    /// Tokenises a conversation and marks the assistant's tokens, in every message of the assistant and with
    /// the token that ends it.
    ///
    /// A template with `{% generation %}` says itself what is the assistant's. For others the conversation is
    /// rendered message by message: a turn begins where the prompt for it ends (`add_generation_prompt`), or
    /// else where its content stands, and ends with the first special token behind its content.
    ///
    /// - Parameters:
    ///   - messages: as for `render`.
    ///   - tokenizer: the tokenizer of the model; no special tokens are added to those that the template
    ///     writes.
    ///   - tools: as for `render`.
    ///   - variables: as for `render`.
    /// - Throws: `ChatTemplateError`: `startsWithAssistant` if no message of another role but `system` comes
    ///   before the first of the assistant, `turnNotFound` if a turn cannot be located, and what `render`
    ///   throws.
    package func tokenize(
        messages: [TemplateValue], with tokenizer: any Tokenizer, tools: [TemplateValue]? = nil,
        variables: [TemplateValue.Member] = []
    ) throws(ChatTemplateError) -> TokenizedChat {
        let roles = try Self.roles(messages)
        if roles.first(where: { $0 != "system" && $0 != "developer" }) == "assistant" {
            throw .startsWithAssistant
        }
        let whole = try render(messages: messages, tools: tools, variables: variables)
        let encoding = tokenizer.encode(
            whole.text, pair: nil, addingSpecialTokens: false, maximumLength: nil)
        var flags = [Bool](repeating: false, count: encoding.count)
        if marksAssistant {
            for (index, offset) in encoding.offsets.enumerated() {
                flags[index] = whole.assistantRanges.contains {
                    offset.lowerBound < $0.upperBound && offset.upperBound > $0.lowerBound
                }
            }
            return TokenizedChat(ids: encoding.ids, isAssistant: flags, text: whole.text)
        }
        let finder = AssistantTurnFinder(
            template: self, messages: messages, text: Array(whole.text.unicodeScalars), tools: tools,
            variables: variables)
        var cursor = 0
        for (index, role) in roles.enumerated() where role == "assistant" {
            let turn = try finder.turn(index, after: cursor)
            let isSpecial = encoding.ids.map { tokenizer.isSpecialToken($0) }
            cursor = turn.mark(&flags, offsets: encoding.offsets, isSpecial: isSpecial)
        }
        return TokenizedChat(ids: encoding.ids, isAssistant: flags, text: whole.text)
    }

    /// The roles of the messages.
    private static func roles(_ messages: [TemplateValue]) throws(ChatTemplateError) -> [String] {
        var roles: [String] = []
        for (index, message) in messages.enumerated() {
            guard let role = message["role"]?.string else { throw .missingRole(message: index + 1) }
            roles.append(role)
        }
        return roles
    }
}

/// Where a turn of the assistant stands in a text, in scalars.
struct AssistantTurn: Equatable {
    /// The end of the prompt for the turn.
    var start: Int
    /// Where the content ends.
    var contentEnd: Int
    /// Where the line behind the content ends: what belongs to the turn if no special token ends it.
    var lineEnd: Int
    /// Where the text of the messages up to this one ends; at least `contentEnd`.
    var limit: Int

    /// Marks the tokens of the turn: those of the content, then up to the first special token before `limit`,
    /// or without one to the end of the line. Returns where the turn ends.
    func mark(_ flags: inout [Bool], offsets: [Range<Int>], isSpecial: [Bool]) -> Int {
        let last = offsets.indices.first { index in
            offsets[index].lowerBound >= contentEnd && offsets[index].upperBound <= limit && isSpecial[index]
        }
        let end = last.map { offsets[$0].upperBound } ?? lineEnd
        for (index, offset) in offsets.enumerated() {
            // Trimmed offsets leave spaces out: a token of spaces stands before its empty range.
            let first = offset.isEmpty ? offset.lowerBound - 1 : offset.lowerBound
            if first >= start, offset.upperBound <= end { flags[index] = true }
        }
        return end
    }
}

/// Finds the assistant's turns by rendering beginnings of the conversation.
struct AssistantTurnFinder {
    let template: ChatTemplate
    let messages: [TemplateValue]
    /// The whole conversation.
    let text: [Unicode.Scalar]
    let tools: [TemplateValue]?
    let variables: [TemplateValue.Member]

    /// The scalars of the first messages, or nil if the template refuses them.
    private func beginning(_ count: Int, prompts: Bool) -> [Unicode.Scalar]? {
        do {
            let rendered = try template.render(
                messages: Array(messages.prefix(count)), addGenerationPrompt: prompts, tools: tools,
                variables: variables)
            return Array(rendered.text.unicodeScalars)
        } catch {
            return nil
        }
    }

    /// The turn of message `index`, which begins at or after `cursor`.
    func turn(_ index: Int, after cursor: Int) throws(ChatTemplateError) -> AssistantTurn {
        let after = beginning(index + 1, prompts: false)
        let limit = after.flatMap { text.starts(with: $0) ? $0.count : nil } ?? text.count
        let forms = Self.forms(messages[index]["content"]?.string ?? "")
        let prompted = beginning(index, prompts: true) ?? []
        let common = zip(prompted, text).prefix { $0 == $1 }.count
        if common == prompted.count, common >= cursor, let content = content(forms, from: common) {
            return turn(start: common, contentEnd: content.upperBound, limit: limit)
        }
        // The prompt may hold more than the turn begins with, such as the start of a thought.
        if let before = beginning(index, prompts: false), before.count >= cursor, text.starts(with: before),
            let content = content(forms, from: before.count)
        {
            let start = max(before.count, min(common, content.lowerBound))
            return turn(start: start, contentEnd: content.upperBound, limit: limit)
        }
        // The template writes the beginning of a conversation differently when more follows: look for the
        // content.
        guard let range = content(forms.filter { !$0.isEmpty }, from: cursor) else {
            throw .turnNotFound(path: template.path, message: index + 1)
        }
        return turn(start: range.lowerBound, contentEnd: range.upperBound, limit: limit)
    }

    private func turn(start: Int, contentEnd: Int, limit: Int) -> AssistantTurn {
        let limit = limit < contentEnd ? text.count : limit
        var lineEnd = contentEnd
        while lineEnd < limit, text[lineEnd].isPythonWhitespace { lineEnd += 1 }
        while lineEnd < limit, text[lineEnd] != "\n" { lineEnd += 1 }
        while lineEnd > contentEnd, text[lineEnd - 1].isPythonWhitespace { lineEnd -= 1 }
        return AssistantTurn(start: start, contentEnd: contentEnd, lineEnd: lineEnd, limit: limit)
    }

    /// How a template may write a content: as it is, without whitespace at its ends, without the thoughts
    /// before it.
    private static func forms(_ content: String) -> [[Unicode.Scalar]] {
        let answer = content.split(atBytes: "</think>").last ?? content
        return [content, content.stripped(), answer.stripped()].map { Array($0.unicodeScalars) }
    }

    private func content(_ forms: [[Unicode.Scalar]], from start: Int) -> Range<Int>? {
        for form in forms {
            if let range = find(form, from: start) { return range }
        }
        return nil
    }

    /// The first place of `part` at or after `start`.
    private func find(_ part: [Unicode.Scalar], from start: Int) -> Range<Int>? {
        guard let first = part.first else { return start..<start }
        var place = start
        while place + part.count <= text.count {
            if text[place] == first, text[place...].starts(with: part) { return place..<place + part.count }
            place += 1
        }
        return nil
    }
}
