// What a run tells of itself, for programs that watch it while it goes on.

/// Figures of a run at one step, under Hugging Face's names.
package struct RunFigures: Sendable {
    package let step: Int
    package let values: [(name: String, value: Double)]

    package init(step: Int, values: [(name: String, value: Double)]) {
        (self.step, self.values) = (step, values)
    }
}

/// One optimiser step over all ranks.
package struct RunStep: Sendable {
    /// Its number, from 1, and how many there will be.
    package let step, totalSteps: Int
    package let rows, tokens: Int
    /// Seconds since the step before, and of them those in which rank 0 waited for its rows.
    package let seconds, waitingForDataSeconds: Double

    package init(
        step: Int, totalSteps: Int, rows: Int, tokens: Int, seconds: Double, waitingForDataSeconds: Double
    ) {
        (self.step, self.totalSteps, self.rows, self.tokens) = (step, totalSteps, rows, tokens)
        (self.seconds, self.waitingForDataSeconds) = (seconds, waitingForDataSeconds)
    }
}

/// How evenly the ranks work.
package struct RankFigures: Sendable {
    /// Seconds a step in which each rank computed.
    package let computeSeconds: [Double]
    /// The rank that the others have waited for in several records running.
    package let straggler: Int?

    package init(computeSeconds: [Double], straggler: Int?) {
        (self.computeSeconds, self.straggler) = (computeSeconds, straggler)
    }
}

/// A part of a run that took time.
package struct RunSpan: Sendable, Equatable {
    package enum Kind: String, Sendable { case epoch, evaluation, save }

    package let kind: Kind
    /// Seconds since 1970.
    package let start, end: Double
    /// The last step before its end.
    package let step: Int

    package init(_ kind: Kind, start: Double, end: Double, step: Int) {
        (self.kind, self.start, self.end, self.step) = (kind, start, end, step)
    }
}

/// How a run ended.
package enum RunOutcome: Sendable, Equatable {
    case finished
    /// On request, to go on another time.
    case stopped(step: Int)
    /// By the error of this sentence.
    case failed(String)
}

/// Hands the figures of a run on to another program. Rank 0 alone has observers.
package protocol RunObserver: AnyObject {
    /// A record of metrics.jsonl.
    func record(_ figures: RunFigures) throws
    /// A step was made.
    func advance(_ step: RunStep) throws
    /// The ranks were compared.
    func compare(_ ranks: RankFigures) throws
    /// A part of the run ended.
    func close(_ span: RunSpan) throws
    /// The run has ended. Returns sentences for the user, such as on what was not delivered.
    func end(_ outcome: RunOutcome) throws -> [String]
}

extension RunObserver {
    package func advance(_ step: RunStep) throws {}
    package func compare(_ ranks: RankFigures) throws {}
    package func close(_ span: RunSpan) throws {}
}
