// Models of true size with random weights, for benchmarks.

import ArgumentParser
import Arguments
import DataParallel
import Models
import Tensors
import Training

/// The models of `lockstep bench step`.
enum BenchModel: String, CaseIterable, ExpressibleByArgument {
    case bertBase = "bert-base"
    case robertaBase = "roberta-base"
    case miniLM = "minilm"
    case gpt2
    case smolLM2 = "smollm2-135m"
    case qwen2 = "qwen2-0.5b"
    case vit = "vit-base"
    case vitGPT2 = "vit-gpt2"
    case bertToBERT = "bert2bert"

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// A training job over a rank's rows.
    func job(
        _ workload: BenchWorkload, type: BenchType, adaptation: AdaptationArguments,
        group: any ProcessGroup, reduction: ReductionOptions
    ) throws -> BenchJob {
        let work: BenchJob.Work
        switch self {
        case .bertBase:
            work = try workload.classifier(
                BERTSequenceClassifier(
                    Self.bert(width: 768, layers: 12, heads: 12), head: workload.head, file: rawValue))
        case .miniLM:
            work = try workload.classifier(
                BERTSequenceClassifier(
                    Self.bert(width: 384, layers: 6, heads: 12), head: workload.head, file: rawValue))
        case .robertaBase:
            work = try workload.classifier(
                RoBERTaSequenceClassifier(Self.roberta, head: workload.head, file: rawValue))
        case .gpt2:
            work = try workload.languageModel(CausalLanguageModel(Self.gpt2Configuration, file: rawValue))
        case .smolLM2:
            work = try workload.languageModel(CausalLanguageModel(Self.smolLM2Configuration, file: rawValue))
        case .qwen2:
            work = try workload.languageModel(CausalLanguageModel(Self.qwen2Configuration, file: rawValue))
        case .vit:
            work = try workload.imageClassifier(
                ViTImageClassifier(Self.vitConfiguration, head: workload.head, file: rawValue))
        case .vitGPT2:
            work = try workload.captioner(EncoderDecoder(Self.captioner, file: rawValue))
        case .bertToBERT:
            work = try workload.summarizer(EncoderDecoder(Self.summarizer, file: rawValue))
        }
        return try BenchJob(
            work, type: type, adaptation: adaptation, group: group, reduction: reduction)
    }

    // MARK: Configurations

    private static func bert(width: Int, layers: Int, heads: Int) -> JSONValue {
        .object([
            "model_type": .string("bert"), "vocab_size": .integer(30_522), "hidden_size": .integer(width),
            "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(heads),
            "intermediate_size": .integer(4 * width), "hidden_act": .string("gelu"),
            "hidden_dropout_prob": .number(0.1), "attention_probs_dropout_prob": .number(0.1),
            "max_position_embeddings": .integer(512), "type_vocab_size": .integer(2),
            "initializer_range": .number(0.02), "layer_norm_eps": .number(1e-12), "pad_token_id": .integer(0),
        ])
    }

    private static var roberta: JSONValue {
        var members = bert(width: 768, layers: 12, heads: 12).object ?? [:]
        members["model_type"] = .string("roberta")
        members["vocab_size"] = .integer(50_265)
        members["max_position_embeddings"] = .integer(514)
        members["type_vocab_size"] = .integer(1)
        members["pad_token_id"] = .integer(1)
        return .object(members)
    }

    private static let gpt2Configuration = JSONValue.object([
        "model_type": .string("gpt2"), "vocab_size": .integer(50_257), "n_embd": .integer(768),
        "n_layer": .integer(12), "n_head": .integer(12), "n_positions": .integer(1_024),
    ])

    private static let smolLM2Configuration = JSONValue.object([
        "model_type": .string("llama"), "vocab_size": .integer(49_152), "hidden_size": .integer(576),
        "intermediate_size": .integer(1_536), "num_hidden_layers": .integer(30),
        "num_attention_heads": .integer(9), "num_key_value_heads": .integer(3),
        "tie_word_embeddings": .bool(true), "max_position_embeddings": .integer(2_048),
        "rms_norm_eps": .number(1e-5), "hidden_act": .string("silu"),
    ])

    private static let qwen2Configuration = JSONValue.object([
        "model_type": .string("qwen2"), "vocab_size": .integer(151_936), "hidden_size": .integer(896),
        "intermediate_size": .integer(4_864), "num_hidden_layers": .integer(24),
        "num_attention_heads": .integer(14), "num_key_value_heads": .integer(2),
        "tie_word_embeddings": .bool(true), "max_position_embeddings": .integer(32_768),
        "rms_norm_eps": .number(1e-6), "rope_theta": .number(1e6), "hidden_act": .string("silu"),
    ])

    private static let vitConfiguration = JSONValue.object([
        "model_type": .string("vit"), "hidden_size": .integer(768), "num_hidden_layers": .integer(12),
        "num_attention_heads": .integer(12), "intermediate_size": .integer(3_072),
        "hidden_act": .string("gelu"), "image_size": .integer(224), "patch_size": .integer(16),
        "num_channels": .integer(3), "hidden_dropout_prob": .number(0),
        "attention_probs_dropout_prob": .number(0),
    ])

    private static let captioner = JSONValue.object([
        "model_type": .string("vision-encoder-decoder"), "encoder": vitConfiguration,
        "decoder": gpt2Configuration, "decoder_start_token_id": .integer(0), "pad_token_id": .integer(0),
    ])

    private static var summarizer: JSONValue {
        let encoder = bert(width: 768, layers: 12, heads: 12)
        var decoder = encoder.object ?? [:]
        decoder["is_decoder"] = .bool(true)
        decoder["add_cross_attention"] = .bool(true)
        return .object([
            "model_type": .string("encoder-decoder"), "encoder": encoder, "decoder": .object(decoder),
            "decoder_start_token_id": .integer(101), "pad_token_id": .integer(0),
        ])
    }
}
