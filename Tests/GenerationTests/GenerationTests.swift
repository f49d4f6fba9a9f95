// Generation against transformers, token by token; the cache against none; sampling; bad requests.

import Checkpoints
import Foundation
import GGUFImport
import Generation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import Testing

private let goldens = Result {
    try GoldenGeneration.all(["gpt2", "llama", "qwen2", "bert2bert", "bert2gpt2"])
        + GoldenGeneration.captions()
}

@Suite struct GenerationTests {
    @Test("greedy decoding and beam search give transformers' tokens, with the cache and without")
    func transformers() throws {
        let cases = try goldens.get()
        #expect(cases.count == 34 && cases.filter { $0.options.beamCount == 4 }.count == 12)
        try expectEqual(cases)
    }

    @Test("BART, Pegasus and T5 write transformers' tokens, forced, suppressed and banned ones too")
    func writers() throws {
        let cases = try GoldenGeneration.writers(["bart", "pegasus", "t5", "flan-t5"])
        #expect(cases.count == 28 && cases.filter { $0.options.beamCount == 4 }.count == 16)
        try expectEqual(cases)
    }

    private func expectEqual(_ cases: [GoldenGeneration]) throws {
        for golden in cases {
            for usesCache in [true, false] {
                let found = try golden.run(usesCache: usesCache).map(\.tokens)
                #expect(found == golden.expected, "\(golden.testDescription), cache \(usesCache)")
            }
        }
    }

    @Test(
        "models imported from GGUF files write transformers' tokens, greedily and with beams",
        arguments: ["llama", "llama3", "qwen2", "gpt2"])
    func imported(name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try GGUFImport(path: goldenPath(name + ".gguf", of: "GGUFImportTests"))
            .write(to: folder.path, precision: .float32, overwrite: false) { _ in }
        let cases = try GoldenGeneration.imported(name, directory: folder.path)
        #expect(cases.map(\.options.beamCount) == [1, 4, 4])
        try expectEqual(cases)
    }

    private func model(_ name: String = "llama") throws -> any LanguageModel {
        try ModelLoader.load(.causal, directory: goldenPath(name)).model
    }

    @Test("every token is reported as it comes, and a prompt ends when the callback says so")
    func streaming() throws {
        let generator = Generator(try model())
        var options = GenerationOptions()
        options.maximumNewTokens = 8
        let prompts: [[Int32]] = [[5, 6], [7], [8, 9, 10]]
        var seen: [[Int32]] = [[], [], []]
        let found = try generator.generate(prompts: prompts, options: options) { prompt, token in
            seen[prompt].append(token)
            return prompt != 1 || seen[1].count < 3
        }
        #expect(found.map(\.tokens) == seen)
        #expect(found.map(\.tokens.count) == [8, 3, 8])
        #expect(found.allSatisfy { !$0.isEnded })
        let whole = try generator.generate(prompts: [prompts[1]], options: options)[0].tokens
        #expect(Array(whole.prefix(3)) == seen[1])
    }

    @Test("sampling depends on the seed and the prompt's place, and not on the cache or the other prompts")
    func samplingKeys() throws {
        var options = GenerationOptions()
        options.isSampling = true
        options.temperature = 1.5
        options.maximumNewTokens = 10
        let prompts: [[Int32]] = [[5, 6], [5, 6], [8]]
        func run(_ seed: UInt64, _ prompts: [[Int32]], usesCache: Bool = true) throws -> [[Int32]] {
            options.seed = seed
            return try Generator(try model(), usesCache: usesCache)
                .generate(prompts: prompts, options: options).map(\.tokens)
        }
        let first = try run(1, prompts)
        #expect(try run(1, prompts) == first)
        #expect(try run(1, prompts, usesCache: false) == first)
        #expect(try run(1, [prompts[0]]) == [first[0]])
        #expect(first[0] != first[1])
        #expect(try run(2, prompts) != first)
    }

    @Test("in bfloat16 the cache gives the tokens that whole sequences give")
    func bfloat16() throws {
        var options = GenerationOptions()
        options.maximumNewTokens = 6
        let found = try [true, false].map { usesCache in
            let model = try model("gpt2")
            model.parameters.computeInBFloat16()
            return try Generator(model, usesCache: usesCache).generate(
                prompts: [[5, 6], [7], [8, 9, 10]], options: options)
        }
        #expect(found[0] == found[1] && found[0].allSatisfy { !$0.tokens.isEmpty })
    }

    @Test("tokens are drawn with the probabilities that temperature, top-k and top-p leave in transformers")
    func samplingDistribution() throws {
        let file = try SafetensorsFile(path: goldenPath("sampling") + "/golden.safetensors")
        let scores = Tensor(rows: 6, columns: 37)
        try file.read("scores", into: scores)
        let url = URL(fileURLWithPath: goldenPath("sampling") + "/golden.json")
        let json = try JSONValue(parsing: [UInt8](Data(contentsOf: url)))
        for (index, values) in (json["temperature_top_k_top_p"]?.array ?? []).enumerated() {
            let numbers = (values.array ?? []).map { $0.double ?? 0 }
            var options = GenerationOptions()
            (options.temperature, options.topK, options.topP) = (numbers[0], Int(numbers[1]), numbers[2])
            let expected = Tensor(rows: 1, columns: 37)
            try file.read("probabilities.\(index)", into: expected)
            let found = options.probabilities(scores.rows(index..<index + 1).values())
            for (a, b) in zip(found, expected.values()) { #expect(abs(a - Double(b)) < 1e-6) }
            // The share of draws below each token is its cumulative probability.
            let draws = (0..<1_000).map { draw in
                options.draw(scores.rows(index..<index + 1).values(), uniform: (Double(draw) + 0.5) / 1_000)
            }
            for token in 0..<37 {
                let share = Double(draws.filter { $0 == Int32(token) }.count) / 1_000
                #expect(abs(share - found[token]) <= 0.0011)
            }
        }
    }

    @Test("bad requests say what is wrong")
    func errors() throws {
        let generator = Generator(try model())
        func message(_ prompts: [[Int32]], _ change: (inout GenerationOptions) -> Void = { _ in }) -> String {
            var options = GenerationOptions()
            change(&options)
            do {
                _ = try generator.generate(prompts: prompts, options: options)
                return ""
            } catch { return "\(error)" }
        }
        #expect(message([[5], []]) == "prompt 2 has no token: give some text, or the model's start token")
        let long = [Int32](repeating: 5, count: 64)
        #expect(message([long]).contains("a prompt of 64 tokens leaves no room for an answer"))
        #expect(message([[99]]).contains("token id 99 is beyond the model's vocabulary of 37"))
        #expect(message([[5]]) { $0.temperature = 0 } == "temperature must be a number above 0")
        #expect(message([[5]]) { $0.topP = 1.5 } == "top_p must be above 0 and at most 1")
        #expect(message([[5]]) { $0.beamCount = 0 } == "num_beams must be 1 or more")
        #expect(message([[5]]) { $0.maximumNewTokens = 0 } == "max_new_tokens must be a number above 0")
    }
}
