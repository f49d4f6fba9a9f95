// What this process did when, for a trace of a few steps of a run.

internal import Synchronization

/// Spans of time of this process, kept between `start` and `end` alone.
///
/// The thread that trains is always somewhere: what `RankStatus` says of it fills its lane without gaps.
/// Other threads add what they did.
package enum StepTrace {
    /// Whose time a span is.
    package enum Lane: Int, Sendable {
        /// The thread that trains.
        case compute
        /// The thread that exchanges gradients and weights with other ranks.
        case communication
    }

    /// What was done from when to when, in seconds since the start of the trace.
    package struct Span: Sendable, Equatable {
        package let lane: Lane
        package let name: String
        package let start: Double
        package let end: Double
    }

    private struct State: Sendable {
        var spans: [Span] = []
        var origin = ContinuousClock.now
        /// What the thread that trains does, and since when.
        var current: (moment: RankStatus.Moment, since: ContinuousClock.Instant)?

        func seconds(_ instant: ContinuousClock.Instant) -> Double { (instant - origin) / .seconds(1) }

        mutating func closeCurrent(at now: ContinuousClock.Instant) {
            guard let current else { return }
            spans.append(
                Span(
                    lane: .compute, name: current.moment.description, start: seconds(current.since),
                    end: seconds(now)))
        }
    }

    /// A look at a word of memory while no trace is made.
    private static let isOn = Atomic(false)
    private static let state = Mutex(State())

    /// Starts a trace before the step `step`: its time 0 is now.
    package static func start(step: Int) {
        RankStatus.step = step
        RankStatus.enter(.reading)
        state.withLock { state in
            state = State()
            state.current = (RankStatus.moment, state.origin)
        }
        isOn.store(true, ordering: .releasing)
    }

    /// Ends the trace and returns its spans, in the order in which they ended.
    package static func end() -> [Span] {
        isOn.store(false, ordering: .releasing)
        return state.withLock { state in
            state.closeCurrent(at: .now)
            defer { state = State() }
            return state.spans
        }
    }

    /// The thread that trains is somewhere else from now on.
    static func moved() {
        guard isOn.load(ordering: .acquiring) else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            state.closeCurrent(at: now)
            state.current = (RankStatus.moment, now)
        }
    }

    /// Adds what another thread did from `start` until now.
    package static func add(
        _ lane: Lane, _ name: @autoclosure () -> String, from start: ContinuousClock.Instant
    ) {
        guard isOn.load(ordering: .acquiring) else { return }
        let (name, now) = (name(), ContinuousClock.now)
        state.withLock { state in
            // What began before the trace has no place in it.
            guard start >= state.origin else { return }
            state.spans.append(
                Span(lane: lane, name: name, start: state.seconds(start), end: state.seconds(now)))
        }
    }
}
