// Writes a model as a Hugging Face directory that other tools load unchanged.

internal import JSON
internal import Layers
package import Models
internal import Safetensors
internal import Tensors

/// Writing of model directories.
package enum ModelDirectory {
    /// Files of a tokenizer, of an image processor and of generation that are copied unchanged, those that
    /// exist.
    package static let tokenizerFiles = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "merges.txt",
        "vocab.json", "added_tokens.json", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model",
        "preprocessor_config.json", "chat_template.jinja",
        "generation_config.json",
    ]
    package static let weightsFile = "model.safetensors"
    package static let configurationFile = "config.json"

    /// Bytes that `write` needs at most, without the tokenizer's files.
    static func byteCount(_ model: any TrainableModel) -> Int {
        4 * model.parameters.layout.parameterCount + 1_000_000
    }

    /// Writes model.safetensors (float32), config.json and the tokenizer files of `source` to `directory`,
    /// which is created when it is missing.
    ///
    /// Every file is written under another name, flushed and renamed: a crash leaves the old file or the new
    /// one. Throws when the disk has no room, `source` is
    /// missing, or a file cannot be read or written.
    package static func write(
        model: any TrainableModel, to directory: String, tokenizerFilesFrom source: String
    ) throws(CheckpointError) {
        guard DurableFiles.isDirectory(source) else { throw .noDirectory(source) }
        let configuration = model.configurationJSON.serialized()
        try DurableFiles.createDirectory(directory)
        try DurableFiles.requireSpace(byteCount(model), in: directory)
        try write(weights(of: model), as: weightsFile, in: directory)
        try copyTokenizer(from: source, to: directory)
        try DurableFiles.write(configuration, to: directory + "/" + configurationFile)
        try DurableFiles.synchronize(directory)
    }

    /// Copies the tokenizer files that `source` has.
    static func copyTokenizer(from source: String, to directory: String) throws(CheckpointError) {
        for name in tokenizerFiles where DurableFiles.exists(source + "/" + name) {
            let bytes = try DurableFiles.bytes(of: source + "/" + name)
            try DurableFiles.write(bytes, to: directory + "/" + name)
        }
    }

    /// All parameters but adapters, which belong to another file.
    static func weights(of model: any TrainableModel) -> SafetensorsWriter {
        var writer = SafetensorsWriter()
        for slot in model.parameters.layout.slots where slot.adaptedSlot == nil {
            for tensor in slot.tensors {
                let values = WeightReader.stored(tensor, of: slot, in: model.parameters)
                writer.add(tensor.name, shape: tensor.shape, tensor: values)
            }
        }
        return writer
    }

    /// Writes a file of tensors whole.
    static func write(
        _ writer: SafetensorsWriter, as name: String, in directory: String
    ) throws(CheckpointError) {
        do {
            try writer.write(to: directory + "/" + name, metadata: ["format": "pt"])
        } catch { throw CheckpointError(error) }
    }
}
