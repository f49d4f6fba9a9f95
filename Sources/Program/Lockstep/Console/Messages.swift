// Lines for people on standard error, through the log.

package import DataParallel
package import Evaluation
internal import Logging
internal import Training

/// Notices and warnings of rank 0.
package enum Messages {
    package static func note(_ text: String) { Logger.run.notice("\(text)") }
    /// Lines that rank 0 says for all.
    package static func note(_ lines: [String], _ group: any ProcessGroup) {
        guard group.rank == 0 else { return }
        for line in lines {
            if line.hasPrefix(warningMark) {
                warn(String(line.dropFirst(warningMark.count)))
            } else {
                note(line)
            }
        }
    }

    /// What a line that warns begins with.
    private static let warningMark = "warning: "

    package static func warn(_ text: String) { Logger.run.warning("\(text)") }
    /// How many rows were left out, if any; said by rank 0.
    package static func warn(_ skipped: SkippedRows, _ group: any ProcessGroup) {
        if group.rank == 0, let sentence = skipped.sentence { warn(sentence) }
    }
}
