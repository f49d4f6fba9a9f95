// Rows through a predictor: scored, written to eval_predictions.jsonl, and compared with those of another
// run.

import Arguments
import Checkpoints
import Configuration
import DataParallel
import Datasets
import Evaluation
import Files
import Foundation
import Tasks
import Training

extension EvaluationJob {
    /// Runs the rows that are evaluated through a predictor and scores its answers. Collective.
    func rows(
        _ answering: TaskPredictor, kind: RowEvaluation.Kind, reader: PredictedRowReader,
        batchRows: Int
    ) throws -> EvaluationOutcome {
        let start = ContinuousClock.now
        let other = try otherPredictions(labels: answering.labels)
        let evaluation = RowEvaluation(
            kind, group: group, seed: configuration.training.seed, other: other)
        let leakage = try leakage()
        let onNewRows = leakage.flatMap { leakage in
            leakage.hasBoth ? RowEvaluation(kind, group: group, seed: configuration.training.seed) : nil
        }
        let sink = try predictionSink()
        let predictor = answering.predictor
        var side = answering.baselineScores
        var current: PredictedRow?
        let loop = PredictionLoop(predictor: predictor, group: group, batchRows: batchRows)
        let skipped = try loop.run(
            references(), findsLoss: true,
            score: { number, row, answer in
                let answered = try reader.row(number: number, row, answer)
                current = answered
                try evaluation.add(answered)
                if leakage?.isNew(number) == true { try onNewRows?.add(answered) }
                try side?.add(
                    number: number, row, references: answered.references, answer: answer)
            },
            line: { number, _, answer in
                guard answer.skipped == nil, let current else {
                    return "{\"row\": \(number), \"prediction\": null}"
                }
                return current.line
            },
            write: directory.isEmpty ? nil : { try sink?.write($0) })
        Messages.warn(skipped, group)
        guard skipped.count < skipped.rowCount || skipped.rowCount == 0 else {
            throw TrainingError("no row is left to evaluate: \(skipped.sentence ?? "all are left out")")
        }
        let result = try evaluation.finish(skippedCount: skipped.count)
        let newRows = try onNewRows?.finish()
        try (predictor as? FilePredictor)?.checkCount(references: skipped.rowCount)
        try side?.reduce(over: group)
        try sink?.finish()
        return EvaluationOutcome(
            estimates: result.estimates + (side?.estimates ?? []) + (newRows?.estimatesOfNewRows ?? []),
            rowCount: Int(result.rowCount),
            seconds: Self.seconds(since: start), targetCount: result.targetCount, rows: result,
            mistakes: result.mistakes, comparison: result.comparison, leakage: leakage)
    }

    /// Where rank 0 writes the predictions, when there is an output folder.
    func predictionSink() throws -> LineWriter? {
        guard group.rank == 0, !directory.isEmpty else { return nil }
        try OutputDirectory.create(directory)
        return try LineWriter(path: directory + "/" + ComparedPredictions.fileName)
    }

    /// The other run that is to be compared with; `labels` are those of a classifier.
    func otherPredictions(labels: LabelMap?) throws -> ComparedPredictions? {
        try compare.map { try ComparedPredictions(path: Self.predictions(of: $0), labels: labels) }
    }

    /// The file of predictions of another run.
    private static func predictions(of run: String) throws -> String {
        guard FileSystem.isDirectory(run) else { return run }
        let path = run + "/" + ComparedPredictions.fileName
        guard FileSystem.exists(path) else {
            throw TrainingError(
                "\(run) has no \(ComparedPredictions.fileName) to compare with; run lockstep evaluate with that output_dir"
            )
        }
        return path
    }
}
