// Low-rank adapters in PEFT's file format: adapter_config.json and adapter_model.safetensors.

internal import Foundation
internal import JSON
internal import Layers
package import Models
internal import Safetensors
internal import Tensors

/// A directory with adapters of a model that lies elsewhere, as PEFT's `save_pretrained` writes it.
///
/// Beside PEFT's two files, `write` puts the config.json of the adapted model, which names a classifier's
/// labels; PEFT does not need it.
package struct AdapterDirectory: Sendable {
    static let configurationFile = "adapter_config.json"
    static let weightsFile = "adapter_model.safetensors"
    /// What PEFT puts before the names of the base model.
    static let prefix = "base_model.model."

    package let directory: String
    /// Directory of the base model: `base_model_name_or_path`, taken relative to the current directory or, if
    /// there is no such directory, to the adapter's.
    package let base: String
    /// The head of the adapted model, if the directory describes one.
    package let head: ClassificationHead?
    let options: LoRAOptions

    /// Reads the configuration. nil when `directory` holds no adapter, or a whole model besides. Throws when
    /// the configuration asks for something that is not supported or names no base model.
    package init?(_ directory: String) throws(CheckpointError) {
        let path = directory + "/" + Self.configurationFile
        guard DurableFiles.exists(path),
            !DurableFiles.exists(directory + "/" + ModelDirectory.weightsFile)
        else { return nil }
        self.directory = directory
        let json = try ModelConfigurationFile.object(path)
        options = try AdapterConfiguration.options(json, path: path)
        guard let name = json["base_model_name_or_path"]?.string, !name.isEmpty else {
            throw .badConfiguration(
                "base_model_name_or_path", found: "missing", expected: "the path of the base model", in: path)
        }
        let places = [name, directory + "/" + name]
        guard let base = places.first(where: DurableFiles.isDirectory) else {
            throw .noBaseModel(name, in: path)
        }
        self.base = base
        let hasHead = DurableFiles.exists(directory + "/" + ModelDirectory.configurationFile)
        head = hasHead ? ClassificationHead(try ModelConfigurationFile(directory: directory).json) : nil
    }

    /// Adds the adapters to `model`, which was loaded from `base`, reads them and merges them into its
    /// weights. `required` are parameters that the base model did not bring, so that the adapter must. Throws
    /// when a tensor fits no module of the model, and the errors of the file format.
    package func apply(to model: any TrainableModel, required: [String] = []) throws(CheckpointError) {
        let files = try Self.weights(in: directory)
        let names = Set(files.tensorNames.map(Self.bare))
        let lost = required.filter { !names.contains($0) }
        guard lost.isEmpty else { throw .neverFineTuned(directory, missing: lost) }
        let parts = model.parameters.layout.slots.filter(\.isLinear).flatMap { slot in
            slot.tensors.map { (slot: slot.index, tensor: $0) }
        }
        let wanted = parts.filter {
            names.contains(LoRAAdapter.module(of: $0.tensor) + ".lora_A.weight")
        }
        model.parameters.addAdapters(wanted, options)
        try Self.read(files, directory: directory, into: model)
        model.parameters.mergeAdapters()
    }

    /// Fills the adapters of `model` and what was trained beside them.
    static func read(directory: String, into model: any TrainableModel) throws(CheckpointError) {
        try read(weights(in: directory), directory: directory, into: model)
    }

    private static func weights(in directory: String) throws(CheckpointError) -> SafetensorsCollection {
        do {
            return SafetensorsCollection(file: try SafetensorsFile(path: directory + "/" + weightsFile))
        } catch { throw CheckpointError(error) }
    }

    /// A name without PEFT's prefix.
    private static func bare(_ name: String) -> String {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    private static func read(
        _ files: SafetensorsCollection, directory: String, into model: any TrainableModel
    ) throws(CheckpointError) {
        let path = directory + "/" + weightsFile
        var fileNames: [String: String] = [:]
        for name in files.tensorNames { fileNames[bare(name)] = name }
        var matches: [TensorAssignment.Match] = []
        var missing: [String] = []
        for slot in model.parameters.layout.slots {
            for tensor in slot.tensors {
                if let fileName = fileNames.removeValue(forKey: tensor.name) {
                    matches.append(.init(slot: slot, tensor: tensor, fileName: fileName))
                } else if slot.adaptedSlot != nil {
                    missing.append(prefix + tensor.name)
                }
            }
        }
        guard missing.isEmpty, fileNames.isEmpty else {
            throw .adapterUnmatched(missing: missing, surplus: fileNames.values.sorted(), in: path)
        }
        for match in matches {
            let shape = try files.checkpointShape(of: match.fileName)
            guard shape == match.tensor.shape else {
                throw .adapterUnmatched(
                    missing: ["\(match.fileName) of shape \(match.tensor.shape)"],
                    surplus: ["\(match.fileName) of shape \(shape)"], in: path)
            }
            try WeightReader(parameters: model.parameters).read(match, from: files)
        }
    }

    /// Bytes that `write` needs at most, without the tokenizer's files.
    static func byteCount(_ model: any TrainableModel) -> Int {
        4 * model.parameters.trainable.layout.parameterCount + 1_000_000
    }

    /// Writes the adapters of `model` and what was trained beside them, config.json and the tokenizer files
    /// of `source`. `base` becomes `base_model_name_or_path`. Each file is whole or not there after a crash.
    package static func write(
        model: any TrainableModel, base: String, to directory: String, tokenizerFilesFrom source: String
    ) throws(CheckpointError) {
        try DurableFiles.createDirectory(directory)
        try DurableFiles.requireSpace(byteCount(model), in: directory)
        var writer = SafetensorsWriter()
        for slot in model.parameters.layout.slots where slot.isTrainable {
            for tensor in slot.tensors {
                writer.add(
                    prefix + tensor.name, shape: tensor.shape,
                    tensor: WeightReader.stored(tensor, of: slot, in: model.parameters))
            }
        }
        try ModelDirectory.write(writer, as: weightsFile, in: directory)
        try ModelDirectory.copyTokenizer(from: source, to: directory)
        let documents = [
            (ModelDirectory.configurationFile, model.configurationJSON),
            (configurationFile, AdapterConfiguration.json(model, base: base)),
        ]
        for (name, json) in documents {
            try DurableFiles.write(json.serialized(), to: directory + "/" + name)
        }
        try DurableFiles.synchronize(directory)
    }
}
