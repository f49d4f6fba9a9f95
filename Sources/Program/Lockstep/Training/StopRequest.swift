// SIGUSR1 and SIGTERM ask a run to save and leave after the step that is under way.

import Foundation
import Synchronization

/// Listens for the signals as long as it lives, from the moment on when it is made: the first thing of a
/// command, for the joining of ranks and the reading of data take long. mpirun forwards USR1 to all ranks;
/// told to end, it sends them TERM after 1.0 s and KILL 1.0 s later.
///
/// A handler of its own and not Dispatch's, which listens and lets go on another thread, later.
package final class StopRequest {
    private typealias Handler = @convention(c) (Int32) -> Void

    /// Signals so far; all that a handler may touch.
    private static let count = Atomic<Int>(0)
    private static let numbers = [SIGUSR1, SIGTERM]

    private let countBefore: Int
    private let handlersBefore: [Handler?]

    /// Whether this process was asked to stop.
    package var isPending: Bool { Self.count.load(ordering: .relaxed) > countBefore }

    package init() {
        // Read before a handler is there, so that no handler is the first to make it.
        countBefore = Self.count.load(ordering: .relaxed)
        handlersBefore = Self.numbers.map { number in
            signal(number) { _ in StopRequest.count.add(1, ordering: .relaxed) }
        }
    }

    deinit {
        for (number, handler) in zip(Self.numbers, handlersBefore) { _ = signal(number, handler) }
    }
}
