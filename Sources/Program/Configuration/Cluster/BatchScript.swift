// A batch file for a scheduler that reads its options from comments: PBS and LSF.

/// The text of a batch file: directives, the environment of the job, and its command.
struct BatchScript {
    /// What a directive starts with: `#PBS` or `#BSUB`.
    let prefix: String
    let directives: [String]
    /// Lines of shell between the directives and the command.
    let setup: [String]
    /// Words of the command that the job becomes.
    let command: [String]

    var text: String {
        var lines = ["#!/usr/bin/env bash"] + directives.map { "\(prefix) \($0)" }
        lines += ["set -euo pipefail"] + setup
        return (lines + ["exec \(ClusterConfiguration.shellLine(command))"]).joined(separator: "\n") + "\n"
    }
}

extension ValueFormat<String> {
    /// A text that can stand in a directive, which ends with its line.
    static let directive = Self(
        typeName: "text", expected: "a text on one line, without quotation marks",
        parse: { (text) throws(ValueProblem) in
            let isLine = text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && $0.value != 0x7F && $0 != "\""
            }
            guard isLine, !text.allSatisfy(\.isWhitespace) else { throw .mismatch }
            return text
        },
        render: { .scalar($0) })

    /// The numbers of the tasks of a job array: `0-4`, `1-10:2`; `%2` behind it lets two run at a time.
    static let arrayRange = Self(
        typeName: "text", expected: "a range such as 1-5",
        parse: { (text) throws(ValueProblem) in
            guard text.wholeMatch(of: /[0-9]+-[0-9]+(?::[0-9]+)?(?:%[0-9]+)?/) != nil else { throw .mismatch }
            return text
        },
        render: { .scalar($0) })
}

/// A length of time of a batch job, in whole seconds.
struct JobDuration: Equatable, Sendable {
    let seconds: Int

    /// `hours:minutes:seconds`, as PBS writes it.
    var clock: String { "\(seconds / 3600):\(Self.two(seconds / 60 % 60)):\(Self.two(seconds % 60))" }
    /// `hours:minutes`, as LSF writes it, rounded up.
    var hoursAndMinutes: String {
        let minutes = minutes
        return "\(minutes / 60):\(Self.two(minutes % 60))"
    }
    /// Whole minutes, rounded up.
    var minutes: Int { (seconds + 59) / 60 }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension ValueFormat<JobDuration> {
    /// `hours:minutes:seconds`, which no two schedulers read differently.
    static let clock = Self(
        typeName: "text", expected: "hours:minutes:seconds, such as 04:00:00",
        parse: { (text) throws(ValueProblem) in
            guard let parts = text.wholeMatch(of: /([0-9]{1,5}):([0-5][0-9]):([0-5][0-9])/),
                let hours = Int(parts.1), let minutes = Int(parts.2), let seconds = Int(parts.3),
                hours + minutes + seconds > 0
            else { throw .mismatch }
            return JobDuration(seconds: (hours * 60 + minutes) * 60 + seconds)
        },
        render: { .scalar($0.clock) })
}

extension SectionReader {
    /// A list of directives of one's own; none may ask for what `decided` (option and key) says by a key.
    func directives(
        _ key: String, decided: [(option: String, key: String)]
    ) throws(ConfigurationError) -> [String] {
        let texts = try values(key, .directive)
        for text in texts {
            let own = decided.first { own in
                text == own.option || [" ", "="].contains { text.hasPrefix(own.option + $0) }
            }
            guard let own else { continue }
            throw .contradiction(
                key, "\(key): \(text) is decided elsewhere; set \(own.key) instead.", location(key))
        }
        return texts
    }

    /// Refuses a signal that would be sent before the job begins.
    func refuseEarlySignal(
        _ signalSeconds: Int?, limit: JobDuration?, key: String
    ) throws(ConfigurationError) {
        guard let signalSeconds else { return }
        guard let limit else {
            throw .missing(key, help: "signal_seconds counts back from it.", location("signal_seconds"))
        }
        guard signalSeconds < limit.seconds else {
            throw .contradiction(
                "signal_seconds",
                "signal_seconds is \(signalSeconds), and \(key) no longer; the job would be asked to leave"
                    + " at once.",
                location("signal_seconds"))
        }
    }
}
