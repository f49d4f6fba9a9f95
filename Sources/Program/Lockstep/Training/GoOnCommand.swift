// The command line that goes on where a run stood, for the last lines of one that ended early.

/// The command that goes on where this one stood, as the launcher starts it on every rank.
package enum GoOnCommand {
    /// Of this process.
    package static var current: String { line(CommandLine.arguments) }

    /// `words` as a line for a shell, resuming; what goes on does not start afresh.
    package static func line(_ words: [String]) -> String {
        let (fresh, flag) = ("--overwrite_output_dir", "--resume_from_checkpoint")
        let kept = words.indices.filter { index in
            words[index] != fresh && !words[index].hasPrefix(fresh + "=")
                && (index == 0 || words[index - 1] != fresh)
        }.map { words[$0] }
        let isGiven = kept.contains { $0 == flag || $0.hasPrefix(flag + "=") }
        return (kept + (isGiven ? [] : [flag, "auto"])).map(quoted).joined(separator: " ")
    }

    /// A word as a shell reads it.
    private static func quoted(_ word: String) -> String {
        let plain = #/[A-Za-z0-9_@%+=:,.\/-]+/#
        guard word.wholeMatch(of: plain) == nil else { return word }
        return "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
}
