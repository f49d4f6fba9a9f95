// `evaluate` from configuration to result: the model that answers rows, or gives their loss.

import Arguments
package import Configuration
package import DataParallel
import Datasets
import Evaluation
import JSON
import Metrics
import Models
import Tasks
import Training

/// What an evaluation found, and how long it took.
package struct EvaluationOutcome {
    let estimates: [MetricValue]
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
    /// Which rows stand in the training file, and how that is said; nil where it is not known.
    var leakage: FoundLeakage?
}

/// What is evaluated when there is no model.
package struct PredictionFiles {
    /// Files with a prediction a row; none for an evaluation of a model.
    let predictionsFile: [String]
    /// Files with the references of the same rows.
    let referencesFile: [String]
    let predictionColumn: String
    /// nil for `reference`, or the task's own column.
    let referenceColumn: String?
    /// Labels of a classifier between commas; nil for those of the references.
    let labels: String?

    package var isGiven: Bool { !predictionsFile.isEmpty }

    package init(
        predictionsFile: [String], referencesFile: [String], predictionColumn: String,
        referenceColumn: String?, labels: String?
    ) {
        (self.predictionsFile, self.referencesFile) = (predictionsFile, referencesFile)
        (self.predictionColumn, self.referenceColumn) = (predictionColumn, referenceColumn)
        self.labels = labels
    }
}

/// One evaluation on one rank.
package struct EvaluationJob {
    private(set) var configuration: RunConfiguration
    let files: PredictionFiles
    /// Another run, to compare with.
    let compare: String?
    let group: any ProcessGroup
    var data: DataArguments { configuration.data }
    var directory: String { configuration.model.outputDir }
    var batchRows: Int { configuration.training.perDeviceEvalBatchSize }

    /// `compare` names another run to compare with.
    package init(
        _ configuration: RunConfiguration, files: PredictionFiles, compare: String?,
        group: any ProcessGroup
    ) {
        (self.configuration, self.files, self.compare, self.group) = (configuration, files, compare, group)
    }

    /// The result on rank 0, nil on the others. Collective.
    package func run() throws -> EvaluationOutcome? {
        var job = self
        try job.chooseRows()
        let outcome = files.isGiven ? try job.predictionsInFile() : try job.answers()
        return group.rank == 0 ? outcome : nil
    }

    /// Leaves out rows without a text or reference, and those behind the first so many.
    private mutating func chooseRows() throws {
        if files.isGiven { configuration.data.validationFiles = files.referencesFile }
        guard files.isGiven else {
            let (chosen, notes) = try configuration.choosingValidationRows()
            configuration = chosen
            return Messages.note(notes, group)
        }
        let (name, takesEmptyTexts) = (referenceColumn, task.takesEmptyReferences)
        let takesEmptyLists = task.answersLabels || takesEmptyTexts
        let survey = try RowSurvey(
            data.rows(of: files.referencesFile),
            needs: { row in
                let column = FilePredictor.column(of: row, named: name)
                // A line of a text file is a reference, and an empty text may say that there is no answer.
                if row.isLine || takesEmptyTexts && row[column] == .string("") { return [] }
                return [NeededColumn(column, takesEmptyList: takesEmptyLists)]
            })
        try survey.check(files.referencesFile, skips: data.onEmptyRow == .skip)
        configuration.data.validationSelection = survey.rows(limit: data.maxEvalSamples)
        Messages.note([survey.warning(files.referencesFile)].compactMap(\.self), group)
    }

    /// The column of the references in a file.
    var referenceColumn: String { files.referenceColumn ?? task.referenceColumn(data) }

    /// The rows that are evaluated.
    func references() throws -> RowReader {
        try data.rows(of: data.validationFiles, data.validationSelection)
    }

    private var task: any TaskDefinition { configuration.task.definition }

    /// What the model answers, or the loss of what it should have answered.
    private func answers() throws -> EvaluationOutcome {
        guard task.answersRows(configuration.training.generation) else { return try losses() }
        let answering = try task.taskPredictor(configuration, group: group)
        let (predictor, column) = (answering.predictor, answering.labelColumn)
        return try rows(
            answering, kind: scoring(predictor, labels: answering.labels),
            reader: PredictedRowReader(predictor: predictor, labels: answering.labels) { _ in column },
            batchRows: batchRows)
    }

    /// How answers are scored: by labels, or as the task's texts are. Collective.
    func scoring(
        _ predictor: any Predictor, labels: LabelMap?
    ) throws -> RowEvaluation.Kind {
        try labels.map { .labels($0.head) }
            ?? task.textScoring(predictor, rows: references(), group: group)
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .seconds(1)
    }
}
