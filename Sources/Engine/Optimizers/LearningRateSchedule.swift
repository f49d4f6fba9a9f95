// Learning rate by step, equal to transformers' get_scheduler.

import Foundation

/// How the learning rate goes over the steps of a run.
public struct LearningRateSchedule: Sendable, Equatable {
    /// Names as in `lr_scheduler_type`.
    public enum Kind: String, Sendable, CaseIterable, Codable {
        /// Warm-up, then linearly to 0 at the last step.
        case linear
        /// Warm-up, then half a cosine to 0 at the last step.
        case cosine
        case constant
        case constantWithWarmup = "constant_with_warmup"
    }

    public let kind: Kind
    public let peak: Double
    public let warmupSteps: Int
    public let totalSteps: Int

    public init(kind: Kind, peak: Double, warmupSteps: Int, totalSteps: Int) {
        self.kind = kind
        self.peak = peak
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
    }

    /// The rate of the update after `step` updates: the first has step 0 and, with warm-up, rate 0.
    public func rate(at step: Int) -> Double {
        let position = Double(step)
        if kind != .constant, step < warmupSteps { return peak * position / Double(max(1, warmupSteps)) }
        let rest = Double(max(1, totalSteps - warmupSteps))
        switch kind {
        case .constant, .constantWithWarmup:
            return peak
        case .linear:
            return peak * max(0, Double(totalSteps) - position) / rest
        case .cosine:
            let progress = (position - Double(warmupSteps)) / rest
            return peak * max(0, 0.5 * (1 + cos(Double.pi * progress)))
        }
    }
}
