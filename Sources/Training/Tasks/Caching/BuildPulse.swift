// The beat of a long work that ranks share: none waits long for another, and rank 0 says how far they are.

internal import DataParallel
internal import Logging
internal import Phrases
internal import Training

/// Meets the other ranks every few seconds while each does its share.
final class BuildPulse {
    /// Rows between two looks at the clock.
    private static let rowsBetweenLooks = 256
    /// Seconds between two lines about how far the ranks are.
    private static let lineSeconds = 10.0

    private let group: any ProcessGroup
    private let totalCost: Int
    private let words: String
    /// The cost of what this rank has done.
    var doneCost = 0
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now
    private var rows = 0
    /// Seconds between two meetings.
    private let seconds: Double
    private var lastLine = ContinuousClock.now

    /// `words` say what is done.
    init(_ words: String, totalCost: Int, _ group: any ProcessGroup, seconds: Double) {
        (self.words, self.totalCost, self.group, self.seconds) = (words, totalCost, group, seconds)
    }

    /// After each row: meets the others when it is time.
    ///
    /// - Throws: `OtherRankFailed` when another rank has.
    func noteRow() throws {
        rows += 1
        guard rows % Self.rowsBetweenLooks == 0, (ContinuousClock.now - last) / .seconds(1) >= seconds
        else { return }
        _ = try meet(isDone: false, hasFailed: false)
    }

    /// Waits for the others once this rank is done.
    func finish() throws {
        while try !meet(isDone: true, hasFailed: false) {}
    }

    /// Tells the others that this rank has failed.
    func fail() throws { _ = try meet(isDone: true, hasFailed: true) }

    /// One meeting; whether all ranks are done.
    private func meet(isDone: Bool, hasFailed: Bool) throws -> Bool {
        var sums: [Int64] = [isDone ? 1 : 0, hasFailed ? 1 : 0, Int64(doneCost)]
        try group.allReduceSum(&sums)
        last = .now
        if sums[1] > 0 {
            if hasFailed { return true }
            throw OtherRankFailed()
        }
        if group.rank == 0, sums[0] < Int64(group.size) { say(done: Int(sums[2])) }
        return sums[0] == Int64(group.size)
    }

    private func say(done: Int) {
        let elapsed = (last - start) / .seconds(1)
        guard done > 0, totalCost > 0, (last - lastLine) / .seconds(1) >= 0.9 * Self.lineSeconds else {
            return
        }
        lastLine = last
        let share = min(1, Double(done) / Double(totalCost))
        let rest = Int((elapsed * (1 - share) / share).rounded(.up))
        let time = rest >= 120 ? "\((rest + 30) / 60) minutes" : "\(rest, "second")"
        Logger.run.notice("\(words): \(Int(100 * share))%, \(time) left")
    }
}

/// Another rank found what is wrong, and tells it.
struct OtherRankFailed: Error {}
