// What a look at rows, tokenizer and model came to.

/// Findings about the data and the model of a run, with the figures that a screen shows.
package struct DataOutcome: Sendable {
    package var findings: [Finding] = []
    /// Usable rows of each set, and how many of them were tokenised.
    package var trainingRows = 0
    package var validationRows = 0
    package var sampledRows = 0
    /// Lengths of the tokenised rows.
    package var lengths: LengthSummary?
    /// Labels with their counts, the most frequent first.
    package var labels: [(name: String, count: Int)] = []
    package var samples: [MaskedSample] = []
    package var model: ModelFigures?

    package init() {}

    /// What the model takes of memory and disk.
    package struct ModelFigures: Sendable, Equatable {
        package var parameterCount: Int
        package var trainedCount: Int
        /// nil where activations could not be measured within the time.
        package var activations: Int?
        /// Tokens of the largest micro-batch that the rows can make.
        package var largestBatchTokens: Int
        package var memory: RankMemory
        package var checkpointBytes: Int
        package var finalModelBytes: Int
        /// Optimiser steps of the run, about.
        package var totalSteps: Int
        package var stepsPerEpoch: Int

        package init(
            parameterCount: Int, trainedCount: Int, activations: Int?, largestBatchTokens: Int,
            memory: RankMemory, checkpointBytes: Int, finalModelBytes: Int, totalSteps: Int,
            stepsPerEpoch: Int
        ) {
            (self.parameterCount, self.trainedCount) = (parameterCount, trainedCount)
            (self.activations, self.largestBatchTokens) = (activations, largestBatchTokens)
            self.memory = memory
            (self.checkpointBytes, self.finalModelBytes) = (checkpointBytes, finalModelBytes)
            (self.totalSteps, self.stepsPerEpoch) = (totalSteps, stepsPerEpoch)
        }
    }
}

/// The ranks that a run would have.
package struct JobShape: Sendable, Equatable {
    package var ranks: Int
    package var hosts: Int
    /// Threads of a rank.
    package var threads: Int

    package init(ranks: Int, hosts: Int, threads: Int) {
        (self.ranks, self.hosts, self.threads) = (ranks, hosts, threads)
    }
}
