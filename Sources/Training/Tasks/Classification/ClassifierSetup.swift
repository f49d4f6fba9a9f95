// A fine-tuned classifier on all ranks, with the reader of its rows.

internal import Arguments
internal import DataParallel
internal import Models

/// A fine-tuned classifier ready for use on every rank.
struct ClassifierSetup {
    let model: any SequenceClassifier
    let reader: any ClassificationReader

    /// Loads on rank 0 and broadcasts. Collective.
    init(_ run: RunArguments, group: any ProcessGroup) throws {
        InferenceSetup.applyThreadPlan(run.training, group)
        model = try ModelBroadcast.classifier(run.model, head: nil, seed: 0, through: group).model
        try InferenceSetup.applyPrecision(run.training, to: model, group)
        reader = try ClassificationReaders.make(run, model)
    }
}
