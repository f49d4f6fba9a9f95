// What `evaluate` and `predict` share: a fine-tuned classifier on all ranks, with the reader of its rows.

import Arguments
import Configuration
import DataParallel
import Datasets
import Models
import Tasks
import Training

/// A fine-tuned classifier ready for use on every rank.
struct InferenceJob {
    let model: any SequenceClassifier
    let reader: any ClassificationReader

    /// Loads on rank 0 and broadcasts. Collective.
    init(_ configuration: RunConfiguration, group: any ProcessGroup) throws {
        Self.applyThreadPlan(configuration, group)
        model = try ModelBroadcast.classifier(
            configuration.model, head: nil, seed: 0, through: group
        ).model
        try Self.applyPrecision(configuration, to: model, group)
        reader = try ClassificationReaders.make(configuration, model)
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
}
