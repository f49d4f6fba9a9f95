// Learning rate by step, equal to transformers' get_scheduler.

internal import Foundation

/// How the learning rate goes over the steps of a run.
package struct LearningRateScheduler: Sendable, Equatable {
    /// Names as in `lr_scheduler_type`.
    package enum Kind: String, Sendable, CaseIterable {
        /// Warm-up, then linearly to 0 at the last step.
        case linear
        /// Warm-up, then half a cosine to 0 at the last step.
        case cosine
        /// Warm-up, then several half cosines to 0, each from the peak.
        case cosineWithRestarts = "cosine_with_restarts"
        /// Warm-up, then a power of the share of steps that is left, to a last rate above 0.
        case polynomial
        case constant
        case constantWithWarmup = "constant_with_warmup"
        /// Warm-up, then in proportion to the reciprocal of the steps' square root.
        case inverseSquareRoot = "inverse_sqrt"
        /// The peak, less at each evaluation after which the metric has not improved for a while; see
        /// `PlateauWatch`.
        case reduceOnPlateau = "reduce_lr_on_plateau"
        /// As `cosine`, to a last rate above 0.
        case cosineWithMinimum = "cosine_with_min_lr"
        /// As `cosineWithMinimum`, with a warm-up that starts above 0.
        case cosineWarmupWithMinimum = "cosine_warmup_with_min_lr"
        /// Warm-up, then the peak, then down over the last steps.
        case warmupStableDecay = "warmup_stable_decay"
    }

    package let kind: Kind
    package let peak: Double
    package let warmupSteps: Int
    package let totalSteps: Int
    package let options: ScheduleOptions

    /// `options` fit `kind`, as `ScheduleOptions.problem` says.
    package init(
        kind: Kind, peak: Double, warmupSteps: Int, totalSteps: Int, options: ScheduleOptions = .init()
    ) {
        self.kind = kind
        self.peak = peak
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
        self.options = options
    }

    /// The rate of the update after `step` updates: the first has step 0 and, with most warm-ups, rate 0.
    package func rate(at step: Int) -> Double { peak * factor(at: step) }

    /// What the peak is multiplied by.
    private func factor(at step: Int) -> Double {
        let position = Double(step)
        let warmup = Double(warmupSteps)
        if step < warmupSteps, let factor = warmupFactor(position) { return factor }
        let rest = Double(max(1, totalSteps - warmupSteps))
        let progress = (position - warmup) / rest
        switch kind {
        case .constant, .constantWithWarmup, .reduceOnPlateau: return 1
        case .linear: return max(0, Double(totalSteps) - position) / rest
        case .cosine: return max(0, cosine(progress, cycles: options.numCycles ?? 0.5))
        case .cosineWithRestarts:
            guard progress < 1 else { return 0 }
            let cycle = ((options.numCycles ?? 1) * progress).truncatingRemainder(dividingBy: 1)
            return max(0, 0.5 * (1 + cos(Double.pi * cycle)))
        case .polynomial: return polynomial(position)
        case .inverseSquareRoot:
            let scale = Double(options.timescale ?? (warmupSteps > 0 ? warmupSteps : 10_000))
            return 1 / ((position + (scale - warmup)) / scale).squareRoot()
        case .cosineWithMinimum:
            return max(0, raised(cosine(progress, cycles: options.numCycles ?? 0.5)))
        case .cosineWarmupWithMinimum:
            let next = (position - warmup + 1) / rest
            return max(0, raised(cosine(next, cycles: options.numCycles ?? 0.5)))
        case .warmupStableDecay: return stableDecay(position)
        }
    }

    /// nil for kinds without a warm-up.
    private func warmupFactor(_ position: Double) -> Double? {
        let share = position / Double(max(1, warmupSteps))
        switch kind {
        case .constant, .reduceOnPlateau: return nil
        case .cosineWarmupWithMinimum:
            guard let start = options.warmupLRRate else {
                return (position + 1) / Double(max(1, warmupSteps))
            }
            return start + (1 - start) * position / Double(max(1, warmupSteps - 1))
        case .warmupStableDecay:
            return max(0, raised((options.warmupType ?? .linear).rise(share), to: options.minLRRatio ?? 0))
        default: return share
        }
    }

    private func cosine(_ progress: Double, cycles: Double) -> Double {
        0.5 * (1 + cos(Double.pi * cycles * 2 * progress))
    }

    /// A factor from 0 to 1 as one from the smallest rate to the peak.
    private func raised(_ factor: Double) -> Double {
        raised(factor, to: options.minLR.map { $0 / peak } ?? options.minLRRate ?? 0)
    }

    private func raised(_ factor: Double, to minimum: Double) -> Double { factor * (1 - minimum) + minimum }

    private func polynomial(_ position: Double) -> Double {
        let end = options.lrEnd ?? 1e-7
        guard position <= Double(totalSteps), totalSteps > warmupSteps else { return end / peak }
        let left = 1 - (position - Double(warmupSteps)) / Double(totalSteps - warmupSteps)
        return ((peak - end) * pow(left, options.power ?? 1) + end) / peak
    }

    private func stableDecay(_ position: Double) -> Double {
        let decay = Double(options.numDecaySteps ?? 0)
        let stable = options.numStableSteps.map(Double.init) ?? (Double(totalSteps - warmupSteps) - decay)
        let start = Double(warmupSteps) + stable
        let minimum = options.minLRRatio ?? 0
        if position < start { return 1 }
        guard position < start + decay else { return minimum }
        let progress = (position - start) / max(1, decay)
        let factor =
            options.decayType == .linear
            ? 1 - progress
            : options.decayType == .oneMinusSquareRoot
                ? 1 - progress.squareRoot() : cosine(progress, cycles: options.numCycles ?? 0.5)
        return max(0, raised(factor, to: minimum))
    }
}

extension ScheduleOptions.Ramp {
    /// The way from 0 to 1 at `share` of the steps.
    fileprivate func rise(_ share: Double) -> Double {
        switch self {
        case .linear: share
        case .cosine: 0.5 * (1 - cos(Double.pi * share))
        case .oneMinusSquareRoot: 1 - (1 - share).squareRoot()
        }
    }
}
