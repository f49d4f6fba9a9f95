// `evaluate` from configuration to result: the model that answers rows, or gives their loss.

import Configuration
import DataParallel
import Datasets
import Metrics
import Models
import Training

/// What an evaluation found, and how long it took.
struct EvaluationOutcome {
    let estimates: [MetricEstimate]
    let rowCount: Int
    let seconds: Double
    /// Tokens, or sentences, that a loss was found for; nil for labels.
    var targetCount: Int?
    /// Labels, tables and mistakes; nil where nothing was predicted.
    var rows: RowEvaluationResult?
}

/// One evaluation on one rank.
struct EvaluationJob {
    let configuration: RunConfiguration
    let files: PredictionFileOptions
    /// Another run, to compare with.
    let compare: String?
    let group: any ProcessGroup
    var data: DataArguments { configuration.data }
    var directory: String { configuration.model.outputDir }
    private var batchRows: Int { configuration.training.perDeviceEvalBatchSize }

    /// The result on rank 0, nil on the others. Collective.
    func run() throws -> EvaluationOutcome? {
        let outcome = files.isGiven ? try predictionsInFile() : try answers()
        return group.rank == 0 ? outcome : nil
    }

    /// What the model answers; without texts where `predict_with_generate` says so.
    private func answers() throws -> EvaluationOutcome {
        let writes = configuration.training.generation.predictWithGenerate
        switch configuration.task {
        case .textClassification, .imageClassification: return try labels()
        case .extractiveSummarization: return try texts()
        case .summarization, .imageCaptioning: return writes ?? true ? try texts() : try losses()
        case .chat: return writes ?? true ? try texts() : try languageModel()
        case .causalLM: return writes ?? false ? try texts() : try languageModel()
        case .maskedLM: return try languageModel()
        }
    }

    private func labels() throws -> EvaluationOutcome {
        let job = try InferenceJob(configuration, group: group)
        let predictor = try ClassificationPredictor(model: job.model, reader: job.reader)
        let map = try LabelMap(job.model.head)
        let column = job.reader.labelColumn
        return try rows(
            of: data.validationFiles, answeredBy: predictor, kind: .labels(job.model.head),
            reader: AnswerReader(predictor: predictor, labels: map) { _ in column }, labels: map,
            batchRows: batchRows)
    }

    /// What a model writes, or the sentences that it chooses, against references.
    private func texts() throws -> EvaluationOutcome {
        let predictor = try RowPredictors.make(configuration, group: group)
        return try rows(
            of: data.validationFiles, answeredBy: predictor,
            kind: textKind(predictor, references: data.validationFiles),
            reader: AnswerReader(predictor: predictor, labels: nil) { _ in "" }, labels: nil,
            batchRows: batchRows)
    }

    /// Texts, captions with CIDEr. Collective.
    func textKind(_ predictor: any RowPredictor, references: [String]) throws -> RowEvaluation.Kind {
        switch configuration.task {
        case .imageCaptioning:
            .texts(try CIDErDocumentFrequencies(files: references, predictor: predictor, group: group))
        case .extractiveSummarization: .texts(lossIsOfTokens: false)
        default: .texts()
        }
    }

    /// The losses of a model that writes texts, without any text.
    private func losses() throws -> EvaluationOutcome {
        try refuseComparison()
        InferenceJob.applyThreadPlan(configuration, group)
        let model: any SequenceToSequenceModel
        let rows: any SequenceToSequenceRows
        let reader = try RowReader(patterns: data.validationFiles)
        if configuration.task == .imageCaptioning {
            let setup = try CaptioningSetup(configuration, group: group)
            (model, rows) = (setup.model, try setup.rows(reader))
        } else {
            let setup = try SummarizationSetup(configuration, group: group)
            (model, rows) = (setup.model, try setup.reader.rows(reader))
        }
        try InferenceJob.applyPrecision(configuration, to: model, group)
        let start = ContinuousClock.now
        let evaluation = try SequenceToSequenceEvaluator(
            model: model, writing: nil, group: group, batchRows: batchRows
        ).evaluate(rows)
        return EvaluationOutcome(
            estimates: evaluation.metrics.map {
                MetricEstimate(name: $0.name, value: $0.value, interval: nil)
            }, rowCount: Int(evaluation.rowCount), seconds: Self.seconds(since: start),
            targetCount: Int(evaluation.targetCount))
    }

    private func languageModel() throws -> EvaluationOutcome {
        try refuseComparison()
        InferenceJob.applyThreadPlan(configuration, group)
        let setup = try LanguageModelSetup(configuration, group: group)
        try InferenceJob.applyPrecision(configuration, to: setup.model, group)
        let store = try setup.examples(data.validationFiles)
        let start = ContinuousClock.now
        let (evaluation, estimates) = try LanguageModelEvaluator(
            model: setup.model, objective: setup.objective, group: group, batchRows: batchRows
        ).estimates(store, seed: configuration.training.seed)
        return EvaluationOutcome(
            estimates: estimates, rowCount: Int(evaluation.rowCount), seconds: Self.seconds(since: start),
            targetCount: Int(evaluation.targetCount))
    }

    private func refuseComparison() throws {
        guard compare == nil else {
            throw TrainingError(
                "--compare needs predictions, but this evaluation of task: \(configuration.task.rawValue) makes none"
            )
        }
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .seconds(1)
    }
}
