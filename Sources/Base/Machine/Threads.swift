// Ends of this process that say why in release builds too.

internal import Files
internal import Foundation

/// A failed precondition that the machine, or data that passed every check, can bring about: it writes its
/// sentence to standard error and then traps. A release build keeps no text of `precondition` and
/// `preconditionFailure`.
package func trap(_ sentence: String) -> Never {
    StandardError.write("\(ProcessPlace.prefix)error: \(sentence) (\(RankStatus.moment))\n")
    preconditionFailure(sentence)
}

/// Threads that a run cannot do without.
package enum Threads {
    /// A new thread begins within microseconds; a host that is busy may take seconds.
    private static let limitSeconds = 30.0

    /// Starts a thread and waits until it runs. When the system gives none, this ends the process with a
    /// sentence and code 71: whoever waited for the thread's work would wait for ever.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let runs = DispatchSemaphore(value: 0)
        let thread = Thread {
            runs.signal()
            body()
        }
        thread.name = name
        thread.start()
        guard runs.wait(timeout: .now() + limitSeconds) == .timedOut else { return }
        StandardError.write(
            "\(ProcessPlace.prefix)error: the thread \(name) could not be started: the limit of "
                + "threads or memory is "
                + "reached (ulimit -u, ulimit -v, pids.max of the control group); lower "
                + "threads_per_rank or the number "
                + "of ranks on this host\n")
        endProcess(code: MemoryShortage.exitCode)
    }
}
