// The tasks of classification and regression: of texts, pairs of texts, and images.

package import Arguments
internal import Checkpoints
package import DataParallel
internal import Datasets
internal import Evaluation
internal import Models
internal import Training

/// `text-classification`.
package struct TextClassification: ClassificationDefinition {
    package var name: ModelArguments.TaskName { .textClassification }
    package var keyScopes: Set<KeyScope> {
        [.text, .textClassifiers, .labels, .classifiers, .sequences, .encoders, .crossEntropy]
    }
}

/// `image-classification`.
package struct ImageClassification: ClassificationDefinition {
    package var name: ModelArguments.TaskName { .imageClassification }
    package var readsImages: Bool { true }
    package var keyScopes: Set<KeyScope> { [.images, .labels, .classifiers, .encoders, .crossEntropy] }
}

/// What classification is, whatever is classified.
package protocol ClassificationDefinition: TaskDefinition {}

extension ClassificationDefinition {
    package var stratifiesFolds: Bool { true }
    package var answersLabels: Bool { true }
    package func referenceColumn(_ data: DataArguments) -> String { data.labelColumn }
    package func answersRows(_ generation: GenerationArguments) -> Bool { true }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        let (data, arguments) = (run.data, run.training)
        // Of all rows, so that a fold knows every label.
        let labels = try LabelMap(
            of: data.rows(of: data.trainFiles), column: data.labelColumn, problemType: data.problemType)
        let loaded = try ModelBroadcast.classifier(
            run.model, head: labels.head, seed: arguments.seed,
            overrides: arguments.configurationOverrides, through: group)
        try PreparedTask.adapt(loaded.model, loaded.report, arguments, group)
        let reader = try ClassificationReaders.make(run, loaded.model)
        func inputs(_ rows: RowReader) throws -> any ModelInputs {
            let inputs = try reader.inputs(of: rows, labels: labels)
            try inputs.validate(for: loaded.model, rank: group.rank, of: group.size)
            return inputs
        }
        let examples = try inputs(data.trainingRows())
        let validation = try data.validationRows().map { try inputs($0) }
        let weighting = try LossWeighting(
            arguments, head: labels.head, counts: examples.examples.labelCounts(labels.count),
            id: labels.id(of:))
        let task = try ClassificationTask(
            model: loaded.model, training: examples, validation: validation, weighting: weighting,
            group: group, batchRows: arguments.perDeviceEvalBatchSize)
        let names = labels.labels.prefix(12).joined(separator: ", ") + (labels.count > 12 ? ", …" : "")
        let kind = "\(labels.problemType.rawValue): \(labels.count) outputs (\(names))"
        return PreparedTask(
            task: task,
            notes: (loaded.report?.lines ?? []) + [
                kind, PreparedTask.rows(examples.examples, validation?.examples),
            ] + [weighting?.line(labels.head)].compactMap(\.self))
    }

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        let setup = try ClassifierSetup(run, group: group)
        var answering = TaskPredictor(
            predictor: try ClassificationPredictor(model: setup.model, reader: setup.reader))
        answering.labels = try LabelMap(setup.model.head)
        answering.labelColumn = setup.reader.labelColumn
        return answering
    }
}
