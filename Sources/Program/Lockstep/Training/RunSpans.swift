// When the epochs, evaluations and saves of a run began and ended.

import Foundation
import Telemetry

/// Turns the events of a run into spans of time, in seconds since 1970.
struct RunSpans {
    private var epoch: Int
    private var epochStart: Double
    /// Whether a step was made since the epoch began.
    private var isUnderWay = false
    private var saveStart: Double?
    private let clock: () -> Double

    /// - Parameters:
    ///   - epoch: epochs that were made before.
    ///   - clock: seconds since 1970.
    init(epoch: Double, clock: @escaping () -> Double = { Date().timeIntervalSince1970 }) {
        self.clock = clock
        self.epoch = Int(epoch)
        epochStart = clock()
    }

    /// After a step, when `epoch` epochs are made. Returns the epoch that it ended, if it did.
    mutating func advance(epoch: Double, step: Int) -> RunSpan? {
        isUnderWay = true
        // The last step of an epoch reaches a whole number by a division of equals, so exactly.
        guard Int(epoch) > self.epoch else { return nil }
        self.epoch = Int(epoch)
        return closeEpoch(step: step)
    }

    /// An evaluation that ends now.
    func evaluation(seconds: Double, step: Int) -> RunSpan {
        let end = clock()
        return RunSpan(.evaluation, start: end - seconds, end: end, step: step)
    }

    mutating func beginSave() { saveStart = clock() }

    /// A checkpoint is on the disk.
    mutating func endSave(step: Int) -> RunSpan? {
        defer { saveStart = nil }
        return saveStart.map { RunSpan(.save, start: $0, end: clock(), step: step) }
    }

    /// The run has ended: the part of an epoch that was made.
    mutating func end(step: Int) -> [RunSpan] { isUnderWay ? [closeEpoch(step: step)] : [] }

    private mutating func closeEpoch(step: Int) -> RunSpan {
        let end = clock()
        defer { (epochStart, isUnderWay) = (end, false) }
        return RunSpan(.epoch, start: epochStart, end: end, step: step)
    }
}
