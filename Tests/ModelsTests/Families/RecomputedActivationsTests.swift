// Blocks that compute their activations again in the backward pass: every bit as before, in less memory, for
// each family, with dropout everywhere.

import JSON
import Layers
import Models
import Tensors
import Testing

/// A model of four layers with the passes of one step.
private struct Family: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let make: @Sendable () throws -> any TrainableModel
    /// Runs forward and backward; `makePass` makes a training pass over a batch.
    let differentiate:
        @Sendable (_ model: any TrainableModel, _ makePass: (TokenBatch) -> Pass) throws -> Void

    private static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    static let sequences: [[Int32]] = [
        [2, 7, 9, 4, 11, 3, 8, 1], [5, 6], [8, 8, 1, 12], [10, 3, 6, 6, 2, 1, 12, 4, 9, 5, 7],
    ]
    private static let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
    private static let bert = """
        "model_type": "bert", "vocab_size": 13, "hidden_size": 24, "num_hidden_layers": 4,
        "num_attention_heads": 3, "intermediate_size": 40, "max_position_embeddings": 16, "type_vocab_size": 2,
        "pad_token_id": 0, "hidden_act": "gelu", "hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2
        """
    private static let distilBERT = """
        "model_type": "distilbert", "vocab_size": 13, "dim": 24, "n_layers": 4, "n_heads": 3, "hidden_dim": 40,
        "max_position_embeddings": 16, "dropout": 0.2, "attention_dropout": 0.2, "seq_classif_dropout": 0.2
        """
    private static let gpt2 = """
        "model_type": "gpt2", "vocab_size": 13, "n_embd": 24, "n_layer": 4, "n_head": 3, "n_positions": 16,
        "resid_pdrop": 0.2, "embd_pdrop": 0.2, "attn_pdrop": 0.2
        """
    private static let vit = """
        "model_type": "vit", "image_size": 8, "patch_size": 4, "hidden_size": 24, "num_hidden_layers": 4,
        "num_attention_heads": 3, "intermediate_size": 40, "hidden_dropout_prob": 0.2,
        "attention_probs_dropout_prob": 0.2
        """
    private static let llama = """
        "model_type": "llama", "vocab_size": 13, "hidden_size": 24, "intermediate_size": 40,
        "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "tie_word_embeddings": true,
        "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "hidden_act": "silu"
        """
    private static let modernBERT = """
        "model_type": "modernbert", "vocab_size": 13, "hidden_size": 24, "num_hidden_layers": 4,
        "num_attention_heads": 3, "intermediate_size": 40, "max_position_embeddings": 16,
        "local_attention": 4, "pad_token_id": 0, "embedding_dropout": 0.2, "attention_dropout": 0.2, "mlp_dropout": 0.2,
        "classifier_dropout": 0.2
        """
    private static let masked = bert.replacing("\"bert\"", with: "\"roberta\"")
        .replacing("\"max_position_embeddings\": 16", with: "\"max_position_embeddings\": 18")

    private static func classify(_ model: any TrainableModel, _ pass: Pass) throws {
        let classifier = try #require(model as? any SequenceClassifier)
        let logits = classifier.forward(pass)
        _ = ClassificationLoss.rows(
            logits, .labels((0..<logits.rows).map { $0 % 2 }), problemType: .singleLabel,
            rowCount: logits.rows, gradient: logits)
        classifier.backward(gradient: logits, pass)
    }

    private static func images(_ model: any ImageModel) -> TokenBatch {
        let pixels = Tensor(rows: sequences.count, columns: 3 * 8 * 8)
        let key = RandomKey(seed: 3)
        pixels.copy(from: (0..<pixels.count).map { Float(key.uniform(UInt64($0))) })
        return model.batch(
            pixels: pixels, height: 8, width: 8, sampleIDs: sequences.indices.map { UInt64($0) })
    }

    private static func predict(_ model: any TrainableModel, _ pass: Pass) throws {
        let model = try #require(model as? any LanguageModel)
        let tokens = pass.batch.tokens
        let targets = tokens.indices.map { $0 % 3 == 0 ? Int32(-100) : tokens[($0 + 1) % tokens.count] }
        _ = model.lossSums(pass, targets: targets, scale: 0.1, labelSmoothing: 0.1)
    }

    private static func translate(
        _ model: any TrainableModel, _ source: TokenBatch, _ makePass: (TokenBatch) -> Pass
    ) throws {
        let model = try #require(model as? EncoderDecoder)
        let target = model.targetBatch(
            Array(sequences.reversed()), sampleIDs: sequences.indices.map { UInt64($0) })
        _ = model.lossSums(
            source: makePass(source), target: makePass(target.batch), targets: target.targets, scale: 0.1,
            labelSmoothing: 0)
    }

    private static func pair(_ type: String, _ encoder: String, _ decoder: String) throws -> EncoderDecoder {
        try EncoderDecoder(
            json(
                """
                {"model_type": "\(type)", "decoder_start_token_id": 0, "pad_token_id": 0,
                 "encoder": {\(encoder)}, "decoder": {\(decoder)}}
                """), file: "config.json")
    }

    static let all = [
        Family(
            testDescription: "BERT classifier",
            make: { try EncoderClassifier(json("{\(bert)}"), head: head, file: "config.json") },
            differentiate: { try classify($0, $1(flatBatch(sequences))) }),
        Family(
            testDescription: "RoBERTa masked",
            make: { try MaskedLanguageModel(json("{\(masked)}"), file: "c") },
            differentiate: { try predict($0, $1(flatBatch(sequences))) }),
        Family(
            testDescription: "DistilBERT classifier",
            make: { try EncoderClassifier(json("{\(distilBERT)}"), head: head, file: "config.json") },
            differentiate: { try classify($0, $1(flatBatch(sequences))) }),
        Family(
            testDescription: "ModernBERT masked",
            make: { try MaskedLanguageModel(json("{\(modernBERT)}"), file: "c") },
            differentiate: { try predict($0, $1(flatBatch(sequences))) }),
        Family(
            testDescription: "ModernBERT classifier of means",
            make: {
                try EncoderClassifier(
                    json("{\(modernBERT), \"classifier_pooling\": \"mean\"}"), head: head, file: "c")
            },
            differentiate: { try classify($0, $1(flatBatch(sequences))) }),
        Family(
            testDescription: "GPT-2",
            make: { try CausalLanguageModel(json("{\(gpt2)}"), file: "config.json") },
            differentiate: { try predict($0, $1(flatBatch(sequences))) }),
        Family(
            testDescription: "Llama",
            make: { try CausalLanguageModel(json("{\(llama)}"), file: "config.json") },
            differentiate: { try predict($0, $1(flatBatch(sequences))) }),
        Family(
            testDescription: "ViT classifier",
            make: { try EncoderClassifier(json("{\(vit)}"), head: head, file: "config.json") },
            differentiate: { model, makePass in
                try classify(model, makePass(images(try #require(model as? any ImageModel))))
            }),
        Family(
            testDescription: "BERT to BERT", make: { try pair("encoder-decoder", bert, bert) },
            differentiate: { try translate($0, flatBatch(sequences), $1) }),
        Family(
            testDescription: "ViT to GPT-2", make: { try pair("vision-encoder-decoder", vit, gpt2) },
            differentiate: { model, makePass in
                try translate(model, images(try #require(model as? any ImageModel)), makePass)
            }),
    ]

    /// The gradients of two micro-batches and the most activation memory in use.
    func gradients(recomputing: Bool, type: ElementType, freezing: Bool) throws -> (bits: [UInt32], peak: Int)
    {
        let (parameters, peak) = try step(
            recomputing: recomputing, type: type, frozenSlots: freezing ? 10 : 0)
        return (parameters.gradients.values().map(\.bitPattern), peak)
    }

    /// The parameters after two micro-batches, with the first slots frozen, and the most activation memory in
    /// use.
    func step(
        recomputing: Bool = false, type: ElementType = .float32, frozenSlots: Int
    ) throws -> (parameters: ParameterStore, peak: Int) {
        let model = try make()
        model.parameters.initialize(key: RandomKey(seed: 7))
        if frozenSlots > 0 { model.parameters.rearrange { $0.freeze { $0.index < frozenSlots } } }
        if type == .bfloat16 { model.parameters.computeInBFloat16() }
        let workspace = Workspace()
        model.parameters.zeroGradients()
        for step in 0..<2 {
            workspace.reset()
            try differentiate(model) { batch in
                Pass(
                    parameters: model.parameters, workspace: workspace, batch: batch,
                    trainingKey: RandomKey(seed: 9).derived(UInt64(step)), completesGradients: step == 1,
                    recomputesActivations: recomputing)
            }
        }
        return (model.parameters, workspace.peakBytes)
    }
}

@Suite struct RecomputedActivationsTests {
    @Test(
        "gradients are the same bits and activations take less memory", arguments: Family.all,
        [ElementType.float32, .bfloat16])
    fileprivate func equality(family: Family, type: ElementType) throws {
        let kept = try family.gradients(recomputing: false, type: type, freezing: false)
        let recomputed = try family.gradients(recomputing: true, type: type, freezing: false)
        #expect(recomputed.bits == kept.bits)
        #expect(kept.bits.contains { $0 & 0x7FFF_FFFF != 0 })
        #expect(recomputed.peak < kept.peak * 4 / 5, "\(recomputed.peak) of \(kept.peak)")
    }

    @Test("frozen lower layers change nothing about that", arguments: Family.all)
    fileprivate func freezing(family: Family) throws {
        let kept = try family.gradients(recomputing: false, type: .float32, freezing: true)
        let recomputed = try family.gradients(recomputing: true, type: .float32, freezing: true)
        #expect(recomputed.bits == kept.bits)
    }

    @Test("above frozen layers every gradient has the bits that it has without them", arguments: Family.all)
    fileprivate func frozenBelow(family: Family) throws {
        let whole = try family.step(frozenSlots: 0).parameters
        let count = whole.layout.slots.count
        for frozen in [10, count / 2, count * 3 / 4, count - 2] {
            let parameters = try family.step(frozenSlots: frozen).parameters
            for slot in parameters.layout.slots where slot.isTrainable {
                #expect(
                    parameters.gradient(slot.index).values() == whole.gradient(slot.index).values(),
                    "\(frozen) of \(count) frozen: \(slot.name)")
            }
        }
    }
}
