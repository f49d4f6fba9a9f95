// Where a run stands, and how fast it goes.

/// The state of a run after a step.
package struct TrainingProgress: Equatable, Sendable {
    /// Optimiser steps done, those before a resume included.
    package var step: Int
    package var totalSteps: Int
    package var epoch: Double
    package var loss: Double
    package var learningRate: Double
    /// Rows of all ranks since this process started.
    package var rows: Int
    /// Tokens of all ranks since this process started.
    package var tokens: Int

    package init(
        step: Int, totalSteps: Int, epoch: Double, loss: Double, learningRate: Double, rows: Int, tokens: Int
    ) {
        (self.step, self.totalSteps, self.epoch) = (step, totalSteps, epoch)
        (self.loss, self.learningRate) = (loss, learningRate)
        (self.rows, self.tokens) = (rows, tokens)
    }
}

/// Speeds over the recent past.
package struct ProgressRates: Equatable, Sendable {
    package var rowsPerSecond: Double
    package var tokensPerSecond: Double
    package var stepsPerSecond: Double

    package init(rowsPerSecond: Double, tokensPerSecond: Double, stepsPerSecond: Double) {
        (self.rowsPerSecond, self.tokensPerSecond) = (rowsPerSecond, tokensPerSecond)
        self.stepsPerSecond = stepsPerSecond
    }
}

/// Measures speeds over a sliding window, so that a slow first step or a long evaluation is soon forgotten.
struct RateWindow {
    static let seconds = 30.0

    private var samples: [(seconds: Double, step: Int, rows: Int, tokens: Int)] = []

    /// Forgets all samples: the time up to the next one is not counted.
    mutating func reset() { samples = [] }

    /// Adds a sample and returns the speeds since the oldest one of the window; nil while there is only
    /// one.
    mutating func add(_ progress: TrainingProgress, seconds: Double) -> ProgressRates? {
        samples.append((seconds, progress.step, progress.rows, progress.tokens))
        if let first = samples.firstIndex(where: { $0.seconds >= seconds - Self.seconds }), first > 1 {
            samples.removeFirst(first - 1)
        }
        guard let oldest = samples.first, seconds > oldest.seconds else { return nil }
        let elapsed = seconds - oldest.seconds
        return ProgressRates(
            rowsPerSecond: Double(progress.rows - oldest.rows) / elapsed,
            tokensPerSecond: Double(progress.tokens - oldest.tokens) / elapsed,
            stepsPerSecond: Double(progress.step - oldest.step) / elapsed)
    }
}
