// What a launcher does about the signals that it gets while its job runs. launch/job.sh does the same for the
// scripts: change both together.

import Foundation

/// Turns signals to a launcher into what its job is told: the first asks it to save, the second ends it, the
/// third does so by force.
package struct JobSignals {
    /// What to do about a signal.
    package enum Answer: Equatable, Sendable {
        /// Hand USR1 on, until the job has ended.
        case save
        /// Hand TERM on, and end the launcher by force if it does not obey.
        case end
        /// End the launcher by force.
        case kill
        /// Do nothing: the command saves nothing, or was asked before.
        case goOn
    }

    private let command: String
    private var count = 0
    private var isForced = false

    /// - Parameter command: the name of the command that the job runs.
    package init(command: String) { self.command = command }

    /// Whether the command saves on request and goes on where it stood.
    package var saves: Bool { ["train", "cross-validate"].contains(command) }

    /// Whether the job was told to end, and not just to save.
    package var isEnding: Bool { count > 1 }

    /// What to do about this signal, and the line that says so.
    package mutating func answer(to number: Int32) -> (Answer, line: String?) {
        let isRequest = number == SIGUSR1 || number == SIGUSR2
        if isRequest, !saves { return (.goOn, "\(command) has nothing to save: it goes on") }
        if saves, count == 0 {
            count = 1
            return (
                .save,
                "asked to stop: the ranks finish their step, save and leave; once more ends them at "
                    + "once, unsaved"
            )
        }
        if isRequest { return (.goOn, nil) }
        count = max(2, count + 1)
        guard count == 2 else { return (.kill, nil) }
        return (.end, saves ? "asked again: ends at once; what came after the last checkpoint is lost" : nil)
    }

    /// The launcher hangs and is ended by force.
    package mutating func force() { isForced = true }

    /// How the job ended, in a sentence, and whether it can go on; nil where the job has said itself what is
    /// wrong, or nothing is.
    package func reason(code: Int32) -> String? {
        if isForced { return "ended by force (code \(code))" }
        if isEnding { return "ended at once, as asked (code \(code))" }
        let smaller =
            "; lower per_device_train_batch_size or max_seq_length, or set gradient_checkpointing, bf16 or "
            + "zero_stage: 1"
        switch code {
        case StoppedOnRequest.exitCode: return "saved on request"
        case 75: return "a rank stalled (code 75)"
        case 71: return "the memory did not suffice (code 71)" + smaller
        case 205, 206, 213: return "a host was lost (code \(code))"
        case 137:
            return
                "a rank or the launcher ended by signal 9 (code 137), most likely by the memory "
                + "limit of its control group or host" + smaller
        case 129..<160: return "a rank or the launcher ended by signal \(code - 128) (code \(code))"
        default: return nil
        }
    }
}
