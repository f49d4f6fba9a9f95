// SIGUSR1 and SIGTERM ask a run to save and leave after the step that is under way.

import Foundation
import Synchronization

/// Listens for the signals as long as it lives, from the moment on when it is made: the first thing of a command, for
/// the joining of ranks and the reading of data take long. mpirun forwards USR1 to all ranks; told to end, it sends
/// them TERM after 1.0 s and KILL 1.0 s later.
package final class StopRequest {
    private final class Flag: Sendable {
        let isRaised = Atomic<Bool>(false)
    }

    private let flag = Flag()
    private let listener: SignalListener

    /// Whether this process was asked to stop.
    package var isPending: Bool { flag.isRaised.load(ordering: .relaxed) }

    package init() {
        listener = SignalListener([SIGUSR1, SIGTERM]) { [flag] _ in
            flag.isRaised.store(true, ordering: .relaxed)
        }
    }
}
