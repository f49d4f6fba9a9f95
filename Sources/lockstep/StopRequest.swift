// SIGUSR1 and SIGTERM ask a run to save and leave after the step that is under way.

import Dispatch
import Foundation
import Synchronization

/// Whether this process was asked to stop.
enum StopRequest {
    private static let pending = Atomic<Bool>(false)
    private static let sources = Mutex<[any DispatchSourceSignal]>([])

    static var isPending: Bool { pending.load(ordering: .relaxed) }

    /// Begins to listen. mpirun forwards USR1 to all ranks; its own TERM comes with a KILL two seconds later.
    static func listen() {
        for number in [SIGUSR1, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { pending.store(true, ordering: .relaxed) }
            source.resume()
            sources.withLock { $0.append(source) }
        }
    }
}
