// What shapes a learning-rate schedule beside its kind: transformers' lr_scheduler_kwargs.

/// Options of schedules, by transformers' names; nil is transformers' default.
package struct ScheduleOptions: Sendable, Equatable {
    /// The course of a warm-up or decay.
    package enum Ramp: String, Sendable, CaseIterable {
        case linear, cosine
        case oneMinusSquareRoot = "1-sqrt"
    }

    /// Waves of the cosine: 0.5 for half a wave; with restarts the number of half waves, 1.
    package var numCycles: Double?
    /// Last rate of `polynomial`, 1e-7, and its power, 1.
    package var lrEnd: Double?
    package var power: Double?
    /// Steps after which `inverse_sqrt` starts to fall: those of the warm-up, or 10,000.
    package var timescale: Int?
    /// Last rate of a cosine, as a rate or a share of the peak; smallest rate of `reduce_lr_on_plateau`, 0.
    package var minLR: Double?
    package var minLRRate: Double?
    /// First rate of the warm-up of `cosine_warmup_with_min_lr` as a share of the peak.
    package var warmupLRRate: Double?
    /// Steps of `warmup_stable_decay`: those at the peak, nil for all that are left, and those of the decay.
    package var numStableSteps: Int?
    package var numDecaySteps: Int?
    package var warmupType: Ramp?
    package var decayType: Ramp?
    /// First and last rate of `warmup_stable_decay` as a share of the peak, 0.
    package var minLRRatio: Double?
    /// Of `reduce_lr_on_plateau`: what the rate is multiplied by, 0.1; evaluations without improvement that
    /// are borne, 10; relative change that counts as improvement, 1e-4; evaluations after a reduction that do
    /// not count, 0.
    package var factor: Double?
    package var patience: Int?
    package var threshold: Double?
    package var cooldown: Int?

    package init() {}
}

extension ScheduleOptions {
    /// Names of the options that a kind has.
    package static func names(for kind: LearningRateScheduler.Kind) -> [String] {
        switch kind {
        case .linear, .constant, .constantWithWarmup: []
        case .cosine, .cosineWithRestarts: ["num_cycles"]
        case .polynomial: ["lr_end", "power"]
        case .inverseSquareRoot: ["timescale"]
        case .reduceOnPlateau: ["factor", "patience", "threshold", "cooldown", "min_lr"]
        case .cosineWithMinimum: ["num_cycles", "min_lr", "min_lr_rate"]
        case .cosineWarmupWithMinimum: ["num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"]
        case .warmupStableDecay:
            [
                "num_decay_steps", "num_stable_steps", "warmup_type", "decay_type", "min_lr_ratio",
                "num_cycles",
            ]
        }
    }

    /// Why the options do not fit a schedule, in a sentence without its end; nil if they do.
    ///
    /// - Parameter set: names of the options that are not nil.
    package func problem(
        with kind: LearningRateScheduler.Kind, peak: Double, set: [String]
    ) -> String? {
        let known = Self.names(for: kind)
        if let foreign = set.first(where: { !known.contains($0) }) {
            let list = known.isEmpty ? "none" : known.joined(separator: ", ")
            return "\(kind.rawValue) has no \(foreign); its options are: \(list)"
        }
        switch kind {
        case .polynomial where (lrEnd ?? 1e-7) >= peak:
            return "polynomial falls to lr_end: \(lrEnd ?? 1e-7), which must be below learning_rate: \(peak)"
        case .cosineWithMinimum, .cosineWarmupWithMinimum:
            guard (minLR == nil) != (minLRRate == nil) else {
                return "\(kind.rawValue) needs min_lr or min_lr_rate, and not both"
            }
            return minLR.map { $0 > peak } == true ? "min_lr must not be above learning_rate: \(peak)" : nil
        case .warmupStableDecay where numDecaySteps == nil: return "warmup_stable_decay needs num_decay_steps"
        default: return nil
        }
    }
}
