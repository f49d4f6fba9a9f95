// The errors of recipes, flags and cluster files: where, which key, what is wrong, what to do.

internal import Arguments
internal import Datasets
internal import Phrases
internal import Tasks

/// A mistake in a recipe, a flag or a cluster file, as sentences for the user.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where the value at fault was written.
    package enum Location: Equatable, Sendable {
        /// Line of a file, counted from 1.
        case line(file: String, line: Int)
        case file(String)
        case flag(String)
        case commandLine

        /// Whether it is a flag, and no line of a file.
        var isFlag: Bool {
            if case .flag = self { true } else { false }
        }
    }

    package let location: Location
    /// The key at fault, if one is.
    package let key: String?
    package let reason: String
    /// What else is wrong with the same recipe and flags.
    package private(set) var others: [ConfigurationError] = []

    /// A line for each mistake.
    package var description: String { ([line] + others.map(\.line)).joined(separator: "\n") }

    private var line: String {
        switch location {
        case .line(let file, let line): "\(file):\(line): \(reason)"
        case .file(let file): "\(file): \(reason)"
        case .flag(let name): "--\(name): \(reason)"
        case .commandLine: "command line: \(reason)"
        }
    }
}

extension ConfigurationError {
    /// Several mistakes as one error; nil if there is none.
    init?(_ mistakes: [ConfigurationError]) {
        guard let first = mistakes.first else { return nil }
        self = first
        others += mistakes.dropFirst()
    }

    static func unreadable(_ file: String, _ why: String) -> Self {
        Self(location: .file(file), key: nil, reason: "The file cannot be read: \(why).")
    }

    static func syntax(_ location: Location, _ problem: String) -> Self {
        Self(location: location, key: nil, reason: "This is not valid YAML: \(problem).")
    }

    static func duplicate(_ key: String, _ location: Location) -> Self {
        Self(location: location, key: key, reason: "\(key) is given more than once; keep one of them.")
    }

    static func unknown(
        _ key: String, among known: [String], section: String? = nil, hint: String? = nil,
        _ location: Location
    ) -> Self {
        let place = section.map { " in \($0)" } ?? ""
        let advice =
            NearestName.suggestion(for: key, in: known).map { "Did you mean \($0)?" }
            ?? hint
            ?? (known.count <= 30
                ? "Known keys are: \(known.joined(separator: ", "))."
                : "lockstep train --help lists the keys.")
        return Self(location: location, key: key, reason: "\(key) is not a known key\(place). \(advice)")
    }

    static func borrowed(
        _ key: BorrowedKey, _ value: YAMLValue, _ advice: String, _ location: Location
    ) -> Self {
        var shown = ""
        if case .idle = key.meaning, case .scalar(let text) = value { shown = ": \(text)" }
        return Self(
            location: location, key: key.name, reason: "\(key.name)\(shown) is not supported: \(advice).")
    }

    static func unsuitable(
        _ key: String, _ value: YAMLValue, expected: String, problem: ValueProblem, _ location: Location
    ) -> Self {
        switch problem {
        case .mismatch:
            Self(location: location, key: key, reason: "\(key) must be \(expected), but is \(value.shown).")
        case .refused(let sentence):
            Self(location: location, key: key, reason: "\(key): \(sentence)")
        }
    }

    /// A key of recipes that must have a value. Without a recipe the sentence says how both are given.
    static func missing(_ key: RecipeKey, _ location: Location) -> Self {
        let advice = location == .commandLine ? " Give --\(key.name), or a recipe that sets it." : ""
        return missing(key.name, help: key.help + advice, location)
    }

    static func missing(_ key: String, help: String, _ location: Location) -> Self {
        Self(location: location, key: key, reason: "\(key) is missing: \(help)")
    }

    static func contradiction(_ key: String, _ sentence: String, _ location: Location) -> Self {
        Self(location: location, key: key, reason: sentence)
    }

    static func misplaced(
        _ key: RecipeKey, task: ModelArguments.TaskName, isDefault: Bool, _ location: Location
    ) -> Self {
        let tasks = key.scope.tasks.map(\.rawValue).joined(with: "and")
        return Self(
            location: location, key: key.name,
            reason:
                "\(key.name) is not read by task: \(task.rawValue)\(isDefault ? ", the default" : ""); it belongs to"
                + " \(tasks). \(isDefault ? "Set task, or leave it out." : "Leave it out.")")
    }

    static func unread(_ key: RecipeKey, by command: RecipeCommand, _ location: Location) -> Self {
        let readers = RecipeCommand.allCases.filter(key.commands.contains).map(\.rawValue).joined(with: "and")
        return Self(
            location: location, key: key.name,
            reason: "\(key.name) is not read by \(command.rawValue), but by \(readers). Leave it out.")
    }
}
