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
    let configuration: AdapterConfiguration

    /// Reads the configuration. nil when `directory` holds no adapter, or a whole model besides. Throws when
    /// the configuration asks for something that is not supported or names no base model.
    package init?(_ directory: String) throws(CheckpointError) {
        let path = directory + "/" + Self.configurationFile
        guard DurableFiles.exists(path),
            !DurableFiles.exists(directory + "/" + ModelDirectory.weightsFile)
        else { return nil }
        self.directory = directory
        let json = try ModelConfigurationFile.object(path)
        configuration = try AdapterConfiguration(json, path: path)
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

    /// Adds the adapters to `model`, which was loaded from `base` as a `head`, reads them and merges them
    /// into its weights. Where they change embeddings and the output layer that is tied to these apart, as
    /// PEFT has them, the result is another model, which is not tied; `report` says so then.
    ///
    /// Parameters that the base model did not bring must be among those of the adapter. Throws when a tensor
    /// fits no module of the model, and the errors of the file format.
    package func applied<Model>(
        to model: Model, as head: ModelHead<Model>, report: inout LoadReport
    ) throws(CheckpointError) -> Model {
        let tensors = try AdapterTensors(directory)
        var model = model
        let isTying = configuration.ensuresTying
        if let tied = tensors.untied(of: head.trainable(model), ensuresTying: isTying) {
            model = try ModelLoader.untied(head, model, file: directory + "/" + Self.configurationFile)
            report.untiedTensor = tied
        }
        let changed = try apply(to: head.trainable(model), required: report.newHead)
        report.changedFiles += changed
        return model
    }

    /// The same for a model that stays as it is. `required` are parameters that the base model did not bring,
    /// so that the adapter must. Returns the files beside the weights that are not those of the directory's
    /// manifest.
    @discardableResult
    package func apply(
        to model: any TrainableModel, required: [String] = []
    ) throws(CheckpointError) -> [String] {
        let changedFiles = try Manifest.changedFiles(ofModelIn: directory)
        var tensors = try AdapterTensors(directory)
        let lost = required.filter { !tensors.contains($0) }
        guard lost.isEmpty else { throw .neverFineTuned(directory, missing: lost) }
        if configuration.ensuresTying { tensors.dropCopies(of: model) }
        let merging = AdapterMerging(model: model, configuration: configuration, path: tensors.path)
        try merging.addAdapters(tensors)
        let biases = tensors.takeAdapterBiases(of: model)
        try merging.replaceTokens(&tensors)
        try tensors.read(into: model)
        try merging.takeOffStart()
        try merging.add(biases, from: tensors)
        model.parameters.mergeAdapters()
        return changedFiles
    }

    /// Fills the adapters of `model` and what was trained beside them.
    static func read(directory: String, into model: any TrainableModel) throws(CheckpointError) {
        var tensors = try AdapterTensors(directory)
        tensors.dropCopies(of: model)
        try tensors.read(into: model)
    }

    /// Tensors beside those of the trained slots that PEFT expects in the file: of an output layer that is
    /// tied to embeddings which are trained, or have an adapter.
    static func tiedCopies(_ model: any TrainableModel) -> [(name: String, tensor: Tensor, shape: [Int])] {
        let parameters = model.parameters
        return model.tiedTensors.flatMap { tied -> [(name: String, tensor: Tensor, shape: [Int])] in
            guard tied.copy.hasSuffix(".weight"),
                let slot = parameters.layout.slots.first(where: { slot in
                    slot.tensors.contains { $0.name == tied.original }
                })
            else { return [] }
            var copies: [(name: String, tensor: Tensor, shape: [Int])] = []
            if slot.isTrainable {
                copies.append((tied.copy, parameters.value(slot.index), [slot.rows, slot.columns]))
            }
            let module = String(tied.copy.dropLast(".weight".count))
            for adapter in parameters.adapters[slot.index] ?? [] {
                let (a, b) = (parameters.value(adapter.up), parameters.value(adapter.down))
                copies.append((module + ".lora_A.weight", WeightReader.transposed(a), [a.columns, a.rows]))
                copies.append((module + ".lora_B.weight", b, [b.rows, b.columns]))
            }
            return copies
        }
    }

    /// Bytes that `write` needs at most, without the tokenizer's files.
    static func byteCount(_ model: any TrainableModel) -> Int {
        let copies = tiedCopies(model).reduce(0) { $0 + $1.tensor.count }
        return 4 * (model.parameters.trainable.layout.parameterCount + copies) + 1_000_000
    }

    /// Writes the adapters of `model` and what was trained beside them, config.json and the tokenizer files
    /// of `source`. `base` becomes `base_model_name_or_path`. Each file is whole or not there after a crash.
    package static func write(
        model: any TrainableModel, base: String, to directory: String, tokenizerFilesFrom source: String
    ) throws(CheckpointError) {
        try DurableFiles.createDirectory(directory)
        try DurableFiles.requireSpace(byteCount(model), in: directory)
        try ModelDirectory.write(weights(of: model), as: weightsFile, in: directory)
        try ModelDirectory.copyTokenizer(from: source, to: directory)
        for (name, json) in documents(of: model, base: base) {
            try DurableFiles.write(json.serialized(), to: directory + "/" + name)
        }
        try DurableFiles.synchronize(directory)
    }

    /// The adapters and what was trained beside them.
    static func weights(of model: any TrainableModel) -> SafetensorsWriter {
        var writer = SafetensorsWriter()
        for slot in model.parameters.layout.slots where slot.isTrainable {
            for tensor in slot.tensors {
                writer.add(
                    prefix + tensor.name, shape: tensor.shape,
                    tensor: WeightReader.stored(tensor, of: slot, in: model.parameters))
            }
        }
        for copy in tiedCopies(model) {
            writer.add(prefix + copy.name, shape: copy.shape, tensor: copy.tensor)
        }
        return writer
    }

    static func documents(of model: any TrainableModel, base: String) -> [(name: String, json: JSONValue)] {
        [
            (ModelDirectory.configurationFile, model.configurationJSON),
            (configurationFile, AdapterConfiguration.json(model, base: base)),
        ]
    }
}
