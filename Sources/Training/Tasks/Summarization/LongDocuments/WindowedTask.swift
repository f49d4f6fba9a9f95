// Training whose evaluations read long documents in windows, as `evaluate` does.

internal import Arguments
internal import DataParallel
internal import Datasets
internal import Evaluation
internal import Layers
internal import Models
internal import Training

/// A task that is another one but for its evaluations.
final class WindowedTask: TrainingTask {
    private let base: any TrainingTask
    private let predictor: any Predictor
    private let rows: RowReader
    private let group: any ProcessGroup
    private let batchRows: Int

    /// `task` with evaluations of windows where a recipe reads documents in windows and scores what is
    /// written; else `task` itself. `answers` answers rows with its model.
    static func of(
        _ task: any TrainingTask, _ answers: @autoclosure () -> TaskPredictor, _ run: RunArguments,
        group: any ProcessGroup
    ) throws -> any TrainingTask {
        guard run.data.longDocuments == .windows, run.training.generation.predictWithGenerate == true,
            let rows = try run.data.validationRows()
        else { return task }
        return WindowedTask(
            task, predictor: answers().predictor, rows: rows, group: group,
            batchRows: run.training.perDeviceEvalBatchSize)
    }

    /// `predictor` answers the validation rows with the model that `base` trains.
    init(
        _ base: any TrainingTask, predictor: any Predictor, rows: RowReader, group: any ProcessGroup,
        batchRows: Int
    ) {
        (self.base, self.predictor, self.rows) = (base, predictor, rows)
        (self.group, self.batchRows) = (group, batchRows)
    }

    var model: any TrainableModel { base.model }
    var training: TokenizedDataset { base.training }
    var readsWholeBatches: Bool { base.readsWholeBatches }
    var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { base.readAhead }
    var hasValidation: Bool { base.hasValidation }
    var metrics: [MetricDescription] { base.metrics }
    func lossCount(rows: [Int], epoch: Int) -> Int { base.lossCount(rows: rows, epoch: epoch) }
    func lossWeight(rows: [Int], epoch: Int) -> Double { base.lossWeight(rows: rows, epoch: epoch) }

    func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) throws -> Double {
        try base.differentiate(batch, makePass: makePass)
    }

    func evaluate() throws -> any TaskEvaluation {
        let evaluation = RowEvaluation(.texts(), group: group, seed: 0, detail: .figures)
        let reader = PredictedRowReader(predictor: predictor, labels: nil) { _ in "" }
        var scores = LongDocumentScores(field: WindowedPredictor.windowsField, prefix: "windowed", seed: 0)
        try PredictionLoop(predictor: predictor, group: group, batchRows: batchRows).run(
            rows, findsLoss: true,
            score: { number, row, answer in
                let answered = try reader.row(number: number, row, answer)
                try evaluation.add(answered)
                try scores.add(number: number, row, references: answered.references, answer: answer)
            }, write: nil)
        try scores.reduce(over: group)
        return WindowedEvaluation(whole: try evaluation.finish(), figuresOfWindows: scores.estimates)
    }
}

/// The figures of all documents, and of those in windows.
private struct WindowedEvaluation: TaskEvaluation {
    let whole: RowEvaluationResult
    let figuresOfWindows: [MetricValue]

    var rowCount: Int64 { whole.rowCount }
    var warnings: [String] { whole.warnings }
    var figures: [MetricValue] { whole.figures + figuresOfWindows }
}
