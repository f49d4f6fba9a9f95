// The model of a GGUF file: its configuration and its tensors, held against each other.

internal import GGUF
internal import JSON
internal import Models
internal import Tensors

/// What an import makes of the model: config.json (without the tokenizer's ids) and the tensors.
struct GGUFModelPlan: Sendable {
    let family: GGUFFamily
    let vocabularySize: Int
    let contextLength: Int
    let configuration: JSONObject
    let tensors: [GGUFTensorPlan]
    let notes: [String]

    /// Names of tensors that hold nothing: tables that every program computes itself.
    private static let computedSuffixes = [".attn_rot_embd", ".attn_rot_embd.weight", "rope_freqs.weight"]

    var parameterCount: Int { tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } }

    init(_ file: GGUFFile, _ keys: GGUFKeys) throws(GGUFImportError) {
        family = keys.family
        try Self.checkTypes(file)
        guard let embedding = file.tensor("token_embd.weight"), embedding.shape.count == 2 else {
            throw .unmatchedTensors(missing: ["token_embd.weight"], surplus: [], in: file.path)
        }
        vocabularySize = embedding.shape[0]
        contextLength = try keys.size(".context_length")
        let isTied = try Self.isTied(file)
        let layerCount = try keys.size(".block_count")
        // Before lists are made of it: every layer has tensors.
        guard layerCount <= file.tensors.count else {
            throw .badMetadata(
                keys.name(".block_count"), found: "\(layerCount)",
                expected: "at most the number of tensors, \(file.tensors.count)", in: file.path)
        }
        let shape = GGUFModelShape(
            layerCount: layerCount, vocabularySize: vocabularySize, contextLength: contextLength,
            isTied: isTied)
        switch keys.family {
        case .llama, .qwen2:
            let model = try GGUFLlama(file, keys, shape)
            (configuration, tensors) = (model.configuration, model.tensors)
        case .gpt2:
            let model = try GGUFGPT2(keys, shape)
            (configuration, tensors) = (model.configuration, model.tensors)
        }
        notes =
            isTied || keys.family != .gpt2
            ? []
            : [
                "The file holds an output matrix of its own, so the imported model does not tie it to the embedding."
            ]
        try Self.check(tensors, in: file)
    }

    private static func checkTypes(_ file: GGUFFile) throws(GGUFImportError) {
        let types = Set(file.tensors.map(\.type)).subtracting(GGUFTensorType.supported)
        guard types.isEmpty else {
            throw .unsupportedQuantisations(
                types.map(\.name).sorted(), in: file.path, known: GGUFTensorType.supported.map(\.name))
        }
    }

    /// Whether the output matrix is the embedding: absent, or the same bytes.
    private static func isTied(_ file: GGUFFile) throws(GGUFImportError) -> Bool {
        guard let output = file.tensor("output.weight"), let embedding = file.tensor("token_embd.weight")
        else { return true }
        guard output.type == embedding.type, output.shape == embedding.shape else { return false }
        do {
            return try file.readBytes(output.name) == file.readBytes(embedding.name)
        } catch { throw .format(error) }
    }

    /// Throws unless the file holds exactly these tensors, in these shapes.
    private static func check(_ plans: [GGUFTensorPlan], in file: GGUFFile) throws(GGUFImportError) {
        let expected = Set(plans.map(\.source))
        let missing = plans.map(\.source).filter { file.tensor($0) == nil }
        let surplus = file.tensors.map(\.name).filter { name in
            !expected.contains(name) && !computedSuffixes.contains { name.hasSuffix($0) }
                && name != "output.weight"
        }
        guard missing.isEmpty, surplus.isEmpty else {
            throw .unmatchedTensors(missing: missing, surplus: surplus, in: file.path)
        }
        let wrong = plans.compactMap { plan -> String? in
            guard let found = file.tensor(plan.source)?.shape, found != plan.sourceShape else { return nil }
            return "\(plan.source) has shape \(found), expected \(plan.sourceShape)"
        }
        guard wrong.isEmpty else { throw .wrongTensorShapes(wrong, in: file.path) }
    }
}

/// The figures that all families share.
struct GGUFModelShape {
    let layerCount: Int
    let vocabularySize: Int
    let contextLength: Int
    /// Whether the output matrix is the embedding.
    let isTied: Bool
}
