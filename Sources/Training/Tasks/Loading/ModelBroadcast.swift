// Brings a model from rank 0's disk to every rank.

package import Arguments
package import Checkpoints
package import DataParallel
import Foundation
import Layers
package import Models
import Training

/// Rank 0 reads, or draws random weights where the recipe has no pretrained model; the others receive. Adapters in the
/// directory are merged into their base model.
package enum ModelBroadcast {
    /// The classifier of a recipe with `head`, or with its own head when nil. `overrides` replace keys of config.json.
    /// The report is rank 0's. Collective.
    static func classifier(
        _ source: ModelArguments, head: ClassificationHead?, seed: UInt64,
        overrides: [String: JSONValue] = [:], through group: any ProcessGroup
    ) throws -> (model: any SequenceClassifier, report: LoadReport?) {
        try load(
            Source(arguments: source, seed: seed, overrides: overrides), through: group,
            reading: { folder, adapterHead in
                try PretrainedModel.load(
                    directory: folder, head: head ?? adapterHead, classifierSeed: seed, overrides: overrides)
            },
            empty: { json, file in
                try PretrainedModel.empty(json, head: group.rank == 0 ? head : nil, file: file)
            }, as: { $0 })
    }

    /// The causal language model of a recipe. Collective.
    package static func causal(
        _ source: ModelArguments, seed: UInt64, overrides: [String: JSONValue] = [:],
        through group: any ProcessGroup
    ) throws -> (model: any LanguageModel, report: LoadReport?) {
        try load(
            Source(arguments: source, seed: seed, overrides: overrides), through: group,
            reading: { folder, _ in
                try PretrainedModel.causalLanguageModel(directory: folder, overrides: overrides)
            }, empty: PretrainedModel.emptyCausalLanguageModel, as: { $0 })
    }

    /// The masked language model of a recipe; a head that is missing is initialised. Collective.
    static func masked(
        _ source: ModelArguments, seed: UInt64, overrides: [String: JSONValue] = [:],
        through group: any ProcessGroup
    ) throws -> (model: any LanguageModel, report: LoadReport?) {
        try load(
            Source(arguments: source, seed: seed, overrides: overrides), through: group,
            reading: { folder, _ in
                try PretrainedModel.maskedLanguageModel(
                    directory: folder, headSeed: seed, overrides: overrides)
            }, empty: PretrainedModel.emptyMaskedLanguageModel, as: { $0 })
    }

    /// Where a model comes from.
    struct Source {
        let arguments: ModelArguments
        let seed: UInt64
        let overrides: [String: JSONValue]
    }

    static func load<Model>(
        _ source: Source, through group: any ProcessGroup,
        reading read: (String, ClassificationHead?) throws -> (model: Model, report: LoadReport),
        empty: (JSONValue, String) throws -> Model, as trainable: (Model) -> any TrainableModel
    ) throws -> (model: Model, report: LoadReport?) {
        let directory = source.arguments.directory
        return try deliver(
            through: group,
            reading: {
                guard source.arguments.startsUntrained else {
                    return try adapted(directory, head: nil, reading: read, as: trainable)
                }
                return try PretrainedModel.untrained(
                    directory: directory, seed: source.seed, overrides: source.overrides, make: empty,
                    as: trainable)
            },
            empty: { try empty($0, directory + "/config.json") }, as: trainable)
    }

    /// Rank 0's model on every rank: the others make an empty one from its config.json, and get its weights. Collective.
    static func deliver<Model, Report>(
        through group: any ProcessGroup, reading read: () throws -> (model: Model, report: Report),
        empty: (JSONValue) throws -> Model, as trainable: (Model) -> any TrainableModel
    ) throws -> (model: Model, report: Report?) {
        var configuration: [UInt8] = []
        if group.rank == 0 {
            let loaded = try read()
            configuration = try trainable(loaded.model).configurationJSON.serialized()
            try group.broadcast(&configuration, from: 0)
            try ParameterBroadcast.run(trainable(loaded.model).parameters.values, through: group)
            return (loaded.model, loaded.report)
        }
        try group.broadcast(&configuration, from: 0)
        let model = try empty(JSONValue(parsing: configuration))
        try ParameterBroadcast.run(trainable(model).parameters.values, through: group)
        return (model, nil)
    }

    /// The model in `directory`, or the base model of the adapters there with these merged into it. `head` is that of an
    /// adapter, whose base model knows nothing of it.
    private static func adapted<Model>(
        _ directory: String, head: ClassificationHead?,
        reading read: (String, ClassificationHead?) throws -> (model: Model, report: LoadReport),
        as trainable: (Model) -> any TrainableModel
    ) throws -> (model: Model, report: LoadReport) {
        guard let adapter = try AdapterDirectory(directory) else { return try read(directory, head) }
        let loaded = try adapted(adapter.base, head: adapter.head ?? head, reading: read, as: trainable)
        try adapter.apply(to: trainable(loaded.model), required: loaded.report.newHead)
        return loaded
    }

    /// The same names on every rank: those that rank 0 has. Collective.
    static func share(_ names: [String], through group: any ProcessGroup) throws -> Set<String> {
        var bytes = Array(names.joined(separator: "\n").utf8)
        try group.broadcast(&bytes, from: 0)
        return Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    }
}
