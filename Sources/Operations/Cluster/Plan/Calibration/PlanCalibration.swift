// What is measured before a plan, on a machine of the kind that is to be rented.

/// The measured values of a recipe's model and of a machine.
package struct PlanCalibration: Sendable, Equatable {
    /// The machine, and how many ranks measured at once.
    package var machine = Machine()
    /// The recipe's keys that decide what a step computes, as text; a plan refuses others.
    package var settings: [Setting] = []
    package var rows = Rows()
    package var model = Model()
    /// Passes, at least one for each thread count, slowest rank of those that computed at once.
    package var passes: [ComputeSample] = []
    /// How much longer a pass takes when the ranks of a host compute at once than when one does; nil where it
    /// was not measured.
    package var contention: Contention?
    /// Seconds of an update by the number of threads of a host that share it, a byte of trained parameters.
    package var update = ThreadCurve([(threads: 1, seconds: 0)])
    /// Seconds a byte of a plain copy on one thread.
    package var copySeconds = 0.0
    package var sharedMemory: SharedMemory?
    package var network: Network?
    /// What a whole step took beyond its parts, of one rank or of all that measured.
    package var overheadSeconds = 0.0

    package init() {}

    package struct Machine: Sendable, Equatable {
        package var name = ""
        package var processor = ""
        package var cores = 1
        package var memoryBytes: Int?
        package var ranks = 1
        package var hosts = 1
        package var threads = 1

        package init() {}
        package var ranksPerHost: Int { ranks / hosts }
    }

    package struct Setting: Sendable, Equatable {
        package var key: String
        package var value: String

        package init(key: String, value: String) { (self.key, self.value) = (key, value) }
    }

    /// The training rows.
    package struct Rows: Sendable, Equatable {
        /// How many rows there are, and whether all were looked at.
        package var count = 0
        package var isWhole = true
        /// Tokens of the rows of a sample.
        package var lengths: [Int] = []
        /// Different tokens that so many tokens of text have; ascending.
        package var differentTokens: [DifferentTokens] = []
        /// Different tokens of all rows of the sample.
        package var vocabularyInUse = 0
        /// Seconds to read and tokenise a row, and bytes that it then takes.
        package var loadSeconds = 0.0
        package var bytes = 0.0

        package init() {}
    }

    package struct DifferentTokens: Sendable, Equatable {
        package var tokens: Double
        package var different: Double

        package init(tokens: Double, different: Double) {
            (self.tokens, self.different) = (tokens, different)
        }
    }

    package struct Model: Sendable, Equatable {
        package var parameterCount = 0
        package var trainedCount = 0
        package var isBF16 = false
        /// The trained slots in forward order.
        package var slots: [GradientSlot] = []
        /// The part of a pass before the first gradient is complete.
        package var forwardShare = 0.3
        package var activations: ActivationMemory?

        package init() {}
    }

    package struct Contention: Sendable, Equatable {
        package var ranks: Int
        package var threads: Int
        package var ratio: Double

        package init(ranks: Int, threads: Int, ratio: Double) {
            (self.ranks, self.threads, self.ratio) = (ranks, threads, ratio)
        }
    }

    package struct SharedMemory: Sendable, Equatable {
        package var ranks: Int
        /// Of the sum of an arena by these ranks.
        package var secondsPerByte: Double
        package var latencySeconds: Double

        package init(ranks: Int, secondsPerByte: Double, latencySeconds: Double) {
            (self.ranks, self.secondsPerByte, self.latencySeconds) = (ranks, secondsPerByte, latencySeconds)
        }
    }

    package struct Network: Sendable, Equatable {
        package var hosts: Int
        package var bytesPerSecond: Double
        package var latencySeconds: Double
        /// nil where two hosts measured, which send one message a round.
        package var messageSeconds: Double?
        package var processorSecondsPerByte: Double

        package init(
            hosts: Int, bytesPerSecond: Double, latencySeconds: Double, messageSeconds: Double?,
            processorSecondsPerByte: Double
        ) {
            (self.hosts, self.bytesPerSecond) = (hosts, bytesPerSecond)
            (self.latencySeconds, self.messageSeconds) = (latencySeconds, messageSeconds)
            self.processorSecondsPerByte = processorSecondsPerByte
        }
    }
}
