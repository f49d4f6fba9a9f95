// `evaluate` from configuration to result: the model that answers rows, or gives their loss.

import Arguments
import Configuration
import DataParallel
import Datasets
import Evaluation
import Metrics
import Models
import Tasks
import Training

/// What an evaluation found, and how long it took.
struct EvaluationOutcome {
    let estimates: [MetricEstimate]
    let rowCount: Int
    let seconds: Double
    /// Tokens, or sentences, that a loss was found for; nil for labels.
    var targetCount: Int?
    /// Labels and tables; nil where nothing was predicted.
    var rows: RowEvaluationResult?
    /// The worst rows as JSON objects.
    var mistakes: [String] = []
    /// The differences from another run; nil unless they were asked for.
    var comparison: RunComparison?
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
    var batchRows: Int { configuration.training.perDeviceEvalBatchSize }

    /// The result on rank 0, nil on the others. Collective.
    func run() throws -> EvaluationOutcome? {
        let outcome = files.isGiven ? try predictionsInFile() : try answers()
        return group.rank == 0 ? outcome : nil
    }

    /// What the model answers, or the loss of what it should have answered.
    private func answers() throws -> EvaluationOutcome {
        switch configuration.task {
        case .textClassification, .imageClassification: try labels()
        case _ where RowPredictors.answerRows(configuration): try texts()
        case .summarization, .imageCaptioning: try sequenceToSequence()
        default: try languageModel()
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

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .seconds(1)
    }
}
