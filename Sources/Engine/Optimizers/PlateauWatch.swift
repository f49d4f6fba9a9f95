// The learning rate that falls when a metric no longer improves: torch's ReduceLROnPlateau.

/// What `reduce_lr_on_plateau` has seen of a run's evaluations. A value, so that a checkpoint can hold it.
package struct PlateauWatch: Sendable, Equatable {
    /// What the peak rate is multiplied by now.
    package var scale = 1.0
    /// The best value so far; nil before the first.
    package var best: Double?
    /// Evaluations without improvement since the last one that improved or reduced.
    package var badEvaluations = 0
    /// Evaluations after a reduction that do not count yet.
    package var cooldown = 0

    package init() {}

    /// Takes note of the metric of an evaluation.
    ///
    /// As torch with `threshold_mode: rel` and eps 1e-8: an improvement is one by more than the threshold's
    /// share of the best value; a reduction of the rate by less than 1e-8 is none.
    package mutating func add(
        _ value: Double, isGreaterBetter: Bool, peak: Double, _ options: ScheduleOptions
    ) {
        if isBetter(value, isGreaterBetter, options.threshold ?? 1e-4) {
            best = value
            badEvaluations = 0
        } else {
            badEvaluations += 1
        }
        if cooldown > 0 {
            cooldown -= 1
            badEvaluations = 0
        }
        guard badEvaluations > options.patience ?? 10 else { return }
        let old = peak * scale
        let new = max(old * (options.factor ?? 0.1), options.minLR ?? 0)
        if old - new > 1e-8 { scale = new / peak }
        cooldown = options.cooldown ?? 0
        badEvaluations = 0
    }

    private func isBetter(_ value: Double, _ isGreaterBetter: Bool, _ threshold: Double) -> Bool {
        guard let best else { return !value.isNaN }
        return isGreaterBetter ? value > best * (1 + threshold) : value < best * (1 - threshold)
    }
}
