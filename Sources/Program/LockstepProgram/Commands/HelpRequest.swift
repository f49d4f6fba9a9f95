// `--help WORD`: help on a part of the recipe keys, which the parser does not know.
import ArgumentParser
import Configuration

/// A call for help on one topic: `lockstep --help lora`, `lockstep train --help lora`, `lockstep help lora`;
/// or `lockstep --help train`, in the order that many other programs have.
struct HelpRequest {
    let word: String
    /// The command whose keys are meant; nil for those of all.
    let command: RecipeCommand?

    /// nil for other command lines, those included that ask for help on a whole command.
    init?(_ arguments: [String]) {
        var words = arguments
        let isHelp: (String) -> Bool = { ["--help", "-h", "-help"].contains($0) }
        if let first = words.first, let command = Self.command(named: first) {
            self.command = command
            words.removeFirst()
        } else {
            command = nil
        }
        guard words.count == 2, isHelp(words[0]) || (command == nil && words[0] == "help") else { return nil }
        word = words[1]
        if word.hasPrefix("-") { return nil }
    }

    /// The command whose keys a command of that name reads.
    static func command(named name: String) -> RecipeCommand? {
        let readers: [any (ParsableCommand & RecipeReader).Type] = [CheckCommand.self, PlanCommand.self]
        let reader = readers.first { $0.configuration.commandName == name }
        return reader.map { $0.recipeCommand } ?? RecipeCommand(rawValue: name)
    }

    private var namedCommand: (any ParsableCommand.Type)? {
        guard command == nil else { return nil }
        return LockstepCommand.configuration.subcommands.first { $0.configuration.commandName == word }
    }

    /// The page, or what to say where there is no such topic.
    var answer: Result<String, ValidationError> {
        if let namedCommand { return .success(LockstepCommand.helpMessage(for: namedCommand)) }
        if let topic = KeyTopic(word, for: command) { return .success(topic.text) }
        return .failure(ValidationError(KeyTopic.unknown(word, for: command)))
    }
}

/// What a command's help says of it, with examples: a line each, as it is typed.
func helpText(_ text: String, examples: String...) -> String {
    (text.isEmpty ? "" : text + "\n\n") + "Examples:\n" + examples.map { "  " + $0 }.joined(separator: "\n")
}
