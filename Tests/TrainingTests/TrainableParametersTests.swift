// What a recipe's patterns freeze, adapt and slow down in a BERT classifier, and what is said of those that
// miss.

import Arguments
import DataParallel
import JSON
import Layers
import Models
import Tensors
import Testing
import Training

@Suite struct TrainableParametersTests {
    private func model() throws -> EncoderClassifier {
        let sizes: [(String, Int)] = [
            ("vocab_size", 13), ("hidden_size", 12), ("num_hidden_layers", 3), ("num_attention_heads", 3),
            ("intermediate_size", 20), ("max_position_embeddings", 8), ("type_vocab_size", 2),
            ("pad_token_id", 0),
        ]
        var members: JSONObject = ["model_type": .string("bert"), "hidden_act": .string("gelu")]
        for (name, size) in sizes { members[name] = .integer(size) }
        return try EncoderClassifier(
            .object(members), head: ClassificationHead(labels: ["a", "b"], problemType: .singleLabel),
            file: "config.json")
    }

    private func applied(
        _ change: (inout AdaptationArguments) -> Void, newParameters: Set<String> = []
    ) throws -> EncoderClassifier {
        let model = try model()
        var arguments = AdaptationArguments()
        change(&arguments)
        try TrainableParameters.apply(
            arguments, learningRate: 1e-3, to: model, newParameters: newParameters,
            adapterKey: RandomKey(seed: 1))
        return model
    }

