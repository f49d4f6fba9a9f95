// The adapter_config.json with which PEFT loads the adapters of a model.

internal import JSON
internal import Layers
internal import Models

extension AdapterConfiguration {
    /// The configuration that lets PEFT load the adapters of `model` onto the model in `base`.
    static func json(_ model: any TrainableModel, base: String) -> JSONValue {
        let slots = model.parameters.layout.slots
        let adapters = model.parameters.adapters.values.joined().sorted { $0.module < $1.module }
        guard let first = adapters.first?.options else { preconditionFailure("the model has no adapter") }
        let saved = slots.filter { $0.isTrainable && $0.adaptedSlot == nil }
        // PEFT keeps tied what is called embed_tokens; of others it has to be told both sides.
        let copies = AdapterDirectory.tiedCopies(model).map(\.name)
        let ties =
            !copies.isEmpty && model.tiedTensors.allSatisfy { $0.original.hasSuffix("embed_tokens.weight") }
        let others = ties ? [] : copies
        let adapted = Set(others.filter { $0.hasSuffix(".lora_A.weight") }.map { String($0.dropLast(14)) })
        let whole = others.filter { !$0.contains(".lora_") }
        let modules = Set((saved.flatMap(\.tensors).map(\.name) + whole).map { module(of: $0) }).sorted()
        let isTransposed = adapters.contains { adapter in
            !adapter.isEmbedding && slots[adapter.weight].tensors.contains(where: \.isTransposed)
        }
        let rank = mostFrequent(adapters.map(\.options.rank)) ?? first.rank
        let alpha = mostFrequent(adapters.map(\.options.alpha)) ?? first.alpha
        let ranks = adapters.filter { $0.options.rank != rank }
        let alphas = adapters.filter { $0.options.alpha != alpha }
        return .object([
            "peft_type": .string("LORA"), "task_type": taskType(model).map { .string($0) } ?? .null,
            "base_model_name_or_path": .string(base), "inference_mode": .bool(true), "bias": .string("none"),
            "r": .integer(rank), "lora_alpha": number(alpha),
            "lora_dropout": .shortest(first.dropout), "use_rslora": .bool(first.usesRankStabilizedScale),
            "fan_in_fan_out": .bool(isTransposed), "init_lora_weights": .bool(true),
            "target_modules": .array((adapters.map(\.module) + adapted.sorted()).map { .string($0) }),
            "modules_to_save": modules.isEmpty ? .null : .array(modules.map { .string($0) }),
            "rank_pattern": .object(
                JSONObject(ranks.map { (pattern($0.module), .integer($0.options.rank)) })),
            "alpha_pattern": .object(
                JSONObject(alphas.map { (pattern($0.module), number($0.options.alpha)) })),
            "use_dora": .bool(false),
            "ensure_weight_tying": .bool(ties),
        ])
    }

    /// A whole name as PEFT's regular expression.
    private static func pattern(_ module: String) -> String { "^" + module.replacing(".", with: "\\.") }

    private static func number(_ value: Double) -> JSONValue {
        Int(exactly: value).map { .integer($0) } ?? .shortest(value)
    }

    /// The value that most of the adapters have; of several the smallest.
    private static func mostFrequent<Value: Hashable & Comparable>(_ values: [Value]) -> Value? {
        Dictionary(grouping: values) { $0 }.max {
            ($0.value.count, $1.key) < ($1.value.count, $0.key)
        }?.key
    }

    private static func module(of name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    /// PEFT's name of what the model is for, by its architecture in transformers; nil where PEFT has none.
    private static func taskType(_ model: any TrainableModel) -> String? {
        let name = model.configurationJSON["architectures"]?.array?.first?.string ?? ""
        if name.hasSuffix("ForSequenceClassification") { return "SEQ_CLS" }
        if name.hasSuffix("ForTokenClassification") { return "TOKEN_CLS" }
        if name.hasSuffix("ForQuestionAnswering") { return "QUESTION_ANS" }
        if name.hasSuffix("ForConditionalGeneration") { return "SEQ_2_SEQ_LM" }
        return name.hasSuffix("ForCausalLM") || name.hasSuffix("LMHeadModel") ? "CAUSAL_LM" : nil
    }
}
