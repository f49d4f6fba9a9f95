// adapter_config.json of PEFT: what it says about adapters, and what of it is supported.

internal import JSON
internal import Layers
internal import Models

/// Reading and writing of a LoraConfig.
enum AdapterConfiguration {
    /// Keys that must be absent, null, false, 0 or empty, because they change what is computed.
    private static let unsupported = [
        "alpha_pattern", "arrow_config", "corda_config", "eva_config", "kasa_config", "layer_replication",
        "lora_bias", "monteclora_config", "rank_pattern", "target_parameters", "trainable_token_indices",
        "use_bdlora", "use_dora", "use_qalora", "velora_config",
    ]

    /// The shape of the adapters. Throws what is not supported.
    static func options(_ json: JSONValue, path: String) throws(CheckpointError) -> LoRAOptions {
        func fail(_ key: String, expected: String) -> CheckpointError {
            let value = json[key]
            let found =
                value?.string.map { "\"\($0)\"" } ?? value?.double.map { "\($0)" }
                ?? value?.bool.map { "\($0)" }
            return .badConfiguration(
                key, found: found ?? (value == nil ? "missing" : "set"), expected: expected, in: path)
        }
        guard json["peft_type"]?.string == "LORA" else { throw fail("peft_type", expected: "\"LORA\"") }
        guard let rank = json["r"]?.integer, rank > 0, rank <= 1 << 16 else {
            throw fail("r", expected: "a whole number from 1 to 65536")
        }
        guard let alpha = json["lora_alpha"]?.double, alpha > 0 else {
            throw fail("lora_alpha", expected: "a number above 0")
        }
        if let bias = json["bias"]?.string, bias != "none" { throw fail("bias", expected: "\"none\"") }
        for key in unsupported where json[key].map(isSet) == true {
            throw fail(key, expected: "no value, because this version does not support it")
        }
        let dropout = json["lora_dropout"]?.double ?? 0
        guard dropout >= 0, dropout < 1 else {
            throw fail("lora_dropout", expected: "a number from 0 to below 1")
        }
        return LoRAOptions(
            rank: rank, alpha: alpha, dropout: dropout,
            usesRankStabilizedScale: json["use_rslora"]?.bool ?? false)
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

    /// The configuration that lets PEFT load the adapters of `model` onto the model in `base`.
    static func json(_ model: any TrainableModel, base: String) -> JSONValue {
        let adapters = model.parameters.adapters.values.joined()
        guard let options = adapters.first?.options else { preconditionFailure("the model has no adapter") }
        let saved = model.parameters.layout.slots.filter { $0.isTrainable && $0.adaptedSlot == nil }
        let modules = Set(saved.flatMap(\.tensors).map { module(of: $0.name) }).sorted()
        let isTransposed = adapters.contains { adapter in
            model.parameters.layout.slots[adapter.weight].tensors.contains(where: \.isTransposed)
        }
        return .object([
            "peft_type": .string("LORA"), "task_type": taskType(model).map { .string($0) } ?? .null,
            "base_model_name_or_path": .string(base), "inference_mode": .bool(true), "bias": .string("none"),
            "r": .integer(options.rank),
            "lora_alpha": Int(exactly: options.alpha).map { .integer($0) } ?? .shortest(options.alpha),
            "lora_dropout": .shortest(options.dropout), "use_rslora": .bool(options.usesRankStabilizedScale),
            "fan_in_fan_out": .bool(isTransposed), "init_lora_weights": .bool(true),
            "target_modules": .array(adapters.map(\.module).sorted().map { .string($0) }),
            "modules_to_save": modules.isEmpty ? .null : .array(modules.map { .string($0) }),
            "rank_pattern": .object([:]), "alpha_pattern": .object([:]), "use_dora": .bool(false),
        ])
    }

    private static func module(of name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    /// PEFT's name of what the model is for, by its architecture in transformers; nil where PEFT has none.
    private static func taskType(_ model: any TrainableModel) -> String? {
        let name = model.configurationJSON["architectures"]?.array?.first?.string ?? ""
        if name.hasSuffix("ForSequenceClassification") { return "SEQ_CLS" }
        return name.hasSuffix("ForCausalLM") || name.hasSuffix("LMHeadModel") ? "CAUSAL_LM" : nil
    }
}
