// Brings a model from rank 0's disk to every rank.

package import Arguments
package import Checkpoints
package import DataParallel
import Foundation
package import JSON
import Layers
package import Models
import Training

/// Rank 0 reads, or draws random weights where the recipe has no pretrained model; the others receive.
/// Adapters in the directory are merged into their base model.
package enum ModelBroadcast {
    /// The classifier of a recipe with `head`, or with its own head when nil. `overrides` replace keys of
    /// config.json. The report is rank 0's. Collective.
    package static func classifier(
        _ source: ModelArguments, head: ClassificationHead?, seed: UInt64,
        overrides: JSONObject = [:], through group: any ProcessGroup
    ) throws -> (model: any SequenceClassifier, report: LoadReport?) {
        // Rank 0 decides about the head; the others find it in the configuration that they get.
        let head = group.rank == 0 ? head : nil
        return try load(
            source, as: { .classifier(head ?? $0) }, seed: seed, overrides: { _ in overrides },
            through: group)
    }

    /// The causal language model of a recipe. Collective.
    package static func causal(
        _ source: ModelArguments, seed: UInt64, overrides: JSONObject = [:],
        through group: any ProcessGroup
    ) throws -> (model: any LanguageModel, report: LoadReport?) {
        try load(
            source, as: { _ in .causal }, seed: seed, overrides: { _ in overrides }, through: group)
    }

    /// The masked language model of a recipe; a head that is missing is initialised. Collective.
    static func masked(
        _ source: ModelArguments, seed: UInt64, overrides: JSONObject = [:],
        through group: any ProcessGroup
    ) throws -> (model: any LanguageModel, report: LoadReport?) {
        try load(
            source, as: { _ in .masked }, seed: seed, overrides: { _ in overrides }, through: group)
    }

    /// A model of any kind. `kind` gets the head of an adapter, whose base model knows nothing of it;
    /// `overrides` gets the directory whose config.json they are for, or nil for a model that starts from
    /// random weights.
    static func load<Model>(
        _ source: ModelArguments, as kind: (ClassificationHead?) -> ModelHead<Model>, seed: UInt64,
        overrides: (String?) throws -> JSONObject, through group: any ProcessGroup
    ) throws -> (model: Model, report: LoadReport?) {
        let directory = source.directory
        return try deliver(
            kind(nil), file: directory + "/config.json", through: group,
            reading: {
                guard source.startsUntrained else {
                    return try adapted(directory, head: nil, as: kind) { folder, head in
                        try ModelLoader.load(
                            kind(head), directory: folder, overrides: overrides(folder), seed: seed,
                            readsWeights: source.readsWeights)
                    }
                }
                return try ModelLoader.untrained(
                    kind(nil), directory: directory, overrides: overrides(nil), seed: seed,
                    drawsWeights: source.readsWeights)
            })
    }

    /// Rank 0's model on every rank: the others make an empty one from its config.json, and get its weights.
    /// Collective. `file` is named in errors.
    static func deliver<Model, Report>(
        _ kind: ModelHead<Model>, file: String, through group: any ProcessGroup,
        reading read: () throws -> (model: Model, report: Report)
    ) throws -> (model: Model, report: Report?) {
        var configuration: [UInt8] = []
        if group.rank == 0 {
            let loaded = try read()
            configuration = kind.trainable(loaded.model).configurationJSON.serialized()
            try group.broadcast(&configuration, from: 0)
            try ParameterBroadcast.run(kind.trainable(loaded.model).parameters.values, through: group)
            return (loaded.model, loaded.report)
        }
        try group.broadcast(&configuration, from: 0)
        let model = try ModelLoader.empty(kind, JSONValue(parsing: configuration), file: file)
        try ParameterBroadcast.run(kind.trainable(model).parameters.values, through: group)
        return (model, nil)
    }

    /// The model in `directory`, or the base model of the adapters there with these merged into it. `head` is
    /// that of an adapter, whose base model knows nothing of it.
    private static func adapted<Model>(
        _ directory: String, head: ClassificationHead?, as kind: (ClassificationHead?) -> ModelHead<Model>,
        reading read: (String, ClassificationHead?) throws -> (model: Model, report: LoadReport)
    ) throws -> (model: Model, report: LoadReport) {
        guard let adapter = try AdapterDirectory(directory) else { return try read(directory, head) }
        let own = adapter.head ?? head
        var loaded = try adapted(adapter.base, head: own, as: kind, reading: read)
        loaded.model = try adapter.applied(to: loaded.model, as: kind(own), report: &loaded.report)
        return loaded
    }

    /// The same names on every rank: those that rank 0 has. Collective.
    static func share(_ names: [String], through group: any ProcessGroup) throws -> Set<String> {
        var bytes = Array(names.joined(separator: "\n").utf8)
        try group.broadcast(&bytes, from: 0)
        return Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    }
}
