// What `evaluate` and `predict` share: a fine-tuned model on all ranks, its tokenizer and its labels.

import Checkpoints
import Configuration
import DataParallel
import Datasets
import Models
import Tokenizers
import Training

/// A fine-tuned model ready for use on every rank.
struct InferenceJob {
    let model: any SequenceClassifier
    let reader: TextClassificationReader
    private let columns: TextColumns

    /// Loads on rank 0 and broadcasts. Collective.
    init(_ configuration: RunConfiguration, group: any ProcessGroup) throws {
        Self.applyThreadPlan(configuration, group)
        let directory = configuration.model.modelNameOrPath
        model = try ModelBroadcast.load(directory: directory, head: nil, seed: 0, through: group).model
        try Self.applyPrecision(configuration, to: model, group)
        columns = TextColumns(configuration.data)
        reader = TextClassificationReader(
            tokenizer: try TokenizerLoader.load(directory: directory), columns: columns)
    }

    /// Takes the threads that the configuration asks for.
    static func applyThreadPlan(_ configuration: RunConfiguration, _ group: any ProcessGroup) {
        let plan = ThreadPlan.apply(requested: configuration.training.threadsPerRank)
        if group.rank == 0, let warning = plan.warning { Messages.warn(warning) }
    }

    /// Takes the number format that the configuration asks for. Collective.
    static func applyPrecision(
        _ configuration: RunConfiguration, to model: any TrainableModel, _ group: any ProcessGroup
    ) throws {
        let fallback = try ComputePrecision.apply(
            bf16: configuration.training.bf16, to: model.parameters, group: group)
        if group.rank == 0, let fallback { Messages.warn(fallback) }
    }

    /// The rows of files with the targets of the model's labels.
    func labelledRows(_ files: [String]) throws -> ExampleStore {
        let store = try reader.examples(RowReader(patterns: files), labels: LabelMap(model.head))
        try store.validate(for: model)
        return store
    }
}
