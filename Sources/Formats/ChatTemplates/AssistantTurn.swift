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
    /// A template with `{% generation %}` says itself what is the assistant's. For others turns are found by
    /// `AssistantTurnFinder`: each begins where the prompt for it ends and ends with the special token behind
    /// what the message says, be that a content, a thought or calls of tools. A token that lies in part in a
    /// turn belongs to it, as in transformers' `return_assistant_tokens_mask`.
    ///
    /// - Parameters:
    ///   - messages: as for `render`.
    ///   - tokenizer: the tokenizer of the model; no special tokens are added to those that the template
    ///     writes.
    ///   - tools: as for `render`.
    ///   - variables: as for `render`.
    ///   - learns: whether the message of an index is to be marked if it is the assistant's.
    /// - Throws: `ChatTemplateError`: `turnNotFound` if a turn cannot be located, and what `render` throws.
    package func tokenize(
        messages: [TemplateValue], with tokenizer: any Tokenizer, tools: [TemplateValue]? = nil,
        variables: [TemplateValue.Member] = [], learning learns: (Int) -> Bool = { _ in true }
    ) throws(ChatTemplateError) -> TokenizedChat {
        let roles = try Self.roles(messages)
        let whole = try render(messages: messages, tools: tools, variables: variables)
        let encoding = tokenizer.encode(
            whole.text, pair: nil, addingSpecialTokens: false, maximumLength: nil)
        let tokens = TurnTokens(
            offsets: encoding.offsets,
            isSpecial: encoding.ids.map { tokenizer.isSpecialToken($0) || $0 == tokenizer.endOfSequenceID })
        let answers = roles.indices.filter { roles[$0] == "assistant" }
        let finder = AssistantTurnFinder(
            template: self, messages: messages, text: Array(whole.text.unicodeScalars), tools: tools,
            variables: variables)
        var flags = [Bool](repeating: false, count: encoding.count)
        if !marksAssistant {
            var cursor = 0
            for index in answers {
                let turn = try finder.turn(index, after: cursor)
                cursor = turn.end(tokens, in: finder.text)
                if learns(index) { tokens.set(&flags, in: turn.start..<cursor, to: true) }
            }
        } else if whole.assistantRanges.count == answers.count {
            for (range, index) in zip(whole.assistantRanges, answers) where learns(index) {
                tokens.set(&flags, in: range, to: true)
            }
        } else {
            for range in whole.assistantRanges { tokens.set(&flags, in: range, to: true) }
            // The template marks some answers in pieces or not at all: those to leave out are looked for.
            var cursor = 0
            for index in answers where answers.contains(where: { !learns($0) }) {
                let turn = try finder.turn(index, after: cursor)
                cursor = turn.end(tokens, in: finder.text)
                if !learns(index) { tokens.set(&flags, in: turn.start..<cursor, to: false) }
            }
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

/// Where the tokens of a text stand, in scalars, and which of them are special.
struct TurnTokens {
    let offsets: [Range<Int>]
    let isSpecial: [Bool]

    /// Sets the flags of all tokens that lie in `range`, be it in part.
    func set(_ flags: inout [Bool], in range: Range<Int>, to value: Bool) {
        for (index, offset) in offsets.enumerated() {
            // Trimmed offsets leave spaces out: a token of spaces stands before its empty range.
            let first = offset.isEmpty ? offset.lowerBound - 1 : offset.lowerBound
            if first < range.upperBound, max(offset.upperBound, first + 1) > range.lowerBound {
                flags[index] = value
            }
        }
    }
}

/// Where a turn of the assistant stands in a text, in scalars.
struct AssistantTurn: Equatable {
    /// The end of the prompt for the turn.
    var start: Int
    /// Where what the message says ends; nil if the template does not let that be found.
    var contentEnd: Int?
    /// Where the text of the messages up to this one ends; at least `contentEnd`.
    var limit: Int

    /// Where the turn ends: with the first special token behind its content, or the last one before `limit`
    /// where the content's end is not known; without a special token with the line.
    func end(_ tokens: TurnTokens, in text: [Unicode.Scalar]) -> Int {
        func isEnd(_ index: Int, behind place: Int) -> Bool {
            tokens.isSpecial[index] && tokens.offsets[index].lowerBound >= start
                && tokens.offsets[index].upperBound > place && tokens.offsets[index].upperBound <= limit
        }
        let indices = tokens.offsets.indices
        let last =
            contentEnd.map { place in indices.first { isEnd($0, behind: place) } }
            ?? indices.last { isEnd($0, behind: start) }
        if let last { return tokens.offsets[last].upperBound }
        let content = contentEnd ?? limit
        var end = content
        while end < limit, text[end].isPythonWhitespace { end += 1 }
        while end < limit, text[end] != "\n" { end += 1 }
        while end > content, text[end - 1].isPythonWhitespace { end -= 1 }
        return end
    }
}
