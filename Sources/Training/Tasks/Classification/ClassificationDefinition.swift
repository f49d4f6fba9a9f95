// The tasks of classification and regression: of texts, pairs of texts, and images.

package import Arguments
package import Checkpoints
package import DataParallel
package import Datasets
internal import Evaluation
internal import Layers
package import Models
internal import Phrases
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

    package func neededColumns(
        of row: Row, _ run: RunArguments, withReferences: Bool
    ) -> [NeededColumn] {
        let data = run.data
        let inputs =
            readsImages ? [data.imageColumn] : [data.textColumn] + (data.textPairColumn.map { [$0] } ?? [])
        return inputs.map { NeededColumn($0) }
            + (withReferences ? [NeededColumn(data.labelColumn, takesEmptyList: true)] : [])
    }

    package func inputColumn(_ data: DataArguments) -> String? {
        readsImages ? data.imageColumn : data.textPairColumn == nil ? data.textColumn : nil
    }

    package func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport) {
        try ModelLoader.loadTrainable(.classifier(nil), directory: directory)
    }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        let (data, arguments) = (run.data, run.training)
        // Of all rows, so that a fold knows every label.
        let source = try ExampleSource(run, group: group)
        let (labels, remarks) = try source.labels(data)
        let positive = try labels.positive(data.positiveLabel)
        let loaded = try ModelBroadcast.classifier(
            run.model, head: labels.head, seed: arguments.seed,
            overrides: arguments.configurationOverrides, through: group)
        try PreparedTask.adapt(loaded.model, loaded.report, arguments, group)
        let reader = try ClassificationReaders.make(run, loaded.model)
        func inputs(_ rows: RowReader) throws -> any ModelInputs {
            let inputs = try reader.inputs(of: rows, labels: labels, from: source)
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
            positive: positive, group: group, batchRows: arguments.perDeviceEvalBatchSize)
        let names = labels.labels.prefix(12).joined(separator: ", ") + (labels.count > 12 ? ", …" : "")
        let isBinary = labels.problemType == .singleLabel && labels.count == 2 && validation != nil
        let kind =
            "\(labels.problemType.rawValue): \(labels.count, "output") (\(names))"
            + (isBinary ? "; f1 is that of \(labels.labels[positive]) (positive_label)" : "")
        return PreparedTask(
            task: task,
            notes: (loaded.report?.lines ?? []) + [
                kind, PreparedTask.rows(examples.examples, validation?.examples),
            ] + remarks + PreparedTask.cuts(examples.examples, "max_seq_length", data.sequenceLength)
                + [weighting?.line(labels.head)].compactMap(\.self))
    }

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        let setup = try ClassifierSetup(run, group: group)
        var answering = TaskPredictor(
            predictor: try ClassificationPredictor(model: setup.model, reader: setup.reader))
        var labels = try LabelMap(setup.model.head)
        labels.positive = try labels.positive(run.data.positiveLabel)
        answering.labels = labels
        answering.labelColumn = setup.reader.labelColumn
        answering.weights = [setup.model.parameters.values]
        return answering
    }
}
