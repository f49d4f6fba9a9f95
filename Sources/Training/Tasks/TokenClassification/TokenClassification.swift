// The task of labelling the words of a text: named entities, personal data.

package import Arguments
package import Checkpoints
package import DataParallel
package import Datasets
package import Evaluation
internal import JSON
internal import Layers
package import Models
internal import Phrases
internal import Tokenizers
internal import Training

/// `token-classification`.
package struct TokenClassification: TaskDefinition {
    package var name: ModelArguments.TaskName { .tokenClassification }
    package var keyScopes: Set<KeyScope> { [.text, .labels, .tags, .sequences, .encoders, .crossEntropy] }
    package func referenceColumn(_ data: DataArguments) -> String { data.labelColumn }
    package func answersRows(_ generation: GenerationArguments) -> Bool { true }

    package func neededColumns(
        of row: Row, _ run: RunArguments, withReferences: Bool
    ) -> [NeededColumn] {
        let columns = TagColumns(run.data)
        return [NeededColumn(columns.textColumn(of: row))]
            + (withReferences
                ? columns.presentLabelColumns(of: row).map { NeededColumn($0, takesEmptyList: true) } : [])
    }

    package func inputColumn(_ data: DataArguments) -> String? { data.textColumn }

    package func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport) {
        try ModelLoader.loadTrainable(.tokens(nil), directory: directory)
    }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        let (data, arguments) = (run.data, run.training)
        // Of all rows, so that a fold knows every tag.
        let source = try ExampleSource(run, group: group)
        let found = try source.tags(data)
        let (model, report) = try ModelBroadcast.tokenClassifier(
            run.model, head: found.head, seed: arguments.seed, overrides: arguments.configurationOverrides,
            through: group)
        try PreparedTask.adapt(model, report, arguments, group)
        let reader = try reader(run, model, isTraining: true)
        func rows(_ rows: RowReader) throws -> TaggedRows {
            let rows = try reader.rows(rows, from: source)
            try rows.examples.validate(for: model)
            return rows
        }
        let training = try rows(data.trainingRows())
        let validation = try data.validationRows().map { try rows($0) }
        let tags = reader.tags
        let weighting = try LossWeighting(
            arguments, head: tags.head, counts: training.tagCounts(tags.tags.count)
        ) { name in EntityTag(name).flatMap(tags.id(of:)) }
        let task = TaggingTask(
            model: model, tags: tags, training: training, validation: validation, weighting: weighting,
            group: group, batchRows: arguments.perDeviceEvalBatchSize)
        let labels = reader.tags.entityLabels
        return PreparedTask(
            task: task,
            notes: (report?.lines ?? []) + [
                "\(reader.tags.tags.count, "tag") of \(labels.count, "entity", "entities")"
                    + " (\(labels.joined(separator: ", ")))",
                PreparedTask.rows(training.examples, validation?.examples),
            ] + [weighting?.line(tags.head)].compactMap(\.self)
                + [("training", training), ("validation", validation)].compactMap { name, rows in
                    guard let rows, rows.cutRows > 0 else { return nil }
                    return "\(rows.cutRows, "\(name) row is", "\(name) rows are") longer than "
                        + "max_seq_length: of their ends "
                        + "\(rows.lostWords, "word is", "words are") left out"
                })
    }

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        InferenceSetup.applyThreadPlan(run.training, group)
        let model = try ModelBroadcast.tokenClassifier(run.model, head: nil, seed: 0, through: group).model
        try InferenceSetup.applyPrecision(run.training, to: model, group)
        var answering = TaskPredictor(
            predictor: TaggingPredictor(model: model, reader: try reader(run, model, isTraining: false)))
        answering.weights = [model.parameters.values]
        return answering
    }

    package func textScoring(
        _ predictor: any Predictor, rows: RowReader, group: any ProcessGroup
    ) throws -> RowEvaluation.Kind {
        guard let predictor = predictor as? TaggingPredictor else {
            throw TrainingError(
                "task: token-classification is evaluated by a model, not by predictions_file; set"
                    + " model_name_or_path"
            )
        }
        return .entities(labels: predictor.tags.entityLabels)
    }

    private func reader(
        _ run: RunArguments, _ model: TokenClassifier, isTraining: Bool
    ) throws -> TagReader {
        let directory = run.model.directory
        let tags = try TagSet(model.head, directory: directory, isNumbered: !isTraining)
        return TagReader(
            tokenizer: try TokenizerLoader.load(directory: directory), tags: tags, run.data,
            directory: directory)
    }
}

extension ModelBroadcast {
    /// The classifier of tokens of a recipe with `head`, or, with nil, with its own. Collective.
    fileprivate static func tokenClassifier(
        _ source: ModelArguments, head: ClassificationHead?, seed: UInt64,
        overrides: JSONObject = [:], through group: any ProcessGroup
    ) throws -> (model: TokenClassifier, report: LoadReport?) {
        // Rank 0 decides about the head; the others find it in the configuration that they get.
        let head = group.rank == 0 ? head : nil
        return try load(
            source, as: { .tokens(head ?? $0) }, seed: seed, overrides: { _ in overrides }, through: group)
    }
}
