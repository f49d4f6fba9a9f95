// The task of choosing the sentences of a document that make its summary.

package import Arguments
package import Checkpoints
package import DataParallel
package import Datasets
package import Evaluation
internal import Layers
package import Models
internal import Phrases
internal import Training

/// `extractive-summarization`.
package struct ExtractiveSummarization: TaskDefinition {
    package var name: ModelArguments.TaskName { .extractiveSummarization }
    package var keyScopes: Set<KeyScope> { [.documents, .sentences, .sequences, .encoders] }
    package var needsPretrained: String? {
        "extractive-summarization needs an encoder that knows its language"
    }
    package func referenceColumn(_ data: DataArguments) -> String { data.summaryColumn }
    package func answersRows(_ generation: GenerationArguments) -> Bool { true }
    package var isKnownByReference: Bool { true }

    package func inputColumn(_ data: DataArguments) -> String? { data.documentColumn }

    package func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport) {
        try ModelLoader.loadTrainable(.extractive, directory: directory)
    }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        let (data, arguments) = (run.data, run.training)
        let setup = try ExtractiveSetup(run, isTraining: true, group: group)
        try PreparedTask.adapt(setup.model, setup.report, arguments, group)
        let training = try setup.trainingRows(data.trainingRows(), run, group: group)
        let validation = try data.validationRows().map {
            try setup.documents($0, run, group: group)
        }
        let task = ExtractiveTask(
            model: setup.model, training: training, validation: validation,
            selection: setup.reader.selection, group: group, batchRows: arguments.perDeviceEvalBatchSize)
        let rest = validation.map { " and \($0.count, "validation document")" } ?? ""
        return PreparedTask(
            task: task,
            notes: (setup.report?.lines ?? []) + [
                "\(training.count, "training document") in \(training.windows.count, "window") "
                    + "(\(training.windows.tokenCount, "token"))\(rest)",
                "\(training.sentenceCount, "sentence"), of which the oracle chose \(training.oracleCount)",
            ] + Self.singleSentences(training)
                + (training.warning(setup.model).map { ["warning: " + $0] } ?? []))
    }

    /// What is to be said of documents that leave nothing to choose.
    private static func singleSentences(_ rows: ExtractiveRows) -> [String] {
        let count = rows.singleCount
        guard count > 0 else { return [] }
        let which =
            count == rows.count
            ? "all \(count) training documents have" : "\(count) of \(rows.count) training documents have"
        return [
            "warning: \(which) one sentence, which leaves nothing to choose; is it a list of sentences, or a text with"
                + " full stops?"
        ]
    }

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        InferenceSetup.applyThreadPlan(run.training, group)
        let setup = try ExtractiveSetup(run, group: group)
        try InferenceSetup.applyPrecision(run.training, to: setup.model, group)
        let predictor = ExtractivePredictor(
            model: setup.model, reader: setup.reader, batchRows: run.training.perDeviceEvalBatchSize)
        var answering = TaskPredictor(predictor: predictor)
        answering.weights = [setup.model.parameters.values]
        answering.baselineScores = ExtractiveBaselines(predictor: predictor, seed: run.training.seed)
        return answering
    }

    package func textScoring(
        _ predictor: any Predictor, rows: RowReader, group: any ProcessGroup
    ) throws -> RowEvaluation.Kind { .texts(lossIsOfTokens: false) }
}

/// ROUGE of the first sentences and of an oracle's choice, beside that of the model's.
private struct ExtractiveBaselines: BaselineScores {
    let predictor: ExtractivePredictor
    private var sums: SummaryBaselineSums

    init(predictor: ExtractivePredictor, seed: UInt64) {
        self.predictor = predictor
        sums = SummaryBaselineSums(seed: seed)
    }

    mutating func add(number: Int, _ row: Row, references: [String], answer: RowPrediction) throws {
        sums.add(number: number, try predictor.baselines(of: row), reference: references[0])
    }

    mutating func reduce(over group: any ProcessGroup) throws { try sums.reduce(over: group) }
    var estimates: [MetricValue] { sums.estimates }
}
