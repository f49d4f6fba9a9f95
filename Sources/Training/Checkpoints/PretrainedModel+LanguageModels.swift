// Loads a Hugging Face directory into a language model or an encoder–decoder.

internal import Layers
public import Models
internal import Safetensors
internal import Tensors

extension PretrainedModel {
    /// Reads the GPT-2, Llama, Mistral or Qwen2 in `directory`; `overrides` replace keys of config.json.
    ///
    /// Throws as `load` does: every tensor of the model must be there, and every tensor of the file must have a
    /// place, but for tied copies and stored masks.
    public static func causalLanguageModel(
        directory: String, overrides: [String: JSONValue] = [:]
    ) throws(CheckpointError) -> (model: any LanguageModel, report: LoadReport) {
        let file = try ModelConfigurationFile(directory: directory, overrides: overrides)
        let model = try emptyCausalLanguageModel(file.json, file: file.path)
        return (model, try fill(model, from: directory, seed: 0) { _ in nil })
    }

    /// Reads the BERT or RoBERTa in `directory` as a masked language model. A head that the directory does not
    /// have is initialised from `headSeed`.
    public static func maskedLanguageModel(
        directory: String, headSeed: UInt64, overrides: [String: JSONValue] = [:]
    ) throws(CheckpointError) -> (model: any LanguageModel, report: LoadReport) {
        let file = try ModelConfigurationFile(directory: directory, overrides: overrides)
        let model = try emptyMaskedLanguageModel(file.json, file: file.path)
        let report = try fill(model, from: directory, seed: headSeed) { assignment in
            guard !assignment.matches.contains(where: { model.isHead($0.slot) }) else { return nil }
            return "the directory holds an encoder without a language-model head"
        }
        return (model, report)
    }

    /// Reads the encoder–decoder in `directory`, which must bring everything but the encoder's pooler; `overrides`
    /// replace keys of both its parts.
    public static func sequenceToSequenceModel(
        directory: String, overrides: [String: JSONValue] = [:]
    ) throws(CheckpointError) -> (model: any SequenceToSequenceModel, report: LoadReport) {
        let file = try ModelConfigurationFile(directory: directory)
        let model = try emptySequenceToSequenceModel(file.json, overrides: overrides, file: file.path)
        return (model, try fill(model, from: directory, seed: 0) { _ in nil })
    }

    /// The causal language model that a config.json describes, with zero parameters. `file` is named in errors.
    public static func emptyCausalLanguageModel(
        _ configuration: JSONValue, file: String
    ) throws(CheckpointError) -> any LanguageModel {
        try require(
            configuration, file: file, in: CausalLanguageModel.modelTypes, purpose: "a causal language model")
        do { return try CausalLanguageModel(configuration, file: file) } catch {
            throw CheckpointError(error)
        }
    }

    /// The masked language model that a config.json describes, with zero parameters.
    public static func emptyMaskedLanguageModel(
        _ configuration: JSONValue, file: String
    ) throws(CheckpointError) -> any LanguageModel {
        try require(
            configuration, file: file, in: MaskedLanguageModel.modelTypes, purpose: "a masked language model")
        do { return try MaskedLanguageModel(configuration, file: file) } catch {
            throw CheckpointError(error)
        }
    }

    /// The encoder–decoder that a config.json describes, with zero parameters.
    /// `overrides` replace keys of both its parts.
    public static func emptySequenceToSequenceModel(
        _ configuration: JSONValue, overrides: [String: JSONValue] = [:], file: String
    ) throws(CheckpointError) -> any SequenceToSequenceModel {
        try require(
            configuration, file: file, in: EncoderDecoder.architectures.keys.sorted(),
            purpose: "an encoder–decoder")
        var members = configuration.object ?? [:]
        for part in ["encoder", "decoder"] where !overrides.isEmpty {
            members[part] = members[part].map { overridden($0, by: overrides) }
        }
        do { return try EncoderDecoder(.object(members), file: file) } catch { throw CheckpointError(error) }
    }

    /// Throws unless `model_type` is one of `known`.
    static func require(
        _ configuration: JSONValue, file: String, in known: [String], purpose: String
    ) throws(CheckpointError) {
        let type = configuration["model_type"]?.string
        guard let type, known.contains(type) else {
            throw .unsupportedModel(type, in: file, known: known, purpose: purpose)
        }
    }

    /// Reads every tensor strictly. The head is initialised when `newHead` gives a reason to.
    static func fill(
        _ model: any TrainableModel, from directory: String, seed: UInt64,
        newHead: (TensorAssignment) -> String?
    ) throws(CheckpointError) -> LoadReport {
        let files = try SafetensorsCollection.weights(in: directory)
        let assignment = try TensorAssignment(model, names: files.tensorNames, path: directory)
        var report = LoadReport(
            directory: directory, modelType: model.configurationJSON["model_type"]?.string ?? "",
            parameterCount: model.parameters.layout.parameterCount)
        report.ignored = assignment.ignored
        report.newHeadReason = newHead(assignment)
        let slots = model.parameters.layout.slots
        var fresh = report.newHeadReason == nil ? [] : slots.filter(model.isHead)
        report.newHead = fresh.map(\.name)
        let isMissing = Set(assignment.missing.map(\.slot.index))
        let pooler = slots.filter {
            $0.name.hasPrefix(model.encoderPrefix + "pooler.") && isMissing.contains($0.index)
        }
        report.newPooler = pooler.map(\.name)
        fresh += pooler
        report.tensorCount = try read(
            assignment, except: Set(fresh.map(\.index)), from: files, directory, into: model, seed: seed)
        return report
    }

    /// Reads what is matched, initialises the slots `fresh`, and returns the number of tensors read.
    static func read(
        _ assignment: TensorAssignment, except fresh: Set<Int>, from files: SafetensorsCollection,
        _ directory: String, into model: any TrainableModel, seed: UInt64
    ) throws(CheckpointError) -> Int {
        try assignment.requireComplete(except: fresh, path: directory)
        try assignment.requireShapes(of: files, except: fresh, path: directory)
        var count = 0
        for match in assignment.matches where !fresh.contains(match.slot.index) {
            try WeightReader(parameters: model.parameters).read(match, from: files)
            count += 1
        }
        model.parameters.initialize(key: RandomKey(seed: seed)) { fresh.contains($0.index) }
        return count
    }
}
