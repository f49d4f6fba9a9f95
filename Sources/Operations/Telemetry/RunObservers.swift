// All programs that watch a run, as one.

/// Hands each record on to every observer. Its failure waits for the next `throwFailure`, since a log that
/// tells of its records cannot fail for another's sake.
package final class RunObservers {
    private let observers: [any RunObserver]
    private var failure: (any Error)?

    package init(_ observers: [any RunObserver]) { self.observers = observers }

    package func record(_ figures: RunFigures) { tell { try $0.record(figures) } }

    /// The run has ended.
    package func end() { tell { try $0.end() } }

    /// Throws the first failure since the last call.
    package func throwFailure() throws {
        defer { failure = nil }
        if let failure { throw failure }
    }

    private func tell(_ body: (any RunObserver) throws -> Void) {
        for observer in observers {
            do { try body(observer) } catch { failure = failure ?? error }
        }
    }
}
