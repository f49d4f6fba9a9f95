// Makes the rows of a training file of one conversation.

internal import JSON

/// Joins turns, chooses answers and the turns before them.
struct PairMaker: Sendable {
    private let systemPrompt: String?
    private let answers: AnswerChoice
    private let historyTurns: Int?
    private let mergesTurns: Bool
    private let form: PairForm

    init(_ settings: PreparationSettings) {
        systemPrompt = settings.systemPrompt
        answers = settings.answers
        historyTurns = settings.historyTurns
        mergesTurns = settings.mergeTurns
        form = settings.pairForm
    }

    /// The rows of a conversation whose texts are clean; none if nobody answers in it.
    func rows(of turns: [Turn], tools: JSONValue?) -> [JSONObject] {
        var turns = turns.filter { !$0.isEmpty }
        if let systemPrompt {
            turns.removeAll { $0.role == "system" }
            turns.insert(Turn("system", systemPrompt), at: 0)
        }
        if mergesTurns { turns = Self.merged(turns) }
        let answers = turns.indices.filter { index in
            turns[index].role == "assistant"
                && turns[..<index].contains { $0.role == "user" || $0.role == "tool" }
        }
        let chosen: [Int]
        switch self.answers {
        case .whole: chosen = answers.suffix(1)
        case .first: chosen = Array(answers.prefix(1))
        case .every: chosen = answers
        }
        return chosen.map { row(Array(turns[...$0]), tools) }
    }

    /// Turns of one person after the other joined by a line break, but for those with calls of tools or other
    /// particulars.
    private static func merged(_ turns: [Turn]) -> [Turn] {
        var merged: [Turn] = []
        for turn in turns {
            if let last = merged.last, last.role == turn.role, turn.role != "tool", last.others.isEmpty,
                turn.others.isEmpty
            {
                merged[merged.count - 1].content += "\n" + turn.content
            } else {
                merged.append(turn)
            }
        }
        return merged
    }

    /// A conversation that ends with the answer, cut to the history that is wanted. What is left of it starts
    /// with a turn of the user, behind the system's.
    private func row(_ turns: [Turn], _ tools: JSONValue?) -> JSONObject {
        var system = turns.prefix { $0.role == "system" }
        var rest = turns[system.endIndex...]
        if let historyTurns, rest.count - 1 > historyTurns {
            rest = rest.suffix(historyTurns + 1)
            while rest.count > 1, let first = rest.first, first.role != "user" { rest.removeFirst() }
        }
        if system.isEmpty { system = [] }
        let messages = (Array(system) + rest).map(Self.message)
        var row: JSONObject
        switch form {
        case .messages: row = ["messages": .array(messages)]
        case .prompt:
            let prompt = Array(messages.dropLast())
            let isPlain =
                prompt.count == 1 && turns.last?.others.isEmpty != false && prompt[0].object?.count == 2
            row =
                isPlain
                ? ["prompt": prompt[0]["content"] ?? "", "completion": messages.last?["content"] ?? ""]
                : ["prompt": .array(prompt), "completion": .array(Array(messages.suffix(1)))]
        }
        if let tools { row.set("tools", to: tools) }
        return row
    }

    private static func message(_ turn: Turn) -> JSONValue {
        var members: JSONObject = ["role": .string(turn.role), "content": .string(turn.content)]
        for (name, value) in turn.others { members.set(name, to: value) }
        return .object(members)
    }
}
