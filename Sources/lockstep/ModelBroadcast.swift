// Brings a model from rank 0's disk to every rank.

import Checkpoints
import DataParallel
import Layers
import Models

/// Rank 0 reads, the others receive.
enum ModelBroadcast {
    /// The model in `directory` with `head`, or with its own head when nil. `overrides` replace keys of config.json.
    /// The report is rank 0's; the others' names the same model without what was read. Collective.
    static func load(
        directory: String, head: ClassificationHead?, seed: UInt64, overrides: [String: JSONValue] = [:],
        through group: any ProcessGroup
    ) throws -> (model: any SequenceClassifier, report: LoadReport?) {
        var configuration: [UInt8] = []
        if group.rank == 0 {
            let loaded = try PretrainedModel.load(
                directory: directory, head: head, classifierSeed: seed, overrides: overrides)
            configuration = try loaded.model.configurationJSON.serialized()
            try group.broadcast(&configuration, from: 0)
            try ParameterBroadcast.run(loaded.model.parameters.values, through: group)
            return (loaded.model, loaded.report)
        }
        try group.broadcast(&configuration, from: 0)
        let model = try PretrainedModel.empty(
            JSONValue(parsing: configuration), file: directory + "/config.json")
        try ParameterBroadcast.run(model.parameters.values, through: group)
        return (model, nil)
    }
}
