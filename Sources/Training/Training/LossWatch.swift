// Losses that leap out of their course.

package import JSON

/// Mean and spread of the losses of the last steps, and whether a new one is far above them.
package struct LossWatch: Sendable, Equatable {
    /// Steps before which nothing is called usual.
    static let shortest = 20
    /// A loss is a spike when it is so many standard deviations above the mean, and half of it.
    static let limit = 6.0
    /// Weight of the newest loss in mean and variance: they reach back some 50 steps.
    private static let weight = 0.02

    private(set) var count = 0
    private(set) var mean = 0.0
    private var variance = 0.0
    private var wasSpike = false

    package init() {}

    private var deviation: Double { variance.squareRoot() }
    /// The loss above which the next one is a spike.
    private var threshold: Double { mean + max(Self.limit * deviation, 0.5 * abs(mean)) }

    /// Takes in the loss of a step. Returns what was usual before, when this is the first step of a spike. A
    /// spike moves mean and variance only as far as the largest usual loss would.
    package mutating func add(_ loss: Double) -> (mean: Double, deviation: Double)? {
        let isSpike = count >= Self.shortest && loss > threshold
        let begins = isSpike && !wasSpike
        let usual = (mean: mean, deviation: deviation)
        wasSpike = isSpike
        let seen = isSpike ? threshold : loss
        count += 1
        // The plain mean and variance until the newest loss has its weight.
        let weight = max(Self.weight, 1 / Double(count))
        let difference = seen - mean
        mean += weight * difference
        variance = (1 - weight) * (variance + weight * difference * difference)
        return begins ? usual : nil
    }

    // MARK: Checkpoints

    package var json: JSONValue {
        .array([.integer(count), .shortest(mean), .shortest(variance), .bool(wasSpike)])
    }

    /// nil for what `json` does not write.
    package init?(_ json: JSONValue?) {
        guard let values = json?.array, values.count == 4, let count = values[0].integer,
            let mean = values[1].double, let variance = values[2].double, let wasSpike = values[3].bool
        else { return nil }
        (self.count, self.mean, self.variance, self.wasSpike) = (count, mean, variance, wasSpike)
    }
}
