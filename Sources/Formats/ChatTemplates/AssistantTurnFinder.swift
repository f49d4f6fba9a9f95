// Finds the assistant's turns in a conversation whose template does not mark them.

/// Compares the text of a conversation with what the template makes of its beginnings, and of the
/// conversation with other words in the place of a turn's own.
///
/// What changes with a turn's words is what the turn says: its content, thoughts and calls of tools. A turn
/// begins behind the prompt for it. Templates that write a message differently when others follow, as Qwen3
/// leaves out earlier thoughts, are compared as a whole; what is learnt is what then stands in the text.
struct AssistantTurnFinder {
    let template: ChatTemplate
    let messages: [TemplateValue]
    /// The whole conversation.
    let text: [Unicode.Scalar]
    let tools: [TemplateValue]?
    let variables: [TemplateValue.Member]

    /// Words that no conversation holds: scalars for private use.
    private static let placeholder = "\u{E0C4}\u{E0D5}\u{E0C6}\u{E0D7}"

    /// The turn of message `index`, which begins at or after `cursor`.
    func turn(_ index: Int, after cursor: Int) throws(ChatTemplateError) -> AssistantTurn {
        let first = Array(messages[..<index])
        let before: [Unicode.Scalar]? = index == 0 ? [] : scalars(first)
        let followsBefore = before.map { $0.count >= cursor && text.starts(with: $0) } ?? false
        let lowest = followsBefore ? before?.count ?? cursor : cursor
        let after = scalars(Array(messages[...index]))
        let filled = scalars(first + [filled(index)])
        let shared = after.map { common($0[...], text[...]) } ?? 0
        var content: Range<Int>?
        var limit = index == messages.count - 1 ? text.count : shared
        if let after, let filled, let change = Change(of: after, to: filled, Self.placeholder),
            change.isExact || followsBefore, change.range.upperBound <= shared,
            change.range.lowerBound >= lowest
        {
            content = change.range
            limit = shared
        } else if let change = changeInWhole(index), change.range.lowerBound >= lowest {
            content = change.range
            let end = change.range.upperBound
            limit = end + (ending(filled).map { common($0[...], text[end...]) } ?? text.count - end)
        } else if !followsBefore || after.map({ !text.starts(with: $0) }) ?? true {
            throw .turnNotFound(path: template.path, message: index + 1)
        }
        let start = start(of: index, before, lowest: lowest, content: content?.lowerBound ?? limit)
        guard start <= limit, content != nil || start < limit else {
            throw .turnNotFound(path: template.path, message: index + 1)
        }
        return AssistantTurn(
            start: start, contentEnd: content.map { max($0.upperBound, start) }, limit: limit)
    }

    /// Where the prompt for a turn ends whose content begins at `content`.
    private func start(
        of index: Int, _ before: [Unicode.Scalar]?, lowest: Int, content: Int
    ) -> Int {
        let prompted = index == 0 ? nil : scalars(Array(messages[..<index]), prompts: true)
        if let prompted, prompted.count >= lowest, text.starts(with: prompted) { return prompted.count }
        var header: ArraySlice<Unicode.Scalar> = usualHeader[...]
        if index > 0, let prompted, let before, prompted.starts(with: before) {
            header = prompted[before.count...]
        }
        // The prompt may hold more than the turn begins with, such as the start of a thought.
        var best = (place: content, length: 0)
        for place in stride(from: content, through: lowest, by: -1) {
            let length = common(header, text[place..<content])
            if length > best.length { best = (place, length) }
            if length == header.count { break }
        }
        return best.length < min(4, header.count) ? content : best.place + best.length
    }

    /// What a template writes to prompt for an answer to one message.
    private var usualHeader: [Unicode.Scalar] {
        let question = [TemplateValue.message(role: "user", content: "a")]
        guard let before = scalars(question), let prompted = scalars(question, prompts: true),
            prompted.starts(with: before)
        else { return [] }
        return Array(prompted[before.count...])
    }

    /// What stands in the place of a turn's own words, in the text of the whole conversation.
    private func changeInWhole(_ index: Int) -> Change? {
        var others = messages
        others[index] = filled(index)
        guard let other = scalars(others), let change = Change(of: text, to: other, Self.placeholder),
            change.isExact
        else { return nil }
        return change
    }

    /// What the template writes behind the last message of a conversation.
    private func ending(_ filled: [Unicode.Scalar]?) -> [Unicode.Scalar]? {
        let pair = [
            TemplateValue.message(role: "user", content: "a"),
            TemplateValue.message(role: "assistant", content: Self.placeholder),
        ]
        guard let found = filled ?? scalars(pair), let place = Change.place(of: Self.placeholder, in: found)
        else { return nil }
        return Array(found[place.upperBound...])
    }

    /// The message with the placeholder in the place of its answer and calls; its thoughts stay.
    private func filled(_ index: Int) -> TemplateValue {
        guard case .mapping(let members) = messages[index] else { return messages[index] }
        let content = messages[index]["content"]?.string ?? ""
        let parts = content.split(atBytes: "</think>")
        let thoughts = parts.count > 1 ? parts.dropLast().joined(separator: "</think>") + "</think>\n\n" : ""
        return .mapping(
            members.filter { $0.key != "content" && $0.key != "tool_calls" }
                + [TemplateValue.Member("content", .string(thoughts + Self.placeholder))])
    }

    /// The scalars of a conversation, or nil if the template refuses it.
    private func scalars(_ messages: [TemplateValue], prompts: Bool = false) -> [Unicode.Scalar]? {
        do {
            let rendered = try template.render(
                messages: messages, addGenerationPrompt: prompts, tools: tools, variables: variables)
            return Array(rendered.text.unicodeScalars)
        } catch {
            return nil
        }
    }
}

/// The number of scalars that two texts have in common at their start.
private func common(_ first: ArraySlice<Unicode.Scalar>, _ second: ArraySlice<Unicode.Scalar>) -> Int {
    var count = 0
    for (one, other) in zip(first, second) {
        guard one == other else { break }
        count += 1
    }
    return count
}

/// Where a text differs from another that has a placeholder.
private struct Change {
    /// What stands in the place of the placeholder.
    let range: Range<Int>
    /// Whether nothing but the placeholder and white space is new in the other text.
    let isExact: Bool

    /// nil if the other text lacks the placeholder.
    init?(of text: [Unicode.Scalar], to other: [Unicode.Scalar], _ placeholder: String) {
        guard let place = Self.place(of: placeholder, in: other) else { return nil }
        let start = min(common(text[...], other[...]), place.lowerBound)
        let most = min(text.count - start, other.count - place.upperBound)
        var end = 0
        while end < most, text[text.count - 1 - end] == other[other.count - 1 - end] { end += 1 }
        range = start..<text.count - end
        let new = other[start..<place.lowerBound] + other[place.upperBound..<other.count - end]
        isExact = new.allSatisfy(\.isPythonWhitespace)
    }

    /// The only place of the placeholder.
    static func place(of placeholder: String, in text: [Unicode.Scalar]) -> Range<Int>? {
        let wanted = Array(placeholder.unicodeScalars)
        guard let first = text.firstIndex(of: wanted[0]), text[first...].starts(with: wanted) else {
            return nil
        }
        return first..<first + wanted.count
    }
}