    private func message(_ change: (inout AdaptationArguments) -> Void) -> String {
        do {
            _ = try applied(change)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    private func frozen(_ model: EncoderClassifier) -> [String] {
        model.parameters.layout.slots.filter { !$0.isTrainable }.map(\.name)
    }

    @Test("patterns freeze what they name, fused matrices whole")
    func freezing() throws {
        let model = try applied { $0.freeze = ["embeddings.*", "encoder.layer.[0-1].*"] }
        let expected = model.parameters.layout.slots.map(\.name).filter {
            $0.contains("embeddings") || $0.contains("layer.0.") || $0.contains("layer.1.")
        }
        #expect(frozen(model) == expected)
        #expect(try frozen(applied { $0.freeze = ["{query,key,value}"] }).count == 6)
    }

    @Test("encoder and decoder are the halves of an encoder–decoder, whatever is called so within them")
    func halves() throws {
        var members = try model().configurationJSON.object ?? [:]
        var decoder = members
        decoder["is_decoder"] = .bool(true)
        decoder["add_cross_attention"] = .bool(true)
        members = [
            "model_type": .string("encoder-decoder"), "encoder": .object(members),
            "decoder": .object(decoder),
            "decoder_start_token_id": .integer(1), "eos_token_id": .integer(2),
        ]
        let model = try EncoderDecoder(.object(members), file: "config.json")
        var arguments = AdaptationArguments()
        arguments.freeze = ["encoder"]
        // The later entry wins where both match: they must not.
        arguments.learningRates = [
            PatternRate(pattern: "decoder", rate: 2e-3), PatternRate(pattern: "encoder.*", rate: 1e-4),
        ]
        try TrainableParameters.apply(
            arguments, learningRate: 1e-3, to: model, adapterKey: RandomKey(seed: 1))
        for slot in model.parameters.layout.slots {
            let isEncoder = slot.name.hasPrefix("encoder.")
            #expect(slot.isTrainable == !isEncoder, "\(slot.name)")
            #expect(abs(slot.learningRateFactor - (isEncoder ? 0.1 : 2)) < 1e-6, "\(slot.name)")
        }
        #expect(model.parameters.layout.slots.contains { $0.name.hasPrefix("decoder.bert.encoder.layer.0.") })
    }

    @Test("adapters go to the chosen modules in forward order; only they and the head are trained")
    func adapters() throws {
        let model = try applied { $0.loraR = 4 }
        let adapters = model.parameters.layout.slots.filter { $0.adaptedSlot != nil }.map(\.name)
        let expected = (0..<3).flatMap { layer in
            ["query", "value"].flatMap { part in
                ["A", "B"].map { "bert.encoder.layer.\(layer).attention.self.\(part).lora_\($0).weight" }
            }
        }
        #expect(adapters == expected)
        #expect(
            model.parameters.trainable.layout.slots.map(\.name)
                == ["classifier.weight", "classifier.bias"] + expected)
        let first = try #require(model.parameters.layout.slots.first { $0.adaptedSlot != nil })
        let values = model.parameters.value(first.index).values()
        let bound = 1 / Float(12).squareRoot()
        #expect(values.allSatisfy { abs($0) <= bound } && values.contains { abs($0) > bound / 2 })

        let all = try applied {
            $0.loraR = 2
            $0.loraTargetModules = ["all-linear"]
            $0.modulesToSave = ["pooler"]
        }
        // As in PEFT 0.21: what is trained whole gets no adapter.
        #expect(all.parameters.adapters.values.joined().count == 3 * 6)
        let pooler = all.parameters.layout.slots.first { $0.name == "bert.pooler.dense.weight" }
        #expect(pooler?.isTrainable == true)
        let new = try applied({ $0.loraR = 2 }, newParameters: ["bert.pooler.dense.weight"])
        #expect(new.parameters.trainable.layout.slots.first?.name == "bert.pooler.dense.weight")
    }

    @Test(
        "of a model with adapters only the gradients of adapters and head travel between ranks, and are summed"
    )
    func reduction() throws {
        try ThreadProcessGroup.run(size: 2) { group in
            let model = try applied { $0.loraR = 4 }
            model.parameters.initialize(key: RandomKey(seed: 3))
            let trained = model.parameters.trainable
            let reducer = try GradientReducer(
                parameters: trained, group: group, options: ReductionOptions())
            model.parameters.onGradientReady = { reducer.markReady(slot: $0) }
            reducer.beginStep()
            trained.gradients.clear()
            let words: [Int32] = [1, 4, 7, 2].map { ($0 + Int32(group.rank)) % 13 }
            let batch = TokenBatch(
                tokens: words, typeIDs: [0, 0, 0, 0], positions: [0, 1, 2, 3], offsets: [0, 4],
                sampleIDs: [0])
            let pass = Pass(
                parameters: model.parameters, workspace: Workspace(), batch: batch,
                trainingKey: RandomKey(seed: 1))
            let logits = model.forward(pass)
            _ = ClassificationLoss.rows(
                logits, .labels([group.rank]), problemType: .singleLabel, rowCount: 2, gradient: logits)
            model.backward(gradient: logits, pass)
            try reducer.finish()
            #expect(reducer.counters.bytes == trained.layout.elementCount * 4)
            #expect(trained.layout.elementCount * 4 < model.parameters.layout.elementCount)
            let hash = trained.gradients.values().map(\.bitPattern)
            let all = try group.allGather(hash.map { "\($0)" }.joined(separator: " ").utf8.map(\.self))
            #expect(all[0] == all[1])
        }
    }

    @Test("the rate falls from layer to layer, the embeddings are slowest, and a rate of its own beats that")
    func rates() throws {
        let model = try applied {
            $0.layerwiseLRDecay = 0.5
            $0.learningRates = [
                .init(pattern: "layer.1.output", rate: 3e-3), .init(pattern: "pooler", rate: 0),
            ]
        }
        for slot in model.parameters.layout.slots {
            let expected: Float =
                switch slot.name {
                case let name where name.contains("embeddings"): 0.0625
                case let name where name.contains("layer.0."): 0.125
                case let name where name.contains("layer.1.output."): 3
                case let name where name.contains("layer.1."): 0.25
                case let name where name.contains("layer.2."): 0.5
                case let name where name.contains("pooler"): 0
                default: 1
                }
            #expect(slot.learningRateFactor == expected, "\(slot.name)")
        }
        let adapted = try applied {
            $0.loraR = 2
            $0.layerwiseLRDecay = 0.5
        }
        for slot in adapted.parameters.layout.slots where slot.name.contains("layer.0.") {
            #expect(slot.learningRateFactor == 0.125, "\(slot.name)")
        }
    }

    @Test("patterns that name nothing, half a matrix, or everything")
    func mistakes() {
        #expect(
            message { $0.freeze = ["embedings.*"] }
                == "freeze: the pattern \"embedings.*\" names nothing in this model; did you mean \"embeddings\"?"
        )
        #expect(
            message { $0.freeze = ["query"] }
                == "freeze: the pattern \"query\" names bert.encoder.layer.0.attention.self.query.weight but not "
                + "bert.encoder.layer.0.attention.self.key.weight, and both are stored as one matrix; name all of its "
                + "parts, or none")
        #expect(
            message { $0.freeze = ["*"] }
                == "freeze: every parameter is frozen, so nothing is left to train; take a pattern out")
        #expect(
            message { $0.freeze = ["layer.[0-11]"] }.hasPrefix(
                "freeze: the pattern \"layer.[0-11]\" has [0-11], "))
        let target: (String) -> String = { name in
            message {
                $0.loraR = 2
                $0.loraTargetModules = [name]
            }
        }
        #expect(
            target("qery")
                == "lora_target_modules: the pattern \"qery\" names nothing in this model; did you mean \"query\"?"
        )
        #expect(
            target("c_attn").hasPrefix(
                "lora_target_modules: the pattern \"c_attn\" names nothing in this model; names are such as "
                    + "bert.encoder.layer.0.attention.self.query, "))
        #expect(
            target("LayerNorm")
                == "lora_target_modules: the pattern \"LayerNorm\" names bert.embeddings.LayerNorm, which "
                + "is no dense layer or belongs to the head; adapters fit such as "
                + "bert.encoder.layer.0.attention.self.query")
        #expect(
            message { $0.learningRates = [.init(pattern: "decoder", rate: 1)] }.hasPrefix(
                "learning_rates: the pattern \"decoder\" names nothing in this model; "))
    }

    @Test("Adapters that no memory holds are refused by their rank, before they are made")
    func adapterMemory() throws {
        let adapters = [(shape: [768, 768], rank: 65_536), (shape: [768, 3_072], rank: 8)]
        let error = #expect(throws: TrainingError.self) {
            try TrainableParameters.checkMemory(adapters, memory: 1 << 30)
        }
        let sentence =
            "lora_r: adapters of rank 65536 have 100694016 parameters, with gradients and moments 1536 MiB"
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
        try TrainableParameters.checkMemory(adapters, memory: 1 << 31)
    }
}
