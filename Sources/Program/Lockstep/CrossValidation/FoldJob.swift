// One fold: training on the other folds' rows, then figures and predictions on its own.

import Arguments
import Configuration
import CrossValidation
import DataParallel
import Datasets
import Evaluation
import Files
import Foundation
import JSON
internal import Tasks
import Training

/// The work of the ranks that share a fold.
struct FoldJob {
    let configuration: RunConfiguration
    let plan: CrossValidationPlan
    let run: FoldRun
    let folder: CrossValidationFolder
    let keepsModel: Bool
    /// The ranks of this fold.
    let group: any ProcessGroup
    let shows: RunDisplay

    /// Trains, tests and stores the result. Collective over the fold's ranks.
    func run(stoppingAt stopRequest: StopRequest) throws -> FoldResult {
        let rows = try plan.trainingRows(of: run)
        try TrainingJob(training(rows), group: group, printsJSON: false, shows: shows)
            .run(stoppingAt: stopRequest, isWholeJob: shows != .none)
        let tested = testing
        let task = try tested.task.definition.prepare(tested, group: group).task
        checkRows(of: task)
        let evaluation = try task.evaluate()
        let result = FoldResult(run, trainingRowCount: rows.learnt.count, evaluation: evaluation)
        if tested.task.definition.answersRows(tested.training.generation) { try predict(tested) }
        if group.rank == 0 {
            try folder.write(result)
            if !keepsModel { try folder.removeModel(of: run) }
        }
        try group.barrier()
        return result
    }

    /// The test rows stand for the training rows too: a task that reads others would read others when it
    /// trains.
    private func checkRows(of task: any TrainingTask) {
        let sources = Set(plan.survey.sources(of: plan.testRows(of: run)))
        precondition(
            (0..<task.training.count).allSatisfy { sources.contains(task.training.source(of: $0)) },
            "\(configuration.task.rawValue) must read its rows by trainingRows() and validationRows()")
    }

    /// The recipe on the rows that the fold learns from. It goes on where a killed run of the same fold
    /// stood.
    private func training(_ rows: (learnt: RowSelection, choosing: RowSelection?)) -> RunConfiguration {
        var fold = configuration
        fold.model.outputDir = folder.directory(of: run)
        fold.data.trainSelection = rows.learnt
        fold.training.resumeFromCheckpoint = .auto
        fold.training.overwriteOutputDir = false
        if let choosing = rows.choosing {
            fold.data.validationFiles = fold.data.trainFiles
            fold.data.validationSelection = choosing
        } else {
            fold.data.validationFiles = []
            fold.training.evalStrategy = .never
        }
        return fold
    }

    /// The model that the fold has written on the rows that it was not trained on.
    private var testing: RunConfiguration {
        var fold = configuration
        fold.model.modelNameOrPath = folder.directory(of: run)
        fold.data.trainSelection = plan.testRows(of: run)
        fold.data.validationFiles = fold.data.trainFiles
        fold.data.validationSelection = plan.testRows(of: run)
        fold.training.adaptation = AdaptationArguments()
        return fold
    }

    private func predict(_ configuration: RunConfiguration) throws {
        let predictions = PredictionLoop(
            predictor: try configuration.task.definition.taskPredictor(configuration, group: group).predictor,
            group: group,
            batchRows: configuration.training.perDeviceEvalBatchSize)
        let place: [(name: String, value: JSONValue)] =
            [("fold", .integer(run.fold))]
            + (plan.plans.count > 1 ? [("repeat", .integer(run.repetition))] : [])
        let sink = group.rank == 0 ? try LineWriter(path: folder.predictionsPath(of: run)) : nil
        let skipped = try predictions.run(
            configuration.data.rows(
                of: configuration.data.validationFiles, configuration.data.validationSelection),
            columns: { place + $1.fields }, write: { line in try sink?.write(line) })
        Messages.warn(skipped, group)
        try sink?.finish()
    }
}
