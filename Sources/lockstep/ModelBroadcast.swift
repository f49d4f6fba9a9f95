// Brings a model from rank 0's disk to every rank.

import Checkpoints
import DataParallel
import Foundation
import Layers
import Models

/// Rank 0 reads, the others receive.
enum ModelBroadcast {
    /// The model in `directory` with `head`, or with its own head when nil. `overrides` replace keys of config.json.
    /// Adapters in `directory` are merged into their base model. The report is rank 0's; the others' names the same
    /// model without what was read. Collective.
    static func load(
        directory: String, head: ClassificationHead?, seed: UInt64, overrides: [String: JSONValue] = [:],
        through group: any ProcessGroup
    ) throws -> (model: any SequenceClassifier, report: LoadReport?) {
        var configuration: [UInt8] = []
        if group.rank == 0 {
            let loaded = try read(directory, head: head, seed: seed, overrides: overrides)
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

    private static func read(
        _ directory: String, head: ClassificationHead?, seed: UInt64, overrides: [String: JSONValue]
    ) throws -> (model: any SequenceClassifier, report: LoadReport) {
        guard let adapter = try AdapterDirectory(directory) else {
            return try PretrainedModel.load(
                directory: directory, head: head, classifierSeed: seed, overrides: overrides)
        }
        let loaded = try read(adapter.base, head: head ?? adapter.head, seed: seed, overrides: overrides)
        try adapter.apply(to: loaded.model, required: loaded.report.newHead)
        return loaded
    }

    /// The same names on every rank: those that rank 0 has. Collective.
    static func share(_ names: [String], through group: any ProcessGroup) throws -> Set<String> {
        var bytes = Array(names.joined(separator: "\n").utf8)
        try group.broadcast(&bytes, from: 0)
        return Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    }
}
