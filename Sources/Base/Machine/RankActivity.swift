// What this process is doing, in words of memory that any thread and a signal handler can read: for messages
// about a rank that stalls, is told to end or traps.

internal import CProcess

/// What a rank of a run may be doing. `detail` is the number of a layer, a batch or nothing.
package enum RankActivity: UInt8, CaseIterable, Sendable {
    case starting, joining, loading, reading, forward, backward, waiting, updating, evaluating, saving,
        finishing

    /// The words of a sentence, without the detail; those of `process.c` are the same.
    package var words: String {
        switch self {
        case .starting: "starting"
        case .joining: "joining the job"
        case .loading: "loading model and data"
        case .reading: "reading rows"
        case .forward: "forward"
        case .backward: "backward"
        case .waiting: "waiting for other ranks"
        case .updating: "updating the weights"
        case .evaluating: "evaluating"
        case .saving: "saving"
        case .finishing: "writing the final model"
        }
    }

    /// What the detail counts, from 1; nil where there is none.
    package var detailWords: String? {
        switch self {
        case .forward, .backward: "layer"
        case .evaluating: "batch"
        default: nil
        }
    }
}

/// Where this process is in its run.
///
/// The thread that trains stores; others read. A store costs what a move to memory costs.
package enum RankStatus {
    /// A moment of a rank's work.
    package struct Moment: Sendable, Equatable {
        package var activity: RankActivity
        /// A layer or batch, from 0.
        package var detail: Int
        /// The step that is under way, from 1; 0 before the first.
        package var step: Int

        package init(_ activity: RankActivity, detail: Int = 0, step: Int) {
            (self.activity, self.detail, self.step) = (activity, detail, step)
        }
    }

    /// Says what this rank does from here on.
    package static func enter(_ activity: RankActivity, detail: Int = 0) {
        cprocess_enter(UInt64(activity.rawValue) | UInt64(truncatingIfNeeded: detail) << 8)
        StepTrace.moved()
    }

    /// The step that is under way, from 1.
    package static var step: Int {
        get { Int(cprocess_get_step()) }
        set { cprocess_set_step(Int64(newValue)) }
    }

    /// The last step whose checkpoint is on the disk; nil before the first.
    package static var savedStep: Int? {
        get {
            let step = cprocess_get_saved_step()
            return step < 0 ? nil : Int(step)
        }
        set { cprocess_set_saved_step(Int64(newValue ?? -1)) }
    }

    /// Where this process is now.
    package static var moment: Moment {
        let word = cprocess_now()
        return Moment(
            RankActivity(rawValue: UInt8(truncatingIfNeeded: word)) ?? .starting,
            detail: Int(truncatingIfNeeded: word >> 8), step: step)
    }

    /// Runs `body` as another activity, then goes back to the one before.
    package static func during<Result, Failure: Error>(
        _ activity: RankActivity, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let before = cprocess_now()
        enter(activity)
        defer {
            cprocess_enter(before)
            StepTrace.moved()
        }
        return try body()
    }
}

extension RankStatus.Moment: CustomStringConvertible {
    /// Such as `step 41, backward, layer 3`.
    package var description: String {
        let place = step > 0 ? "step \(step), " : ""
        return place + activity.words + (activity.detailWords.map { ", \($0) \(detail + 1)" } ?? "")
    }
}
