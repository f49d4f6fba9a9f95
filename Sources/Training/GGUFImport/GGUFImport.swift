// From one GGUF file to a Hugging Face directory that any tool loads.

internal import Checkpoints
internal import Files
internal import Foundation
internal import GGUF
internal import JSON
internal import Models
internal import Safetensors
internal import Tensors

/// A GGUF file whose model and tokenizer have been understood completely, ready to be written in Hugging
/// Face's layout: config.json, generation_config.json, model.safetensors, tokenizer.json and
/// tokenizer_config.json.
package struct GGUFImport: Sendable {
    /// The format in which the weights are stored.
    package enum Precision: String, Sendable, CaseIterable {
        case float32, bfloat16

        var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
    }

    /// What was written.
    package struct Summary: Sendable {
        /// Names and sizes in bytes.
        package let files: [(name: String, byteCount: Int)]
        package let tensorCount: Int
        package let parameterCount: Int
    }

    static let generationFile = "generation_config.json"
    static let tokenizerFile = "tokenizer.json"
    static let tokenizerConfigurationFile = "tokenizer_config.json"

    /// Hugging Face's `model_type`: llama, qwen2 or gpt2.
    package let modelType: String
    /// How the tensors of the file are stored, for example `Q4_1`, with the number of tensors, most first.
    package let quantisations: [(name: String, tensorCount: Int)]
    /// What a user should know about the conversion, a sentence each.
    package let notes: [String]
    /// Tensors that will be written.
    package var tensorCount: Int { plan.tensors.count }

    private let file: GGUFFile
    private let plan: GGUFModelPlan
    private let tokenizer: GGUFTokenizer

    /// Opens the file at `path` and checks that all of it can be converted. Throws what is wrong with the
    /// file, and a sentence that lists what is supported when its architecture, tokenizer or quantisation is
    /// not.
    package init(path: String) throws(GGUFImportError) {
        do {
            file = try GGUFFile(path: path)
        } catch { throw .format(error) }
        let keys = try GGUFKeys(file.metadata)
        plan = try GGUFModelPlan(file, keys)
        tokenizer = try GGUFTokenizer(keys, vocabularySize: plan.vocabularySize)
        modelType = plan.family.rawValue
        notes = plan.notes + tokenizer.notes
        var counts: [String: Int] = [:]
        for tensor in file.tensors { counts[tensor.type.name, default: 0] += 1 }
        quantisations = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { (name: $0.key, tensorCount: $0.value) }
    }

    /// Writes the directory `path`: in a hidden folder beside it, which then takes its name in one rename.
    ///
    /// A folder that holds files is refused, or with `overwrite` replaced if they are those of a model.
    /// `progress` gets the name of each tensor before it is written. Throws when the disk has no room or a
    /// file cannot be read or written; then nothing is left behind.
    package func write(
        to path: String, precision: Precision, overwrite: Bool,
        progress: @escaping @Sendable (_ tensor: String) -> Void
    ) throws(GGUFImportError) -> Summary {
        let place = URL(fileURLWithPath: path).standardizedFileURL
        let (target, parent) = (place.path, place.deletingLastPathComponent().path)
        try GGUFOutput.check(target, overwrite: overwrite)
        do {
            return try writeFolder(target, parent: parent, precision, progress)
        } catch { throw .files(error) }
    }

    /// Writes a hidden folder in `parent` and renames it to `target`.
    private func writeFolder(
        _ target: String, parent: String, _ precision: Precision,
        _ progress: @escaping @Sendable (_ tensor: String) -> Void
    ) throws(CheckpointError) -> Summary {
        if !DurableFiles.exists(parent) { try DurableFiles.createDirectory(parent) }
        try DurableFiles.requireSpace(byteCount(precision), in: parent)
        let name = URL(fileURLWithPath: target).lastPathComponent
        try Leftover.clear(of: name, in: parent)
        let partial = parent + "/" + Leftover(of: name, kind: .partial).name
        try DurableFiles.createDirectory(partial)
        do {
            try writeFiles(to: partial, precision, progress)
            let files = try GGUFOutput.files(in: partial)
            try DurableFiles.install(
                partial, as: target, aside: parent + "/" + Leftover(of: name, kind: .replaced).name)
            try DurableFiles.synchronize(parent)
            return Summary(
                files: files, tensorCount: plan.tensors.count, parameterCount: plan.parameterCount)
        } catch {
            if DurableFiles.exists(partial) { try DurableFiles.remove(partial) }
            throw error
        }
    }

    /// Bytes that `write` needs at most, roughly.
    private func byteCount(_ precision: Precision) -> Int {
        plan.parameterCount * precision.dtype.byteCount + 64 * 1_024 * 1_024
    }

    private func writeFiles(
        to directory: String, _ precision: Precision, _ progress: @escaping @Sendable (String) -> Void
    ) throws(CheckpointError) {
        try writeWeights(to: directory + "/" + ModelDirectory.weightsFile, precision, progress)
        let dtype = JSONValue.string(precision.rawValue)
        let configuration = plan.configuration.merging(tokenizer.tokenIDs)
            .merging(["torch_dtype": dtype])
        try write(.object(configuration), to: directory, ModelDirectory.configurationFile)
        try write(.object(tokenizer.generationConfiguration), to: directory, Self.generationFile)
        try DurableFiles.write(
            Array(GGUFTokenizerText(tokenizer).text.utf8), to: directory + "/" + Self.tokenizerFile)
        try write(
            .object(tokenizer.configuration(maximumLength: plan.contextLength)), to: directory,
            Self.tokenizerConfigurationFile)
        try DurableFiles.synchronize(directory)
    }

    private func write(
        _ json: JSONValue, to directory: String, _ name: String
    ) throws(CheckpointError) {
        try DurableFiles.write(json.serialized(), to: directory + "/" + name)
    }

    private func writeWeights(
        to path: String, _ precision: Precision, _ progress: @escaping @Sendable (String) -> Void
    ) throws(CheckpointError) {
        var writer = SafetensorsWriter()
        let file = file
        for tensor in plan.tensors {
            writer.add(tensor.name, shape: tensor.shape, as: precision.dtype) {
                () throws(SafetensorsError) in
                progress(tensor.name)
                do {
                    return try tensor.values(in: file)
                } catch { throw .file(.failed(path: file.path, .read, reason: "\(error)")) }
            }
        }
        do {
            try writer.write(to: path, metadata: ["format": "pt"])
        } catch { throw CheckpointError(error) }
    }
}
