// Hands the result of a thread to the one that waits for it.

import Dispatch
import Synchronization

/// The end of a thread's work.
final class ThreadOutcome: Sendable {
    private let hasEnded = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<Void, any Error>?>(nil)

    /// To be called once, by the thread.
    func finish(_ result: Result<Void, any Error>) {
        self.result.withLock { $0 = result }
        hasEnded.signal()
    }

    /// Waits for the thread and throws what it threw.
    func wait() throws {
        hasEnded.wait()
        try result.withLock { $0 }?.get()
    }
}
