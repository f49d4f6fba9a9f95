// All programs that watch a run, as one.

/// Hands each record on to every observer. Its failure waits for the next `throwFailure`, since a log that
/// tells of its records cannot fail for another's sake.
package final class RunObservers {
    private let observers: [any RunObserver]
    private var failure: (any Error)?
    private var hasEnded = false

    package init(_ observers: [any RunObserver]) { self.observers = observers }

    package var isEmpty: Bool { observers.isEmpty }

    package func record(_ figures: RunFigures) { tell { try $0.record(figures) } }
    package func advance(_ step: RunStep) { tell { try $0.advance(step) } }
    package func compare(_ ranks: RankFigures) { tell { try $0.compare(ranks) } }
    package func close(_ span: RunSpan) { tell { try $0.close(span) } }

    /// The run has ended; a second end says nothing. Returns sentences for the user.
    package func end(_ outcome: RunOutcome) -> [String] {
        guard !hasEnded else { return [] }
        hasEnded = true
        var remarks: [String] = []
        tell { remarks += try $0.end(outcome) }
        return remarks
    }

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
