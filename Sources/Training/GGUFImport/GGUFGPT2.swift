// GPT-2: its metadata and tensors in Hugging Face's names.

internal import GGUF
internal import JSON
internal import Models

/// The GPT-2 family of an import.
struct GGUFGPT2 {
    let configuration: JSONObject
    let tensors: [GGUFTensorPlan]

    init(_ keys: GGUFKeys, _ shape: GGUFModelShape) throws(GGUFImportError) {
        let width = try keys.size(".embedding_length")
        let headCount = try keys.size(".attention.head_count")
        let innerWidth = try keys.optionalSize(".feed_forward_length") ?? 4 * width
        let epsilon = try keys.requiredPositive(".attention.layer_norm_epsilon")
        guard width % headCount == 0 else {
            throw .badMetadata(
                keys.name(".attention.head_count"), found: "\(headCount)",
                expected: "a divisor of the width \(width)", in: keys.path)
        }
        configuration = [
            "architectures": .array([keys.family.className]), "model_type": .string(keys.family.rawValue),
            "vocab_size": .integer(shape.vocabularySize), "n_positions": .integer(shape.contextLength),
            "n_ctx": .integer(shape.contextLength), "n_embd": .integer(width),
            "n_layer": .integer(shape.layerCount), "n_head": .integer(headCount),
            "n_inner": innerWidth == 4 * width ? .null : .integer(innerWidth),
            "activation_function": .string("gelu_new"), "layer_norm_epsilon": .shortest(epsilon),
            "resid_pdrop": .shortest(0.1), "embd_pdrop": .shortest(0.1), "attn_pdrop": .shortest(0.1),
            "initializer_range": .shortest(0.02), "scale_attn_weights": .bool(true),
            "scale_attn_by_inverse_layer_idx": .bool(false), "reorder_and_upcast_attn": .bool(false),
            "tie_word_embeddings": .bool(shape.isTied), "use_cache": .bool(true),
        ]
        var tensors = [
            GGUFTensorPlan("token_embd.weight", "transformer.wte.weight", [shape.vocabularySize, width]),
            GGUFTensorPlan("position_embd.weight", "transformer.wpe.weight", [shape.contextLength, width]),
        ]
        for layer in 0..<shape.layerCount {
            tensors += Self.layer(layer, width: width, innerWidth: innerWidth)
        }
        tensors += Self.pair("output_norm", "transformer.ln_f", [width])
        if !shape.isTied {
            tensors.append(
                GGUFTensorPlan("output.weight", "lm_head.weight", [shape.vocabularySize, width]))
        }
        self.tensors = tensors
    }

    private static func layer(_ index: Int, width: Int, innerWidth: Int) -> [GGUFTensorPlan] {
        let (source, name) = ("blk.\(index).", "transformer.h.\(index).")
        return pair(source + "attn_norm", name + "ln_1", [width])
            + pair(source + "attn_qkv", name + "attn.c_attn", [3 * width, width])
            + pair(source + "attn_output", name + "attn.c_proj", [width, width])
            + pair(source + "ffn_norm", name + "ln_2", [width])
            + pair(source + "ffn_up", name + "mlp.c_fc", [innerWidth, width])
            + pair(source + "ffn_down", name + "mlp.c_proj", [width, innerWidth])
    }

    /// A weight, transposed when it is a matrix, and its bias.
    private static func pair(_ source: String, _ name: String, _ shape: [Int]) -> [GGUFTensorPlan] {
        [
            GGUFTensorPlan(
                source + ".weight", name + ".weight", shape, shape.count == 2 ? .transposed : .none),
            GGUFTensorPlan(source + ".bias", name + ".bias", [shape[0]]),
        ]
    }
}
