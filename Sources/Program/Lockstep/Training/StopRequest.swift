// SIGUSR1, SIGTERM and SIGINT ask a run to save and leave after the step that is under way.

import Foundation
import Machine

/// Listens for the signals as long as it lives, from the moment on when it is made: the first thing of a
/// command, for the joining of ranks and the reading of data take long. mpirun forwards USR1 to all ranks;
/// told to end, it sends them TERM after 1.0 s and KILL 1.0 s later.
package final class StopRequest: Sendable {
    /// How the process was asked.
    package enum Kind: Sendable {
        /// By USR1 or Ctrl-C: whoever asks waits.
        case save
        /// By TERM: whoever asks may end the process before it has saved.
        case end
    }

    private let numbers: [Int32]
    private let countsBefore: [Int]
    private let isOfProgram: Bool

    /// The request to a program, of which nothing is left when its run is over: signals count from the call
    /// of `listen` on, and a late one, such as a second USR1, does not end the process while it leaves.
    package static func ofProgram() -> StopRequest { StopRequest(isOfProgram: true) }

    /// Begins to count the signals of a program; to be called first of all.
    package static func listen() { for number in signals { count(number) } }

    /// The request to a run inside another program; the signals are its own again afterwards.
    package convenience init() { self.init(isOfProgram: false) }

    private init(isOfProgram: Bool) {
        self.isOfProgram = isOfProgram
        numbers = Self.signals
        countsBefore = isOfProgram ? numbers.map { _ in 0 } : numbers.map(ProcessSignals.count(of:))
        for number in numbers { Self.count(number) }
    }

    deinit {
        guard !isOfProgram else { return }
        for number in numbers { ProcessSignals.restore(number) }
    }

    /// How this process was asked to stop; nil while it was not.
    package var kind: Kind? {
        let hasCome = zip(numbers, countsBefore).filter { ProcessSignals.count(of: $0) > $1 }.map(\.0)
        guard !hasCome.isEmpty else { return nil }
        return hasCome.contains(SIGTERM) ? .end : .save
    }

    /// Whether this process was asked to stop.
    package var isPending: Bool { kind != nil }

    /// srun hands Ctrl-C on; mpirun answers it itself.
    private static let signals = [SIGUSR1, SIGTERM, SIGINT]

    /// A second Ctrl-C ends the process at once.
    private static func count(_ number: Int32) { ProcessSignals.count(number, once: number == SIGINT) }
}
