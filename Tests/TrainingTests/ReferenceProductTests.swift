// Training steps of every model family and task, in both number formats, whole and with adapters: no product
// of them may run on the maths library's reference code.

import Arguments
import JSON
import Kernels
import Layers
import Models
import Tensors
import Testing
import Training

@Suite struct ReferenceProductTests {
    /// A task that a recipe can name, and the model of it.
    private enum Task: String, CaseIterable {
        case bertClassification, robertaClassification, imageClassification, maskedLM, robertaMaskedLM
        case gpt2, llama, qwen2, extractive, extractiveMean, abstractive, captioning
    }

    /// Sizes of a model of two layers.
    private struct Sizes: CustomTestStringConvertible {
        var width, inner, heads: Int
        /// Heads of keys and values, for decoders that share them.
        var keyValueHeads: Int
        /// Tokens of the batch's sequences.
        var lengths: [Int]
        var testDescription: String { "width \(width)" }
    }

    private static let sizes = [
        Sizes(width: 12, inner: 20, heads: 3, keyValueHeads: 1, lengths: [5, 1, 7]),
        Sizes(width: 64, inner: 130, heads: 2, keyValueHeads: 1, lengths: [31, 40, 9]),
        // The widths of MiniLM, and of SmolLM2 with its three heads of keys and values.
        Sizes(width: 384, inner: 1_536, heads: 12, keyValueHeads: 4, lengths: [23, 61, 44]),
        Sizes(width: 576, inner: 1_536, heads: 9, keyValueHeads: 3, lengths: [90, 38]),
    ]

    /// A step of one task: which model, and its forward and backward pass.
    private struct Step {
        let model: any TrainableModel
        let run: () -> Void
    }

    private func configuration(_ type: String, _ sizes: Sizes, _ more: JSONObject = [:]) -> JSONValue {
        let numbers = [
            "vocab_size": 151, "hidden_size": sizes.width, "num_hidden_layers": 2,
            "num_attention_heads": sizes.heads, "intermediate_size": sizes.inner,
            "max_position_embeddings": 128,
            "type_vocab_size": 2, "pad_token_id": 0, "num_key_value_heads": sizes.keyValueHeads,
            "n_embd": sizes.width, "n_layer": 2, "n_head": sizes.heads, "n_positions": 128,
            "n_inner": sizes.inner,
            "image_size": 64, "patch_size": 16, "num_channels": 3, "decoder_start_token_id": 1,
            "eos_token_id": 2,
        ]
        var members = JSONObject(numbers.mapValues(JSONValue.integer))
        members["model_type"] = .string(type)
        members["hidden_act"] = .string(["llama", "qwen2"].contains(type) ? "silu" : "gelu")
        return .object(members.merging(more))
    }

