// `evaluate` without a model: the predictions of one file against the references of another.

import Arguments
import Configuration
import Datasets
import Evaluation
import Foundation
import Models
import Tasks
import Training

extension EvaluationJob {
    /// Rows that are scattered to a rank at once.
    private static let batchRows = 256

    /// Scores predictions that stand in files. Collective.
    func predictionsInFile() throws -> EvaluationOutcome {
        let task = configuration.task.definition
        let column = referenceColumn
        let map = task.answersLabels ? try labels(referenceColumn: column) : nil
        let predictor = try FilePredictor(
            predictions: files.predictionsFile, column: files.predictionColumn,
            references: files.referencesFile, referenceColumn: column, labels: map,
            selection: data.validationSelection, skipsEmpty: data.onEmptyRow == .skip
        ) { try task.writtenReference(of: $0, columns(naming: column)) }
        var answering = TaskPredictor(predictor: predictor)
        answering.labels = map
        return try rows(
            answering, kind: scoring(predictor, labels: map),
            reader: PredictedRowReader(predictor: predictor, labels: map) { predictor.column(of: $0) },
            batchRows: Self.batchRows)
    }

    /// The columns of the references; a column that was named holds messages if it holds no text.
    private func columns(naming column: String) -> DataArguments {
        var data = data
        if files.referenceColumn != nil { data.messagesColumn = column }
        return data
    }

    /// The labels that were given, else those of the references.
    private func labels(referenceColumn: String) throws -> LabelMap {
        if let labels = files.labels {
            let names = labels.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            return try named(LabelMap(labels: names, problemType: data.problemType ?? .singleLabel))
        }
        let references = try references()
        let first = try references.makeIterator().next()
        let column = first.map { FilePredictor.column(of: $0, named: referenceColumn) }
        return try named(
            LabelMap(of: references, column: column ?? referenceColumn, problemType: data.problemType))
    }

    /// With the label that `positive_label` names.
    private func named(_ labels: LabelMap) throws -> LabelMap {
        var labels = labels
        labels.positive = try labels.positive(data.positiveLabel)
        return labels
    }
}
