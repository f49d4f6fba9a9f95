// Which short runs show whether a recipe can be stopped, resumed and moved to other numbers of ranks.

internal import Arguments
package import Configuration
internal import Training

/// A short run of the recipe.
package struct VerificationRun: Sendable, Equatable {
    /// Number of ranks.
    package let ranks: Int
    /// Whether it goes on from the checkpoint that the first run wrote half-way.
    package let isResumed: Bool
    /// Rows that each rank takes then.
    package let batchRows: Int

    /// Its folder below that of the verification.
    var folderName: String { "\(ranks)-ranks-\(isResumed ? "resumed" : "straight")" }
}

/// The runs, of which the first is what the others are compared with.
package struct VerificationPlan: Sendable {
    package let runs: [VerificationRun]
    /// Numbers of ranks that were asked for and cannot run, with the reason.
    package let left: [(ranks: Int, reason: String)]
    /// Steps of each run, and the one that resumed runs go on from.
    package let stepCount, stop: Int
    package let isReproducible: Bool
    /// The recipe of all runs but for folder, ranks and start.
    let configuration: RunConfiguration

    /// - Parameters:
    ///   - ranks: numbers of ranks, the first of which makes the run that the others are compared with.
    ///   - stepCount: at least 2.
    package init(_ recipe: RunConfiguration, ranks: [Int], stepCount: Int) {
        self.stepCount = stepCount
        stop = stepCount / 2
        isReproducible = recipe.training.reproducible
        configuration = Self.shortened(recipe, stepCount: stepCount, stop: stepCount / 2)
        var runs: [VerificationRun] = []
        var left: [(ranks: Int, reason: String)] = []
        for count in ranks {
            switch Self.batchRows(recipe.training, ranks: count, first: ranks.first ?? 1) {
            case .success(let rows):
                runs += [false, true].map {
                    VerificationRun(ranks: count, isResumed: $0, batchRows: rows)
                }
            case .failure(let refusal): left.append((count, refusal.reason))
            }
        }
        (self.runs, self.left) = (runs, left)
    }

    /// Why a number of ranks is left out.
    private struct Refusal: Error { let reason: String }

    /// The rows of a rank's micro-batch with which the global batch is that of the first run.
    private static func batchRows(
        _ training: TrainingArguments, ranks: Int, first: Int
    ) -> Result<Int, Refusal> {
        let rows = training.perDeviceTrainBatchSize
        if let shards = training.shardCount {
            guard ranks <= shards else {
                return .failure(Refusal(reason: "reproducible_shards allows at most \(shards) ranks"))
            }
            return .success(rows)
        }
        guard ranks != first else { return .success(rows) }
        guard training.maxTokensPerDevice == nil else {
            return .failure(Refusal(reason: "with max_tokens_per_device a batch depends on the ranks"))
        }
        guard (rows * first).isMultiple(of: ranks) else {
            return .failure(Refusal(reason: "\(rows * first) rows cannot be shared equally"))
        }
        return .success(rows * first / ranks)
    }

    /// The recipe with few steps and a checkpoint half-way and at the end; evaluated only where the learning
    /// rate follows from that.
    private static func shortened(
        _ recipe: RunConfiguration, stepCount: Int, stop: Int
    ) -> RunConfiguration {
        var configuration = recipe
        configuration.training.maxSteps = stepCount
        configuration.training.saveStrategy = .steps
        configuration.training.saveSteps = .steps(stop)
        configuration.training.saveTotalLimit = nil
        configuration.training.loadBestModelAtEnd = false
        configuration.training.earlyStoppingPatience = nil
        configuration.training.earlyStoppingThreshold = 0
        configuration.training.overwriteOutputDir = false
        configuration.training.resumeFromCheckpoint = .none
        configuration.training.loggingSteps = .steps(1)
        if recipe.training.followsEvaluations {
            configuration.training.evalStrategy = .steps
            configuration.training.evalSteps = .steps(1)
        } else {
            configuration.training.evalStrategy = .never
            configuration.training.metricForBestModel = nil
            configuration.training.greaterIsBetter = nil
            configuration.data.validationFiles = []
            configuration.data.validationSplit = nil
            configuration.data.maxEvalSamples = nil
        }
        return configuration
    }
}
