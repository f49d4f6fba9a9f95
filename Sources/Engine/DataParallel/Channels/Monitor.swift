// State that threads share and wait on.

import Foundation
import Synchronization

/// A value behind a lock, with a condition: threads change it and wait until it is as they need it.
final class Monitor<State: Sendable>: Sendable {
    private let condition = NSCondition()
    private let state: Mutex<State>

    init(_ state: State) { self.state = Mutex(state) }

    /// Changes the state. Waiting threads look at it again, unless `isNews` is false.
    func update<Result: Sendable>(isNews: Bool = true, _ body: (inout State) -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        if isNews { condition.broadcast() }
        return state.withLock { body(&$0) }
    }

    /// Waits until `body` returns a value; it is asked again after every change.
    func wait<Result: Sendable>(_ body: (inout State) -> Result?) -> Result {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let result = state.withLock({ body(&$0) }) { return result }
            condition.wait()
        }
    }

    /// Waits until the next change, at most `seconds`.
    func pause(seconds: Double, unless body: (State) -> Bool) {
        condition.lock()
        defer { condition.unlock() }
        if state.withLock({ body($0) }) { return }
        _ = condition.wait(until: Date(timeIntervalSinceNow: seconds))
    }
}