    private func batch(_ sizes: Sizes) -> TokenBatch {
        let count = sizes.lengths.reduce(0, +)
        return TokenBatch(
            tokens: (0..<count).map { Int32(3 + $0 % 148) }, typeIDs: [Int32](repeating: 0, count: count),
            positions: sizes.lengths.flatMap { (0..<Int32($0)).map { $0 } },
            offsets: sizes.lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1)) },
            sampleIDs: sizes.lengths.indices.map { UInt64($0) })
    }

    private func pass(_ model: any TrainableModel, _ workspace: Workspace, _ batch: TokenBatch) -> Pass {
        Pass(
            parameters: model.parameters, workspace: workspace, batch: batch, trainingKey: RandomKey(seed: 1))
    }

    // MARK: Tasks

    private func step(_ task: Task, _ sizes: Sizes, isTied: Bool? = nil) throws -> Step {
        let file = "config.json"
        let head = ClassificationHead(labels: ["a", "b", "c"], problemType: .singleLabel)
        switch task {
        case .bertClassification:
            let json = configuration("bert", sizes)
            return classifier(try EncoderClassifier(json, head: head, file: file), batch(sizes))
        case .robertaClassification:
            let json = configuration("roberta", sizes)
            return classifier(try EncoderClassifier(json, head: head, file: file), batch(sizes))
        case .imageClassification:
            let model = try EncoderClassifier(configuration("vit", sizes), head: head, file: file)
            return classifier(model, images(of: model))
        case .maskedLM:
            return languageModel(try MaskedLanguageModel(configuration("bert", sizes), file: file), sizes)
        case .robertaMaskedLM:
            return languageModel(try MaskedLanguageModel(configuration("roberta", sizes), file: file), sizes)
        case .gpt2, .llama, .qwen2:
            let tying: JSONObject = isTied.map { ["tie_word_embeddings": .bool($0)] } ?? [:]
            let json = configuration(task.rawValue, sizes, tying)
            return languageModel(try CausalLanguageModel(json, file: file), sizes)
        case .extractive, .extractiveMean:
            let pooling = task == .extractive ? "cls" : "mean"
            let section: JSONObject = [
                ExtractiveConfiguration.key: .object(["sentence_pooling": .string(pooling)])
            ]
            return extractor(
                try ExtractiveSummarizer(configuration("bert", sizes, section), file: file), sizes)
        case .abstractive:
            let model = try pair("encoder-decoder", configuration("bert", sizes), sizes)
            return summarizer(model, batch(sizes), sizes)
        case .captioning:
            let model = try pair("vision-encoder-decoder", configuration("vit", sizes), sizes)
            return summarizer(model, images(of: model), sizes)
        }
    }

    private func pair(_ type: String, _ encoder: JSONValue, _ sizes: Sizes) throws -> EncoderDecoder {
        let isImage = type.hasPrefix("vision")
        let decoder = configuration(
            isImage ? "gpt2" : "bert", sizes,
            ["is_decoder": .bool(true), "add_cross_attention": .bool(true)])
        return try EncoderDecoder(
            configuration(type, sizes, ["encoder": encoder, "decoder": decoder]), file: "config.json")
    }

    private func images(of model: any ImageModel) -> TokenBatch {
        model.batch(
            pixels: Tensor(rows: 3, columns: 3 * 64 * 64), height: 64, width: 64, sampleIDs: [0, 1, 2])
    }

    private func classifier(_ model: any SequenceClassifier, _ batch: TokenBatch) -> Step {
        let workspace = Workspace()
        return Step(model: model) {
            let pass = self.pass(model, workspace, batch)
            let logits = model.forward(pass)
            _ = ClassificationLoss.rows(
                logits, .labels((0..<batch.sequenceCount).map { $0 % 3 }), problemType: .singleLabel,
                rowCount: batch.sequenceCount, gradient: logits)
            model.backward(gradient: logits, pass)
        }
    }

    private func languageModel(_ model: any LanguageModel, _ sizes: Sizes) -> Step {
        let (batch, workspace) = (batch(sizes), Workspace())
        return Step(model: model) {
            _ = model.lossSums(
                self.pass(model, workspace, batch), targets: batch.tokens, scale: 0.01, labelSmoothing: 0)
        }
    }

    /// Sentences of three tokens.
    private func extractor(_ model: ExtractiveSummarizer, _ sizes: Sizes) -> Step {
        let (batch, workspace) = (batch(sizes), Workspace())
        let starts = batch.offsets.dropLast()
        let places = zip(starts, sizes.lengths).flatMap { start, length in
            stride(from: start, to: start + Int32(length), by: 3).map { $0 }
        }
        let sentences = SentenceBatch(
            places: places, positions: places.indices.map { Int32($0 % 20) },
            offsets: batch.offsets.map { offset in Int32(places.count { $0 < offset }) })
        return Step(model: model) {
            let pass = self.pass(model, workspace, batch)
            let logits = model.forward(pass, sentences: sentences)
            _ = ClassificationLoss.rows(
                logits, .values(places.map { _ in [1] }), problemType: .multiLabel, rowCount: places.count,
                gradient: logits)
            model.backward(gradient: logits, pass)
        }
    }

    private func summarizer(_ model: EncoderDecoder, _ sources: TokenBatch, _ sizes: Sizes) -> Step {
        let workspace = Workspace()
        let texts = (0..<sources.sequenceCount).map { row in (0..<20 + row).map { Int32(3 + $0) } }
        let target = model.targetBatch(texts, sampleIDs: texts.indices.map { UInt64($0) })
        return Step(model: model) {
            _ = model.lossSums(
                source: self.pass(model, workspace, sources),
                target: self.pass(model, workspace, target.batch), targets: target.targets, scale: 0.01,
                labelSmoothing: 0)
        }
    }

    // MARK: Tests

    /// Weights stay zero: which code a product runs on depends on its shape alone.
    private func check(
        _ task: Task, _ sizes: Sizes, rank: Int?, isBFloat16: Bool, targets: [String] = ["all-linear"],
        isTied: Bool? = nil
    ) throws {
        let step = try step(task, sizes, isTied: isTied)
        var arguments = AdaptationArguments()
        arguments.loraR = rank
        arguments.loraDropout = rank == 16 ? 0.1 : 0
        arguments.loraTargetModules = rank == nil ? [] : targets
        try TrainableParameters.apply(
            arguments, learningRate: 1e-3, to: step.model, adapterKey: RandomKey(seed: 1))
        if isBFloat16 { step.model.parameters.computeInBFloat16() }
        let before = ReferenceProducts.shared.count
        step.run()
        #expect(
            ReferenceProducts.shared.count == before,
            "\(task) width \(sizes.width) r \(rank ?? 0) \(isBFloat16 ? "bf16" : "fp32")")
    }

    @Test("a step of every task has no product on reference code", arguments: Task.allCases, sizes)
    private func steps(task: Task, sizes: Sizes) throws {
        for isBFloat16 in [false, true] {
            for rank in [nil, 1, 8, 16, 64] {
                try check(task, sizes, rank: rank, isBFloat16: isBFloat16)
            }
        }
    }

    @Test(
        "nor has one with adapters of any other rank",
        arguments: [Task.bertClassification, .llama], [2, 3, 4, 5, 7, 12, 24, 32, 48])
    private func ranks(task: Task, rank: Int) throws {
        for sizes in Self.sizes {
            for isBFloat16 in [false, true] { try check(task, sizes, rank: rank, isBFloat16: isBFloat16) }
        }
    }

    @Test(
        "nor has one with adapters of embeddings and output layer, which are tied or not",
        arguments: [1, 2, 4, 7, 8, 16, 64], [true, false])
    private func vocabulary(rank: Int, isTied: Bool) throws {
        let cases: [(Task, [String])] = [
            (.llama, ["embed_tokens"] + (isTied ? [] : ["lm_head"])), (.gpt2, ["wte", "wpe"]),
            (.maskedLM, ["word_embeddings", "position_embeddings"]),
        ]
        for (task, modules) in cases {
            for sizes in Self.sizes {
                for isBFloat16 in [false, true] {
                    try check(
                        task, sizes, rank: rank, isBFloat16: isBFloat16, targets: ["all-linear"] + modules,
                        isTied: isTied)
                }
            }
        }
    }
}
