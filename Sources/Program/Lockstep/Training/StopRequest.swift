// SIGUSR1 and SIGTERM ask a run to save and leave after the step that is under way.

import Dispatch
import Foundation
import Synchronization

/// Listens for the signals as long as it lives. mpirun forwards USR1 to all ranks; told to end, it sends them
/// TERM after 1.0 s and KILL 1.0 s later.
package final class StopRequest {
    private final class Flag: Sendable {
        let isRaised = Atomic<Bool>(false)
    }

    private let flag = Flag()
    private let sources: [any DispatchSourceSignal]

    /// Whether this process was asked to stop.
    var isPending: Bool { flag.isRaised.load(ordering: .relaxed) }

    package init() {
        sources = [SIGUSR1, SIGTERM].map { [flag] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { flag.isRaised.store(true, ordering: .relaxed) }
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
