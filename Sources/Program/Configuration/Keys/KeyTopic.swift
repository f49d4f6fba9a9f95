// What `--help WORD` answers: the recipe keys of a group, or those whose name has the word in it.
internal import Arguments
internal import Datasets
internal import Tasks

/// A part of the recipe keys, to be explained.
package struct KeyTopic: Equatable, Sendable {
    /// Names of the keys, in the order of the table.
    package let keyNames: [String]
    /// What becomes of another trainer's key of that name.
    package let remark: String?

    private init(keyNames: [String], remark: String? = nil) {
        (self.keyNames, self.remark) = (keyNames, remark)
    }

    /// The topic that `word` names, among the keys that `command` reads or among all; nil when there is none.
    ///
    /// A group's name or its beginning, `adapter`, stands for the group; a key of other trainers,
    /// `evaluation_strategy`, for what becomes of it; any part of a key's name, `lora`, for the keys that
    /// have it.
    package init?(_ word: String, for command: RecipeCommand?) {
        let name = Self.plain(word)
        guard name.count > 1 else { return nil }
        let readable = RecipeKey.all.filter { key in command.map(key.commands.contains) ?? true }
        let group = KeyGroup.allCases.first { $0.words.contains { $0.hasPrefix(name) && name.count > 3 } }
        if group == nil, let borrowed = BorrowedKey.named(name) {
            guard case .alias(let key) = borrowed.meaning else {
                self.init(keyNames: [], remark: borrowed.explanation)
                return
            }
            self.init(keyNames: readable.map(\.name).filter { $0 == key }, remark: borrowed.explanation)
            return
        }
        let found = readable.filter { $0.group == group || $0.name.contains(name) }.map(\.name)
        guard !found.isEmpty else { return nil }
        self.init(keyNames: found)
    }

    /// What to say of a word that is no topic.
    package static func unknown(_ word: String, for command: RecipeCommand?) -> String {
        if let command, KeyTopic(word, for: nil) != nil {
            return "No key that \(command.rawValue) reads is about '\(word)'; lockstep --help \(word) shows "
                + "those of other commands."
        }
        let groups = KeyGroup.allCases.map(\.rawValue)
        let names = RecipeKey.all.filter { key in command.map(key.commands.contains) ?? true }.map(\.name)
        let advice =
            NearestName.suggestion(for: plain(word), in: groups + names).map { "Did you mean '\($0)'? " }
            ?? ""
        let topics = groups.joined(separator: ", ")
        return "There is no help on '\(word)'. \(advice)Topics are \(topics), and any part of a key's name."
    }

    private static func plain(_ word: String) -> String {
        word.lowercased().replacing("-", with: "_").trimmingPrefix { $0 == "_" }.description
    }

    /// The page: each key with its type, sentence, default, readers and tasks, under the titles of groups.
    package var text: String {
        let keys = keyNames.compactMap { RecipeKey.named($0) }
        var blocks = remark.map { Self.wrapped($0, indent: 0) + "\n" } ?? ""
        for group in KeyGroup.allCases {
            let members = keys.filter { $0.group == group }
            guard !members.isEmpty else { continue }
            blocks += (blocks.isEmpty ? "" : "\n") + group.title.uppercased() + ":\n"
            for key in members { blocks += Self.entry(key) }
        }
        return blocks
    }

    private static func entry(_ key: RecipeKey) -> String {
        var notes: [String] = []
        if !key.allowedValues.isEmpty { notes.append(key.allowedValues.joined(separator: "|")) }
        if let text = key.defaultText { notes.append("default: \(text)") }
        let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
        var readers = "Read by " + key.readers
        if key.scope != .all {
            readers += ", for task " + key.scope.tasks.map(\.rawValue).joined(separator: ", ")
        }
        return "  --\(key.name) <\(key.typeName)>\n" + wrapped(key.help + suffix, indent: 6) + "\n"
            + wrapped(readers + ".", indent: 6) + "\n"
    }

    /// `text` in lines of 80 columns, each behind so many spaces.
    private static func wrapped(_ text: String, indent: Int) -> String {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, indent + last.count + 1 + word.count <= 80 {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
    }
}

extension KeyGroup {
    /// The words by which it may be asked for.
    fileprivate var words: [String] {
        [rawValue] + title.lowercased().split(separator: " ").map(String.init).filter { $0 != "text" }
    }
}

extension RecipeKey {
    fileprivate var readers: String {
        RecipeCommand.allCases.filter(commands.contains).map(\.rawValue).joined(separator: ", ")
    }
}

extension BorrowedKey {
    /// What becomes of a setting of it, in a sentence.
    fileprivate var explanation: String {
        switch meaning {
        case .alias(let key): "\(name) is another name of \(key)."
        case .idle(nil, let because, _): "\(name) has no effect here: \(because)."
        case .idle(let values?, let because, let otherwise):
            "\(name): \(values.joined(separator: " or ")) has no effect here: \(because). Anything else is "
                + "not supported: \(otherwise)."
        case .refused(let advice): "\(name) is not supported: \(advice)."
        }
    }
}
