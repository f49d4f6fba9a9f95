// The goldens of generation, made together with those of the model families (ModelFamilyTests/Goldens/generate.py).

import Checkpoints
import Foundation
import Generation
import Layers
import Models
import Tensors
import Testing

/// A folder of the goldens.
func goldenPath(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("ModelFamilyTests/Goldens/" + name).path
}

/// One call of transformers' `generate`.
struct GoldenGeneration: CustomTestStringConvertible, Sendable {
    let model: String
    let prompts: [[Int32]]
    let expected: [[Int32]]
    let options: GenerationOptions
    let testDescription: String

    static func all(_ models: [String]) throws -> [GoldenGeneration] {
        try models.flatMap { model in
            let url = URL(fileURLWithPath: goldenPath(model) + "/golden.json")
            let json = try JSONValue(parsing: [UInt8](Data(contentsOf: url)))
            return (json["generations"]?.array ?? []).map { GoldenGeneration(model, $0) }
        }
    }

    private init(_ model: String, _ json: JSONValue) {
        self.model = model
        prompts = Self.rows(json["prompts"])
        expected = Self.rows(json["new_tokens"])
        let given = json["options"] ?? .null
        options = Self.options(given)
        testDescription = "\(model), \((given.object ?? [:]).map { "\($0) \($1)" }.sorted())"
    }

    private static func rows(_ json: JSONValue?) -> [[Int32]] {
        (json?.array ?? []).map { ($0.array ?? []).map { Int32($0.integer ?? 0) } }
    }

    private static func options(_ json: JSONValue) -> GenerationOptions {
        var options = GenerationOptions()
        options.endIDs = (json["eos_token_id"]?.array ?? []).map { Int32($0.integer ?? 0) }
        options.maximumNewTokens = json["max_new_tokens"]?.integer ?? options.maximumNewTokens
        options.maximumLength = json["max_length"]?.integer
        options.minimumNewTokens = json["min_new_tokens"]?.integer ?? 0
        options.minimumLength = json["min_length"]?.integer ?? 0
        options.repetitionPenalty = json["repetition_penalty"]?.double ?? 1
        options.noRepeatNGramSize = json["no_repeat_ngram_size"]?.integer ?? 0
        options.beamCount = json["num_beams"]?.integer ?? 1
        options.lengthPenalty = json["length_penalty"]?.double ?? 1
        if json["early_stopping"]?.bool == true { options.earlyStopping = .whenFull }
        if json["early_stopping"]?.string == "never" { options.earlyStopping = .never }
        return options
    }

    /// Generates with all prompts in one batch.
    func run(usesCache: Bool) throws -> [GeneratedSequence] {
        let directory = goldenPath(model)
        if model.contains("2bert") || model == "bert2gpt2" {
            let (network, _) = try PretrainedModel.sequenceToSequenceModel(directory: directory)
            return try Generator.generate(
                network, sources: sources, options: options, usesCache: usesCache)
        }
        let (network, _) = try PretrainedModel.causalLanguageModel(directory: directory)
        return try Generator(network, usesCache: usesCache).generate(prompts: prompts, options: options)
    }

    private var sources: TokenBatch {
        let tokens = prompts.flatMap { $0 }
        return TokenBatch(
            tokens: tokens, typeIDs: tokens.map { _ in 0 },
            positions: prompts.flatMap { $0.indices.map { Int32($0) } },
            offsets: prompts.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) },
            sampleIDs: prompts.indices.map { UInt64($0) })
    }
}
