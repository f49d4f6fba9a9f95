// genai_config.json: what onnxruntime-genai needs to run a causal language model.

package import JSON
package import Layers

/// The description of a decoder for onnxruntime-genai.
package enum GenAIConfiguration {
    /// Of the model that config.json and generation_config.json describe; `graph` is its only one. nil where
    /// onnxruntime-genai does not know the kind of model.
    package static func json(
        _ configuration: JSONValue, generation: JSONValue?, graph: ComputationGraph
    ) -> JSONValue? {
        func number(_ names: String...) -> Int? { names.lazy.compactMap { configuration[$0]?.integer }.first }
        let keys = graph.inputs.filter { $0.value.name.hasSuffix(".key") }
        guard let first = keys.first, case .fixed(let groups) = first.axes[1],
            case .fixed(let headSize) = first.axes[3],
            let heads = number("num_attention_heads", "n_head"), let width = number("hidden_size", "n_embd"),
            let length = number("max_position_embeddings", "n_positions"),
            let vocabulary = number("vocab_size")
        else { return nil }
        func names(_ start: String, _ end: String) -> JSONValue { .string("\(start).%d.\(end)") }
        let decoder: JSONValue = .object([
            "session_options": .object([
                "log_id": .string("onnxruntime-genai"), "provider_options": .array([]),
            ]),
            "filename": .string(graph.name + ".onnx"), "head_size": .integer(headSize),
            "hidden_size": .integer(width), "num_attention_heads": .integer(heads),
            "num_hidden_layers": .integer(keys.count), "num_key_value_heads": .integer(groups),
            "inputs": .object([
                "input_ids": .string("input_ids"), "attention_mask": .string("attention_mask"),
                "position_ids": .string("position_ids"), "past_key_names": names("past_key_values", "key"),
                "past_value_names": names("past_key_values", "value"),
            ]),
            "outputs": .object([
                "logits": .string("logits"), "present_key_names": names("present", "key"),
                "present_value_names": names("present", "value"),
            ]),
        ])
        func token(_ name: String) -> JSONValue? {
            [generation?[name], configuration[name]].compactMap { $0 }.first { $0 != .null }
        }
        let end = token("eos_token_id") ?? .integer(0)
        return .object([
            "model": .object([
                // Models with keys and values of their own names, whatever the family is called.
                "type": .string("llama"), "bos_token_id": token("bos_token_id") ?? .integer(0),
                "eos_token_id": end,
                "pad_token_id": token("pad_token_id") ?? end.array?.first ?? end,
                "context_length": .integer(length), "vocab_size": .integer(vocabulary), "decoder": decoder,
            ]),
            "search": search(generation, length: length),
        ])
    }

    /// The options of generation that onnxruntime-genai has, as generation_config.json has them.
    private static func search(_ generation: JSONValue?, length: Int) -> JSONValue {
        var members: JSONObject = [
            "do_sample": .bool(false), "early_stopping": .bool(true), "length_penalty": .shortest(1),
            "max_length": .integer(length), "min_length": .integer(0), "no_repeat_ngram_size": .integer(0),
            "num_beams": .integer(1), "num_return_sequences": .integer(1),
            "past_present_share_buffer": .bool(false), "repetition_penalty": .shortest(1),
            "temperature": .shortest(1), "top_k": .integer(50), "top_p": .shortest(1),
        ]
        for name in members.names {
            if let value = generation?[name], value.double != nil || value.bool != nil {
                members[name] = value
            }
        }
        members["max_length"] = .integer(length)
        return .object(members)
    }
}
