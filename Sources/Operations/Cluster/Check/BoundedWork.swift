// Work that may hang, such as a look at a dead file server, and a limit after which nobody waits for it.

internal import Foundation
internal import Synchronization

/// Runs work on a thread of its own and waits no longer than a limit.
package enum BoundedWork {
    /// What `body` returns or throws; a `ProbeFailure` when it takes longer. Its thread is left alone then: a
    /// process that waits for a dead disk cannot be interrupted.
    package static func run<Value: Sendable>(
        _ probe: String, seconds: Double, _ body: @escaping @Sendable () throws -> Value
    ) -> Result<Value, ProbeFailure> {
        let outcome = Outcome<Value>()
        let thread = Thread {
            outcome.settle(
                Result { try body() }.mapError { ProbeFailure(probe: probe, reason: "\($0)") })
        }
        thread.name = "check-\(probe)"
        thread.stackSize = 8 << 20
        thread.start()
        return outcome.wait(seconds: seconds)
            ?? .failure(
                ProbeFailure(probe: probe, reason: "no answer within \(Int(seconds.rounded(.up))) s"))
    }

    /// A result that one thread sets and another waits for.
    private final class Outcome<Value: Sendable>: Sendable {
        private let condition = NSCondition()
        private let result = Mutex<Result<Value, ProbeFailure>?>(nil)

        func settle(_ value: Result<Value, ProbeFailure>) {
            condition.lock()
            result.withLock { $0 = value }
            condition.broadcast()
            condition.unlock()
        }

        func wait(seconds: Double) -> Result<Value, ProbeFailure>? {
            let end = Date(timeIntervalSinceNow: seconds)
            condition.lock()
            defer { condition.unlock() }
            while true {
                if let found = result.withLock({ $0 }) { return found }
                guard condition.wait(until: end) else { return result.withLock { $0 } }
            }
        }
    }
}
