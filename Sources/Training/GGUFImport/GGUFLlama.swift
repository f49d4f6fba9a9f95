// Llama and Qwen2: their metadata and tensors in Hugging Face's names.

internal import GGUF
internal import JSON
internal import Models

/// The Llama family of an import: Llama, SmolLM2 and what else is built alike, and Qwen2.
struct GGUFLlama {
    let configuration: JSONObject
    let tensors: [GGUFTensorPlan]

    init(_ file: GGUFFile, _ keys: GGUFKeys, _ shape: GGUFModelShape) throws(GGUFImportError) {
        if let experts = try keys.integer(".expert_count", in: 0..<1 << 20), experts > 0 {
            throw .unsupportedFeature("the model is a mixture of \(experts) experts", in: keys.path)
        }
        let width = try keys.size(".embedding_length")
        let heads = try Heads(keys, width: width)
        let innerWidth = try keys.size(".feed_forward_length")
        let epsilon = try keys.requiredPositive(".attention.layer_norm_rms_epsilon")
        let rope = try GGUFRope(file, keys, headSize: heads.size, contextLength: shape.contextLength)
        let layers = Layers(
            family: keys.family, width: width, innerWidth: innerWidth, heads: heads,
            hasAttentionBias: keys.family == .qwen2 || file.tensor("blk.0.attn_q.bias") != nil,
            hasFeedForwardBias: file.tensor("blk.0.ffn_up.bias") != nil)
        var configuration: JSONObject = [
            "architectures": .array([keys.family.className]),
            "model_type": .string(keys.family.rawValue), "vocab_size": .integer(shape.vocabularySize),
            "hidden_size": .integer(width), "intermediate_size": .integer(innerWidth),
            "num_hidden_layers": .integer(shape.layerCount), "num_attention_heads": .integer(heads.count),
            "num_key_value_heads": .integer(heads.keyCount), "hidden_act": .string("silu"),
            "max_position_embeddings": .integer(shape.contextLength), "rms_norm_eps": .shortest(epsilon),
            "rope_theta": .shortest(rope.theta), "rope_scaling": rope.scaling,
            "attention_dropout": .shortest(0), "initializer_range": .shortest(0.02),
            "tie_word_embeddings": .bool(shape.isTied), "use_cache": .bool(true),
        ]
        switch keys.family {
        case .qwen2:
            configuration["use_sliding_window"] = .bool(false)
            guard heads.size * heads.count == width, !layers.hasFeedForwardBias else {
                throw .unsupportedFeature(
                    "a Qwen2 model has heads of another size, or feed-forward biases", in: keys.path)
            }
        default:
            configuration["head_dim"] = .integer(heads.size)
            configuration["attention_bias"] = .bool(layers.hasAttentionBias)
            configuration["mlp_bias"] = .bool(layers.hasFeedForwardBias)
            configuration["pretraining_tp"] = .integer(1)
        }
        self.configuration = configuration
        let embedding = [shape.vocabularySize, width]
        tensors =
            [GGUFTensorPlan("token_embd.weight", "model.embed_tokens.weight", embedding)]
            + (0..<shape.layerCount).flatMap(layers.tensors)
            + [GGUFTensorPlan("output_norm.weight", "model.norm.weight", [width])]
            + (shape.isTied ? [] : [GGUFTensorPlan("output.weight", "lm_head.weight", embedding)])
    }

    /// Query and key heads and their size.
    struct Heads {
        let count: Int
        let keyCount: Int
        let size: Int

        init(_ keys: GGUFKeys, width: Int) throws(GGUFImportError) {
            count = try keys.size(".attention.head_count")
            keyCount = try keys.optionalSize(".attention.head_count_kv") ?? count
            guard count % keyCount == 0 else {
                throw .badMetadata(
                    keys.name(".attention.head_count_kv"), found: "\(keyCount)",
                    expected: "a divisor of the \(count) heads", in: keys.path)
            }
            guard width % count == 0 else {
                throw .badMetadata(
                    keys.name(".attention.head_count"), found: "\(count)",
                    expected: "a divisor of the width \(width)", in: keys.path)
            }
            size = try keys.optionalSize(".attention.key_length") ?? width / count
            let valueSize = try keys.optionalSize(".attention.value_length") ?? size
            let rotated = try keys.optionalSize(".rope.dimension_count") ?? size
            guard size % 2 == 0, valueSize == size, rotated == size else {
                throw .unsupportedFeature(
                    "heads have \(size) query, \(valueSize) value and \(rotated) rotated elements, not one "
                        + "even number of each", in: keys.path)
            }
        }
    }

    /// What the tensors of a layer look like.
    private struct Layers {
        let family: GGUFFamily
        let width: Int
        let innerWidth: Int
        let heads: Heads
        let hasAttentionBias: Bool
        let hasFeedForwardBias: Bool

        func tensors(_ index: Int) -> [GGUFTensorPlan] {
            let (source, name) = ("blk.\(index).", "model.layers.\(index).")
            let (queryRows, keyRows) = (heads.count * heads.size, heads.keyCount * heads.size)
            // Qwen2 rotates halves in both programs.
            func rotated(_ count: Int) -> GGUFTensorPlan.Change {
                family == .llama ? .unpermuted(headCount: count) : .none
            }
            func attention(
                _ part: String, _ projection: String, _ shape: [Int], _ change: GGUFTensorPlan.Change = .none,
                bias: Bool
            ) -> [GGUFTensorPlan] {
                linear(source + part, name + "self_attn." + projection, shape, change, bias: bias)
            }
            func feedForward(_ part: String, _ projection: String, _ shape: [Int]) -> [GGUFTensorPlan] {
                linear(source + part, name + "mlp." + projection, shape, .none, bias: hasFeedForwardBias)
            }
            return [
                GGUFTensorPlan(source + "attn_norm.weight", name + "input_layernorm.weight", [width]),
                GGUFTensorPlan(source + "ffn_norm.weight", name + "post_attention_layernorm.weight", [width]),
            ]
                + attention(
                    "attn_q", "q_proj", [queryRows, width], rotated(heads.count), bias: hasAttentionBias)
                + attention(
                    "attn_k", "k_proj", [keyRows, width], rotated(heads.keyCount), bias: hasAttentionBias)
                + attention("attn_v", "v_proj", [keyRows, width], bias: hasAttentionBias)
                + attention(
                    "attn_output", "o_proj", [width, queryRows], bias: hasAttentionBias && family == .llama)
                + feedForward("ffn_gate", "gate_proj", [innerWidth, width])
                + feedForward("ffn_up", "up_proj", [innerWidth, width])
                + feedForward("ffn_down", "down_proj", [width, innerWidth])
        }

        private func linear(
            _ source: String, _ name: String, _ shape: [Int], _ change: GGUFTensorPlan.Change, bias: Bool
        ) -> [GGUFTensorPlan] {
            [GGUFTensorPlan(source + ".weight", name + ".weight", shape, change)]
                + (bias ? [GGUFTensorPlan(source + ".bias", name + ".bias", [shape[0]], change)] : [])
        }
    }
}
