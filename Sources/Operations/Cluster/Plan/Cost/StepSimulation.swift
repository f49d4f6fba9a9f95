// One optimiser step as events: what a rank computes, and what its communication thread does meanwhile.

/// A simulated step of one rank among others that do the same.
///
/// The computing threads go through the micro-batches. The communication thread works through its
/// collectives in their order, as `GradientReducer` does: first it gathers the values that the last update
/// changed, which the forward pass of the first micro-batch waits for where it reads them; then it sums
/// buckets, each as soon as the backward pass of the last micro-batch has its gradients and the bucket
/// before is done. What it does on a processor it takes from the computing threads, unless there is a core
/// for it; while messages travel it sleeps.
package struct StepSimulation: Sendable, Equatable {
    /// What the communication thread does at once.
    package struct Collective: Sendable, Equatable {
        /// Of a sum: the part of the last micro-batch after which it can begin. Of a gather: the part of the
        /// first one that has to wait for its end. 0...1.
        package var place: Double
        /// Seconds on a processor.
        package var processorSeconds: Double
        /// Seconds asleep, while messages travel.
        package var wireSeconds: Double
        /// Seconds of a processor that the messages take meanwhile: the system's, for example.
        package var stolenSeconds: Double

        package init(place: Double, processorSeconds: Double, wireSeconds: Double, stolenSeconds: Double = 0)
        {
            (self.place, self.processorSeconds) = (place, processorSeconds)
            (self.wireSeconds, self.stolenSeconds) = (wireSeconds, stolenSeconds)
        }
    }

    /// Seconds of forward and backward of each micro-batch, on processors of its own.
    package var microBatches: [Double]
    /// In the order in which they are done; places do not descend.
    package var gathers: [Collective] = []
    package var sums: [Collective] = []
    /// Threads that compute, and whether there is a core beside theirs.
    package var threads = 1
    package var hasSpareCore = false
    /// What follows when all gradients are summed: the exchange of sums, the update.
    package var closingSeconds = 0.0

    package init(microBatches: [Double]) { self.microBatches = microBatches }

    /// What came of it, in seconds.
    package struct Outcome: Sendable, Equatable {
        package var step: Double
        /// In which nothing was computed because values or sums were not there.
        package var waiting: Double
        /// In which the communication thread had something to do.
        package var communication: Double
    }

    /// The least speed of computing beside messages.
    private static let leastRate = 0.05

    package func run() -> Outcome {
        var clock = SimulationClock(self)
        while !clock.isDone { clock.advance() }
        return Outcome(
            step: clock.time + closingSeconds, waiting: clock.waiting, communication: clock.communication)
    }

    /// Where computing and communication stand.
    private struct SimulationClock {
        private let step: StepSimulation
        private let collectives: [Collective]
        private(set) var time = 0.0
        private(set) var waiting = 0.0
        private(set) var communication = 0.0
        /// The micro-batch that is computed, and what of it is done, in its own seconds.
        private var batch = 0
        private var progress = 0.0
        /// The collective that is next or at work; in it the phase, and what is left of that.
        private var index = 0
        private var isOnWire = false
        private var left: Double

        init(_ step: StepSimulation) {
            self.step = step
            collectives = step.gathers + step.sums
            left = collectives.first?.processorSeconds ?? 0
            settle()
        }

        private var hasComputed: Bool { batch == step.microBatches.count }
        private var hasCommunicated: Bool { index == collectives.count }
        var isDone: Bool { hasComputed && hasCommunicated }

        /// Seconds of the present micro-batch before which nothing changes: the next place that matters.
        private var nextPlace: Double {
            let whole = step.microBatches[batch]
            var next = whole
            if batch == 0, index < step.gathers.count {
                next = min(next, max(progress, collectives[index].place * whole))
            }
            if batch == step.microBatches.count - 1, let ready = readyPlace, ready > progress {
                next = min(next, ready)
            }
            return next
        }

        /// Where in the last micro-batch the next sum can begin; nil while gathers are left.
        private var readyPlace: Double? {
            guard index >= step.gathers.count, !hasCommunicated else { return nil }
            return collectives[index].place * (step.microBatches.last ?? 0)
        }

        private var isCommunicating: Bool {
            if hasCommunicated { return false }
            if index < step.gathers.count || hasComputed { return true }
            guard batch == step.microBatches.count - 1, let ready = readyPlace else { return false }
            return progress >= ready - 1e-15
        }

        private var isComputing: Bool { !hasComputed && nextPlace > progress }

        mutating func advance() {
            let (computes, communicates) = (isComputing, isCommunicating)
            let rates = rates(computes: computes, communicates: communicates)
            var seconds = Double.infinity
            if computes { seconds = min(seconds, (nextPlace - progress) / rates.computing) }
            if communicates { seconds = min(seconds, left / rates.communicating) }
            precondition(seconds.isFinite, "nothing goes on in this step")
            time += seconds
            if communicates { communication += seconds }
            if !computes { waiting += seconds }
            let place = computes ? nextPlace : progress
            let reaches = computes && (nextPlace - progress) / rates.computing <= seconds
            if computes { progress = reaches ? place : progress + seconds * rates.computing }
            if communicates {
                left = left / rates.communicating <= seconds ? 0 : left - seconds * rates.communicating
            }
            settle()
        }

        private func rates(
            computes: Bool, communicates: Bool
        ) -> (computing: Double, communicating: Double) {
            guard computes, communicates, !step.hasSpareCore else { return (1, 1) }
            let threads = Double(step.threads)
            // One thread more than cores: all get the same share.
            if !isOnWire { return (threads / (threads + 1), threads / (threads + 1)) }
            let collective = collectives[index]
            let stolen = collective.stolenSeconds / collective.wireSeconds / threads
            return (max(StepSimulation.leastRate, 1 - stolen), 1)
        }

        /// Goes on to the next micro-batch or collective where one is finished.
        private mutating func settle() {
            while !hasComputed, progress >= step.microBatches[batch], !isHeldUp {
                batch += 1
                progress = 0
            }
            while !hasCommunicated, left <= 0, isCommunicating {
                if !isOnWire, collectives[index].wireSeconds > 0 {
                    isOnWire = true
                    left = collectives[index].wireSeconds
                    return
                }
                index += 1
                isOnWire = false
                left = hasCommunicated ? 0 : collectives[index].processorSeconds
                while !hasComputed, progress >= step.microBatches[batch], !isHeldUp {
                    batch += 1
                    progress = 0
                }
            }
        }

        /// Whether the first micro-batch waits for a value at its very end.
        private var isHeldUp: Bool { batch == 0 && index < step.gathers.count }
    }
}
