// int8 weights for decoding: what they cost, and what refuses them.

import Checkpoints
import Generation
import Layers
import Models
import Tensors
import Testing

@Suite struct WeightQuantizationTests {
    private let text: [Int32] = (0..<150).map { (index: Int32) -> Int32 in
        (7 * index + index * index / 11) % 30
    }

    @Test(
        "int8 weights change perplexity little and are half as many bytes as bf16",
        arguments: ["gpt2", "llama"])
    func applies(_ name: String) throws {
        let model = try ModelLoader.load(.causal, directory: goldenPath(name)).model
        model.parameters.computeInBFloat16()
        let result = try WeightQuantization.apply(to: model, text: text, maximumRise: 0.05)
        #expect(result.perplexity > 1 && abs(result.rise) < 0.05)
        #expect(result.quantizedPerplexity != result.perplexity)
        #expect(Double(result.quantizedByteCount) < 0.65 * Double(result.byteCount))
        #expect(!model.parameters.quantizedWeights.isEmpty)
        // Decoding reads them, and is as independent of its company as before.
        var options = GenerationOptions()
        options.maximumNewTokens = 8
        let generator = Generator(model)
        let alone = try [[5, 6, 7], [9, 10]].map {
            try generator.generate(prompts: [$0], options: options)[0]
        }
        #expect(try generator.generate(prompts: [[5, 6, 7], [9, 10]], options: options) == alone)
    }

    @Test("a rise beyond the bound, a bad bound and a text of one token are refused, and nothing changes")
    func refuses() throws {
        let model = try ModelLoader.load(.causal, directory: goldenPath("llama")).model
        func rise(_ text: [Int32]) throws -> Double {
            let found = try WeightQuantization.apply(to: model, text: text, maximumRise: 1e6)
            #expect(!model.parameters.quantizedWeights.isEmpty)
            return found.rise
        }
        // Rounding makes some texts less likely and some more.
        let texts = (0..<8).map { start in text[(start * 8)...].prefix(40).map { $0 } }
        let rises = try texts.map(rise)
        let place = try #require(rises.firstIndex { $0 > 1e-9 }, "\(rises)")
        for (text, bound) in [(texts[place], rises[place] / 2), (text, -1), ([5], 0.1)] {
            model.parameters.quantizedWeights = [:]
            #expect(throws: GenerationError.self) {
                try WeightQuantization.apply(to: model, text: text, maximumRise: bound)
            }
            #expect(model.parameters.quantizedWeights.isEmpty)
        }
        let bound = rises[place] * 1.01
        #expect(try WeightQuantization.apply(to: model, text: texts[place], maximumRise: bound).rise <= bound)
    }
}
