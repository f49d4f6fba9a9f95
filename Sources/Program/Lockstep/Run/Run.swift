// Lockstep as a library: a run as a recipe describes it, for programs of other packages.

internal import Arguments
internal import Configuration
internal import DataParallel
internal import Machine
internal import Training

/// A fine-tuning run.
///
/// ```swift
/// import Lockstep
///
/// try Run(recipe: "recipe.yaml").train()
/// ```
///
/// Started by mpirun or srun the program is one rank of several: each makes the same `Run`. What the run says
/// goes to swift-log under the label `lockstep`, and so where the program says by `LoggingSystem.bootstrap`,
/// else to its standard error.
public struct Run {
    /// Whether this process speaks for all ranks of its job; true where no launcher started it.
    public static var isFirstRank: Bool { LaunchVariables.current.isFirstRank }

    private let configuration: RunConfiguration

    /// Reads a recipe and lays settings over it.
    ///
    /// - Parameters:
    ///   - recipe: path of a YAML file; nil where the settings say everything.
    ///   - settings: keys of a recipe with their values as text, which beat the file as the program's flags
    ///     do.
    /// - Throws: everything that is wrong with the keys, with the lines.
    public init(recipe: String?, settings: [String: String] = [:]) throws(RecipeError) {
        do {
            configuration = try RunConfiguration(
                recipePath: recipe,
                overrides: settings.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) })
        } catch {
            throw RecipeError(error)
        }
    }

    /// Trains to the end and writes the model, or goes on where an earlier run stopped, as the recipe says.
    ///
    /// SIGUSR1 and SIGTERM save and end it, with a `StoppedOnRequest`. On one rank an error is thrown. On
    /// several, a rank that fails prints what is wrong and ends the job, because the others would wait for
    /// it; and since MPI starts once in a process, so does `train`.
    @discardableResult
    public func train() throws -> TrainedModel {
        let stopRequest = StopRequest()
        let summary: TrainingSummary
        if LaunchVariables.current.isPresent {
            summary = try RankWork.run { group in try job(group).run(stoppingAt: stopRequest) }
        } else {
            RankWork.watchProducts()
            summary = try job(SoloProcessGroup()).run(stoppingAt: stopRequest)
        }
        return TrainedModel(
            directory: configuration.model.outputDir, bestCheckpoint: summary.bestCheckpoint,
            step: summary.step, meanLoss: summary.loss)
    }

    private func job(_ group: any ProcessGroup) -> TrainingJob {
        TrainingJob(configuration, group: group, printsJSON: false)
    }
}

/// What a run has trained.
public struct TrainedModel: Sendable, Equatable {
    /// The folder of the model in Hugging Face's layout, with its checkpoints and records.
    public let directory: String
    /// The checkpoint that was best by `metric_for_best_model`; nil where none was compared.
    public let bestCheckpoint: String?
    /// Optimiser steps so far, those before a resumption included.
    public let step: Int
    /// Mean loss of the rows that this run trained on.
    public let meanLoss: Double
}

/// What is wrong with a recipe, or with the settings that were laid over it.
public struct RecipeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A line for each mistake: where it was written, what is wrong and what to write instead.
    public let description: String
    /// The keys at fault, in the order of the lines; a line that no single key is to blame for has none.
    public let keys: [String]

    init(_ error: ConfigurationError) {
        description = error.description
        keys = ([error] + error.others).compactMap(\.key)
    }
}
