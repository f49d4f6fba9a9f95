// Whether a job that ended is started again, and after how long.

internal import Phrases

/// The limits of a supervision.
package struct RestartPolicy: Equatable, Sendable {
    /// Restarts in a row that bring no new checkpoint.
    package var restarts = 10
    /// How often the same step may fail in a row.
    package var sameStep = 2
    /// Seconds before the first restart; twice as long before each that follows without a new checkpoint.
    package var firstPause = 1.0
    package var longestPause = 300.0

    package init() {}

    /// Seconds before the restart of this number, from 1.
    package func pause(before restart: Int) -> Double {
        var seconds = firstPause
        for _ in 1..<max(2, restart) where restart > 1 && seconds < longestPause { seconds *= 2 }
        return min(seconds, longestPause)
    }
}

/// What follows from the end of a job.
package enum RestartDecision: Equatable, Sendable {
    /// The supervision ends with this code; the reason is nil where all is well.
    case end(Int32, reason: String?)
    case again(afterSeconds: Double)
}

/// The ends of a supervised job so far, as far as the next decision needs them.
package struct RestartHistory: Equatable, Sendable {
    private let policy: RestartPolicy
    private var checkpoint: Int?
    private var restarts = 0
    private var isFirst = true
    /// The place of the last failure, and how many there were in a row.
    private var lastPlace: Place?
    private var samePlace = 0

    private enum Place: Equatable {
        case start
        case step(Int)
    }

    package init(_ policy: RestartPolicy, checkpoint: Int? = nil) {
        (self.policy, self.checkpoint) = (policy, checkpoint)
    }

    /// Restarts since the last new checkpoint.
    package var restartsWithoutCheckpoint: Int { restarts }

    package mutating func decide(after end: JobEnd) -> RestartDecision {
        defer { isFirst = false }
        switch end.outcome {
        case .finished: return .end(0, reason: nil)
        case .saved: return .end(end.status, reason: nil)
        case .failed(.input), .failed(.notFinite), .failed(.memory), .failed(.storage):
            return .end(end.status, reason: "it would fail again")
        case .failed(.busy) where isFirst:
            return .end(end.status, reason: "another run is at work there")
        case .failed, .signal, .stalled, .launcher: break
        }
        if let reason = count(end) { return .end(end.status == 0 ? 1 : end.status, reason: reason) }
        return .again(afterSeconds: policy.pause(before: restarts))
    }

    /// Counts the failure; returns why there is no further restart, if there is none.
    private mutating func count(_ end: JobEnd) -> String? {
        if let new = end.checkpoint, new != checkpoint {
            checkpoint = new
            restarts = 0
        }
        restarts += 1
        if let place = place(of: end) {
            samePlace = place == lastPlace ? samePlace + 1 : 1
            lastPlace = place
            if samePlace >= policy.sameStep {
                let what =
                    switch place {
                    case .start: "the start"
                    case .step(let step): "step \(step)"
                    }
                return "\(what) failed \(samePlace, "time") in a row, so that it is no accident"
            }
        }
        guard restarts > policy.restarts else { return nil }
        return "\(policy.restarts, "restart") in a row brought no new checkpoint"
    }

    /// Where it failed; nil for what says nothing about the place: before the first step somebody else's
    /// kill, or a launcher that found no hosts.
    private func place(of end: JobEnd) -> Place? {
        if let step = end.failedStep { return .step(step) }
        switch end.outcome {
        // Illegal instruction, trap, abort, bus error, arithmetic, segmentation violation: the program's
        // own doing.
        case .signal(let number) where [4, 5, 6, 7, 8, 11].contains(number): return .start
        default: return nil
        }
    }
}
