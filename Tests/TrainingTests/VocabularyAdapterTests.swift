// Adapters of embeddings and output layers, their ranks one by one, and what is trained beside them.

import Arguments
import JSON
import Layers
import Models
import Tensors
import TestSupport
import Testing
import Training

@Suite struct VocabularyAdapterTests {
    private func model(isTied: Bool) throws -> CausalLanguageModel {
        try CausalLanguageModel(
            .object([
                "model_type": .string("llama"), "vocab_size": .integer(19), "hidden_size": .integer(12),
                "intermediate_size": .integer(20), "num_hidden_layers": .integer(2),
                "num_attention_heads": .integer(3), "max_position_embeddings": .integer(40),
                "tie_word_embeddings": .bool(isTied),
            ]), file: "config.json")
    }

    private func applied(
        isTied: Bool = false, _ change: (inout AdaptationArguments) -> Void
    ) throws -> CausalLanguageModel {
        let model = try model(isTied: isTied)
        var arguments = AdaptationArguments()
        arguments.loraR = 4
        change(&arguments)
        try TrainableParameters.apply(
            arguments, learningRate: 1e-3, to: model, adapterKey: RandomKey(seed: 1))
        return model
    }

    private func trained(_ model: CausalLanguageModel) -> [String] {
        model.parameters.trainable.layout.slots.map(\.name)
    }

    private func message(isTied: Bool = false, _ change: (inout AdaptationArguments) -> Void) -> String {
        thrownMessage { _ = try applied(isTied: isTied, change) } ?? "nothing thrown"
    }

    @Test("an output layer that is not tied keeps its weights, as in PEFT, unless it is to be saved")
    func head() throws {
        #expect(try trained(applied { _ in }).allSatisfy { $0.contains(".lora_") })
        let saved = try trained(applied { $0.modulesToSave = ["lm_head"] })
        #expect(saved.filter { !$0.contains(".lora_") } == ["lm_head.weight"])
        #expect(
            try trained(applied { $0.loraTargetModules = ["all-linear"] }).allSatisfy {
                !$0.contains("lm_head")
            })
    }

    @Test("embeddings and output layer get adapters with PEFT's names and shapes")
    func names() throws {
        let model = try applied { $0.loraTargetModules = ["embed_tokens", "lm_head"] }
        #expect(
            trained(model) == [
                "model.embed_tokens.lora_embedding_A", "model.embed_tokens.lora_embedding_B",
                "lm_head.lora_A.weight", "lm_head.lora_B.weight",
            ])
        let tensors = model.parameters.trainable.layout.slots.flatMap(\.tensors)
        #expect(tensors.map(\.shape) == [[4, 19], [12, 4], [4, 12], [19, 4]])
        #expect(tensors.map(\.isTransposed) == [true, false, false, false])
        // B·A is zero at the start.
        let slots = model.parameters.layout.slots.filter { $0.adaptedSlot != nil }
        let isZero = slots.map { model.parameters.value($0.index).values().allSatisfy { $0 == 0 } }
        #expect(isZero == [true, false, false, true])
    }

    @Test("tied to each other they have one adapter, or are trained as one, by either name")
    func tied() throws {
        for name in ["embed_tokens", "lm_head", "model.embed_tokens"] {
            let adapted = try applied(isTied: true) { $0.loraTargetModules = [name] }
            #expect(
                trained(adapted) == [
                    "model.embed_tokens.lora_embedding_A", "model.embed_tokens.lora_embedding_B",
                ])
            let saved = try applied(isTied: true) { $0.modulesToSave = [name] }
            #expect(trained(saved).filter { !$0.contains(".lora_") } == ["model.embed_tokens.weight"])
        }
    }

    @Test("a pattern with a * in its last part names dense layers alone")
    func wildcards() throws {
        for pattern in ["*", "model.*", "*proj"] {
            #expect(
                try trained(applied { $0.loraTargetModules = [pattern] })
                    .allSatisfy { !$0.contains("embed") && !$0.contains("lm_head") })
        }
        #expect(
            try trained(applied { $0.loraTargetModules = ["all-linear", "lm_head"] }).contains(
                "lm_head.lora_A.weight"))
    }

    @Test("ranks and alphas by pattern: the first that fits counts, for whole names or their ends")
    func patterns() throws {
        let model = try applied {
            $0.loraTargetModules = ["q_proj", "v_proj", "down_proj", "lm_head"]
            $0.loraRankPattern = [
                .init(pattern: "0.self_attn.q_proj", value: 1), .init(pattern: "q_proj", value: 2),
                .init(pattern: "layers\\.\\d\\.mlp\\.(up|down)_proj", value: 7),
                .init(pattern: "^lm_head", value: 3),
            ]
            $0.loraAlphaPattern = [.init(pattern: "v_proj", value: 32)]
        }
        let found = model.parameters.adapters.values.joined().sorted { $0.module < $1.module }
        #expect(found.map(\.options.rank) == [3, 7, 1, 4, 7, 2, 4])
        #expect(found.map(\.options.alpha) == [8, 8, 8, 32, 8, 8, 32])
        #expect(found.map { $0.options.scale * Double($0.options.rank) } == [8, 8, 8, 32, 8, 8, 32])
    }

    @Test("mistakes")
    func mistakes() {
        #expect(
            message { $0.loraRankPattern = [.init(pattern: "proj", value: 2)] }
                == "lora_rank_pattern: the pattern \"proj\" fits no adapter; it is a regular expression for a whole "
                + "name, or its end behind a dot, such as model.layers.0.self_attn.q_proj")
        #expect(
            message { $0.loraAlphaPattern = [.init(pattern: "q_(proj", value: 2)] }
                .hasSuffix("the pattern \"q_(proj\" is no regular expression"))
        #expect(
            message {
                $0.loraTargetModules = ["lm_head"]
                $0.modulesToSave = ["lm_head"]
            }
                == "modules_to_save: lm_head would be trained whole and gets an adapter too; name it there or in "
                + "lora_target_modules")
        #expect(message { $0.loraTargetModules = ["norm"] }.contains("no dense layer or belongs to the head"))
    }
}
