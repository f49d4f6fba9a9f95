// What a mistyped command or flag most likely stands for, where the parser has no answer itself.
import ArgumentParser
import Configuration
import Datasets

/// Suggestions for words of the command line that the parser does not know, by the rule that recipe keys
/// have.
enum CommandLineAdvice {
    /// The parser's message for `error`, usage included, with a suggestion behind the sentence that has none.
    static func message(for error: any Error, arguments: [String]) -> String {
        let sentence = LockstepCommand.message(for: error)
        let text = LockstepCommand.fullMessage(for: error)
        guard let advice = advice(on: sentence, arguments: arguments) else { return text }
        return text.replacing(sentence, with: sentence + advice, maxReplacements: 1)
    }

    private static func advice(on sentence: String, arguments: [String]) -> String? {
        if let match = sentence.wholeMatch(of: /Unknown option '--([^']+)'/) {
            guard let command = arguments.lazy.compactMap(HelpRequest.command(named:)).first else {
                return nil
            }
            let keys = RecipeKey.all.filter { $0.commands.contains(command) }.map(\.name)
            let name = match.output.1.replacing("-", with: "_")
            return NearestName.suggestion(for: String(name), in: keys).map { ". Did you mean '--\($0)'?" }
        }
        guard let word = arguments.first, sentence.contains("'\(word)'"), !word.hasPrefix("-") else {
            return nil
        }
        let commands = LockstepCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard !commands.contains(word) else { return nil }
        let nearest =
            commands.first { word.count > 1 && $0.hasPrefix(word) }
            ?? NearestName.suggestion(for: word, in: commands)
        return nearest.map { ". Did you mean '\($0)'?" }
            ?? ". The commands are \(commands.joined(separator: ", "))."
    }
}
