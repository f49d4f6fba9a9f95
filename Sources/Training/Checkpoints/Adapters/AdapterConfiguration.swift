// adapter_config.json of PEFT: what it says about adapters, and what of it is supported.

internal import JSON
internal import Layers

/// What a LoraConfig says about how its adapters change a model.
struct AdapterConfiguration: Sendable {
    /// How PEFT starts adapters, as far as it matters to one that is loaded.
    enum Start: Sendable {
        /// The weights of the base model stay as they are.
        case plain
        /// OLoRA (Büyükakyüz 2024): what a QR decomposition of a weight gives to A and B at first is taken
        /// off it, each time that the adapter is loaded.
        case orthonormal
    }

    let options: LoRAOptions
    let patterns: LoRAPatterns
    let start: Start
    /// Whether what is tied to the embeddings is to stay tied.
    let ensuresTying: Bool
    /// The tokens of which the adapter brings embeddings of their own.
    let tokenIDs: [Int]

    /// Keys that must be absent, null, false, 0 or empty, because they change what is computed.
    private static let unsupported = [
        "alora_invocation_tokens", "arrow_config", "kasa_config", "layer_replication", "megatron_config",
        "monteclora_config", "target_parameters", "use_bdlora", "use_dora", "use_qalora", "velora_config",
    ]
    /// Values of `init_lora_weights` after which PEFT adds adapters to the weights that the base model has.
    private static let plainStarts = ["gaussian", "eva", "orthogonal", "lora_ga", "mica"]

    /// Reads the file's object. Throws what is not supported, by its name.
    init(_ json: JSONValue, path: String) throws(CheckpointError) {
        func fail(_ key: String, expected: String) -> CheckpointError {
            let found =
                json[key].map { $0.object == nil && $0.array == nil ? $0.summary : "set" } ?? "missing"
            return .badConfiguration(key, found: found, expected: expected, in: path)
        }
        guard json["peft_type"]?.string == "LORA" else { throw fail("peft_type", expected: "\"LORA\"") }
        guard let rank = json["r"]?.integer, rank > 0, rank <= 1 << 16 else {
            throw fail("r", expected: "a whole number from 1 to 65536")
        }
        guard let alpha = json["lora_alpha"]?.double, alpha > 0 else {
            throw fail("lora_alpha", expected: "a number above 0")
        }
        for key in Self.unsupported where json[key].map(Self.isSet) == true {
            throw fail(key, expected: "no value, because this version does not support it")
        }
        let dropout = json["lora_dropout"]?.double ?? 0
        guard dropout >= 0, dropout < 1 else {
            throw fail("lora_dropout", expected: "a number from 0 to below 1")
        }
        options = LoRAOptions(
            rank: rank, alpha: alpha, dropout: dropout,
            usesRankStabilizedScale: json["use_rslora"]?.bool ?? false)
        patterns = try Self.patterns(json, path: path)
        start = try Self.start(json["init_lora_weights"] ?? .null, path: path)
        ensuresTying = json["ensure_weight_tying"]?.bool ?? false
        tokenIDs = try Self.tokenIDs(json["trainable_token_indices"] ?? .null, path: path)
    }

    private static func isSet(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool(false): false
        case .array(let values): !values.isEmpty
        case .object(let members): !members.isEmpty
        case .number(let number): number.double != 0
        default: true
        }
    }

    private static func patterns(_ json: JSONValue, path: String) throws(CheckpointError) -> LoRAPatterns {
        var patterns = LoRAPatterns()
        for (name, value) in members(json["rank_pattern"]) {
            guard let rank = value.integer, rank > 0, rank <= 1 << 16 else {
                throw .badConfiguration(
                    "rank_pattern", found: "\(name): \(value.summary)",
                    expected: "patterns of modules with whole numbers from 1 to 65536", in: path)
            }
            patterns.ranks.append(.init(name, rank))
        }
        for (name, value) in members(json["alpha_pattern"]) {
            guard let alpha = value.double, alpha > 0 else {
                throw .badConfiguration(
                    "alpha_pattern", found: "\(name): \(value.summary)",
                    expected: "patterns of modules with numbers above 0", in: path)
            }
            patterns.alphas.append(.init(name, alpha))
        }
        return patterns
    }

    /// In the order of the file, which decides between patterns that both fit.
    private static func members(_ value: JSONValue?) -> [(String, JSONValue)] {
        guard let object = value?.object else { return [] }
        return Array(zip(object.names, object.values))
    }

    private static func start(_ value: JSONValue, path: String) throws(CheckpointError) -> Start {
        let name = value.string?.lowercased()
        if name == "olora" { return .orthonormal }
        guard name == nil || plainStarts.contains(name ?? "") else {
            throw .badConfiguration(
                "init_lora_weights", found: value.summary,
                expected:
                    "adapters that are added to the base model's weights as they are: save them by PEFT's "
                    + "save_pretrained(…, path_initial_model_for_weight_conversion=…)", in: path)
        }
        return .plain
    }

    private static func tokenIDs(_ value: JSONValue, path: String) throws(CheckpointError) -> [Int] {
        // One table of embeddings, or the one that the model has.
        let lists = value.object?.values ?? (value == .null ? [] : [value])
        let ids = lists.first?.array?.compactMap(\.integer) ?? []
        guard lists.count <= 1, ids.count == lists.first?.array?.count ?? 0, ids.allSatisfy({ $0 >= 0 })
        else {
            throw .badConfiguration(
                "trainable_token_indices", found: "set", expected: "ids of tokens of one table", in: path)
        }
        return ids
    }
}
