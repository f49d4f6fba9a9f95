// The errors of recipes, flags and cluster files: where, which key, what is wrong, what to do.

internal import Datasets

/// A mistake in a recipe, a flag or a cluster file, as sentences for the user.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where the value at fault was written.
    public enum Location: Equatable, Sendable {
        /// Line of a file, counted from 1.
        case line(file: String, line: Int)
        case file(String)
        case flag(String)
        case commandLine
    }

    public let location: Location
    /// The key at fault, if one is.
    public let key: String?
    public let reason: String

    public var description: String {
        switch location {
        case .line(let file, let line): "\(file):\(line): \(reason)"
        case .file(let file): "\(file): \(reason)"
        case .flag(let name): "--\(name): \(reason)"
        case .commandLine: "command line: \(reason)"
        }
    }
}

extension ConfigurationError {
    static func unreadable(_ file: String, _ why: String) -> Self {
        Self(location: .file(file), key: nil, reason: "The file cannot be read: \(why).")
    }

    static func syntax(_ location: Location, _ problem: String) -> Self {
        Self(location: location, key: nil, reason: "This is not valid YAML: \(problem).")
    }

    static func duplicate(_ key: String, _ location: Location) -> Self {
        Self(location: location, key: key, reason: "\(key) is given more than once; keep one of them.")
    }

    static func unknown(_ key: String, among known: [String], section: String? = nil, _ location: Location)
        -> Self
    {
        let place = section.map { " in \($0)" } ?? ""
        let advice =
            NearestName.suggestion(for: key, in: known).map { "Did you mean \($0)?" }
            ?? "Known keys are: \(known.joined(separator: ", "))."
        return Self(location: location, key: key, reason: "\(key) is not a known key\(place). \(advice)")
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

    static func missing(_ key: String, help: String, _ location: Location) -> Self {
        Self(location: location, key: key, reason: "\(key) is missing: \(help)")
    }

    static func contradiction(_ key: String, _ sentence: String, _ location: Location) -> Self {
        Self(location: location, key: key, reason: sentence)
    }
}
