// The goldens of generation, made together with those of the model families, of captioners and of imported
// files (Goldens/generate.py in ModelsTests/Families, ModelsTests/Vision and GGUFImportTests).

import Checkpoints
import Foundation
import Generation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import Testing

/// A file or folder of the goldens.
func goldenPath(_ name: String, of tests: String = "ModelsTests/Families") -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(tests + "/Goldens/" + name).path
}

private func json(of path: String) throws -> JSONValue {
    try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
}

/// One call of transformers' `generate`.
struct GoldenGeneration: CustomTestStringConvertible, Sendable {
    /// What reads the prompts.
    enum Reader {
        case languageModel
        case textEncoder
        /// Reads the images beside the model instead of prompts.
        case imageEncoder
    }

    let directory: String
    let reader: Reader
    let prompts: [[Int32]]
    let expected: [[Int32]]
    let options: GenerationOptions
    let testDescription: String

    /// The calls that stand in the golden file of each of these folders of ModelsTests/Families.
    static func all(_ models: [String]) throws -> [GoldenGeneration] {
        try models.flatMap { model in
            try of(
                json(of: goldenPath(model) + "/golden.json"), directory: goldenPath(model),
                reader: model.contains("2") && model.hasPrefix("bert") ? .textEncoder : .languageModel)
        }
    }

    /// The calls of the models that were pretrained to write.
    static func writers(_ models: [String]) throws -> [GoldenGeneration] {
        try models.flatMap { model in
            let path = goldenPath(model, of: "ModelsTests/Writers")
            return try of(json(of: path + "/golden.json"), directory: path, reader: .textEncoder)
        }
    }

    static func captions() throws -> [GoldenGeneration] {
        let path = goldenPath("captioner", of: "ModelsTests/Vision")
        return try of(json(of: path + "/golden.json"), directory: path, reader: .imageEncoder)
    }

    /// The calls of the model that a GGUF file is imported to, `directory`.
    static func imported(_ name: String, directory: String) throws -> [GoldenGeneration] {
        let all = try json(of: goldenPath("imports.json", of: "GGUFImportTests"))
        return of(all[name] ?? .null, directory: directory, reader: .languageModel)
    }

    private static func of(_ json: JSONValue, directory: String, reader: Reader) -> [GoldenGeneration] {
        (json["generations"]?.array ?? []).map { GoldenGeneration($0, directory: directory, reader: reader) }
    }

    private init(_ json: JSONValue, directory: String, reader: Reader) {
        self.directory = directory
        self.reader = reader
        prompts = Self.rows(json["prompts"])
        expected = Self.rows(json["new_tokens"])
        let given = json["options"] ?? .null
        options = Self.options(given)
        let name = URL(fileURLWithPath: directory).lastPathComponent
        testDescription = "\(name), \((given.object ?? [:]).map { "\($0) \($1)" }.sorted())"
    }

    private static func rows(_ json: JSONValue?) -> [[Int32]] {
        (json?.array ?? []).map { ($0.array ?? []).map { Int32($0.integer ?? 0) } }
    }

    private static func options(_ json: JSONValue) -> GenerationOptions {
        var options = GenerationOptions()
        func ids(_ key: String) -> [Int32] {
            (json[key]?.array ?? [json[key]].compactMap { $0 }).compactMap { $0.integer.map(Int32.init) }
        }
        options.endIDs = ids("eos_token_id")
        options.forcedBeginID = ids("forced_bos_token_id").first
        options.forcedEndIDs = ids("forced_eos_token_id")
        options.badWords = rows(json["bad_words_ids"])
        options.suppressedIDs = ids("suppress_tokens")
        options.suppressedBeginIDs = ids("begin_suppress_tokens")
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
        guard reader != .languageModel else {
            let (network, _) = try ModelLoader.load(.causal, directory: directory)
            return try Generator(network, usesCache: usesCache).generate(prompts: prompts, options: options)
        }
        let (network, _) = try ModelLoader.load(.encoderDecoder, directory: directory)
        return try Generator.generate(
            network, sources: reader == .textEncoder ? texts : images(), options: options,
            usesCache: usesCache)
    }

    private var texts: TokenBatch {
        let tokens = prompts.flatMap { $0 }
        return TokenBatch(
            tokens: tokens, typeIDs: tokens.map { _ in 0 },
            positions: prompts.flatMap { $0.indices.map { Int32($0) } },
            offsets: prompts.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) },
            sampleIDs: prompts.indices.map { UInt64($0) })
    }

    private func images() throws -> TokenBatch {
        let file = try SafetensorsFile(path: directory + "/golden.safetensors")
        let shape = try file.shape(of: "pixel_values")
        let pixels = Tensor(rows: shape[0], columns: shape[1] * shape[2] * shape[3])
        try file.read("pixel_values", into: pixels)
        return TokenBatch(
            images: ImageBatch(pixels: pixels, channels: shape[1], height: shape[2], width: shape[3]),
            patchHeight: 2, patchWidth: 2, sampleIDs: (0..<shape[0]).map { UInt64($0) })
    }
}
