// From a thread that may wait to tasks that may not.

import Dispatch
import Synchronization

/// A thread that waits for a task, such as the main one.
package enum WaitingThread {
    /// Runs `body` as a task while this thread waits for it. Not for a thread that runs tasks itself.
    package static func run<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let done = DispatchSemaphore(value: 0)
        let box = ResultBox<Value>()
        Task {
            do { box.set(.success(try await body())) } catch { box.set(.failure(error)) }
            done.signal()
        }
        done.wait()
        return try box.get()
    }
}

/// What a task leaves for the thread that waits for it.
private final class ResultBox<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }

    func get() throws -> Value {
        guard let result = result.withLock({ $0 }) else { preconditionFailure("the task has ended") }
        return try result.get()
    }
}
