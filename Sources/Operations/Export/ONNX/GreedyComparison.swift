// Whether an exported decoder writes the text that Lockstep writes, token by token with its cache.

internal import Generation
internal import Layers
package import Models
internal import Safetensors
internal import Tensors

/// A text of a model that decodes, greedy, by both programs.
package struct GreedyComparison {
    /// Tokens that both wrote.
    package let tokenCount: Int
    /// The first that is another one, from 0; nil where all are the same.
    package let firstDifference: Int?

    /// Continues the first sequence of `step`, or writes the target of it, for up to `count` tokens, or to
    /// the end token of a model with an encoder. `folder` receives the files of both sides. nil for models
    /// that do not decode.
    package init?(
        _ model: any GraphModel, after step: ModelStep, count: Int, in models: String, runtime: Runtime,
        folder: String
    ) throws(ExportError) {
        let prompt = step.batch.firstSequence(limit: Self.longestPrompt)
        var request = SafetensorsWriter()
        let expected: [Int32]
        var options = GenerationOptions()
        do {
            switch model {
            case let model as CausalLanguageModel:
                options.maximumNewTokens = min(count, model.maximumLength - prompt.tokenCount)
                expected = try Generator(model as any LanguageModel)
                    .generate(prompts: [prompt.tokens], options: options)[0].tokens
                request.add(
                    "input_ids", shape: [1, prompt.tokenCount], integers: prompt.tokens.map { Int64($0) })
            case let model as EncoderDecoder:
                options.maximumNewTokens = min(count, model.maximumTargetLength - 1)
                expected = try Generator.generate(model, sources: prompt, options: options)[0].tokens
                request =
                    GraphRequest(
                        step: ModelStep(batch: prompt), padding: 0, inputs: ["input_ids", "attention_mask"]
                    ).tensors()
                request.add("start", shape: [1], integers: [Int64(model.startID)])
            default: return nil
            }
        } catch { throw .notExportable(models, reason: "\(error)") }
        request.add("count", shape: [1], integers: [Int64(expected.count)])
        let found = try Self.run(request, models, runtime, folder)
        tokenCount = expected.count
        firstDifference = expected.indices.first { index in
            !found.indices.contains(index) || found[index] != Int64(expected[index])
        }
    }

    private static let longestPrompt = 16

    private static func run(
        _ request: SafetensorsWriter, _ models: String, _ runtime: Runtime, _ folder: String
    ) throws(ExportError) -> [Int64] {
        let (source, target) = (folder + "/greedy-requests", folder + "/greedy-responses")
        for path in [source, target] { try StepFiles.create(path) }
        let name = StepFiles.name(0)
        do { try request.write(to: "\(source)/\(name)") } catch {
            throw .unreadableOutputs(source, reason: "\(error)")
        }
        try runtime.run("greedy", [models, source, target])
        do { return try SafetensorsFile(path: "\(target)/\(name)").readInt64s("tokens") } catch {
            throw .unreadableOutputs(target, reason: "\(error)")
        }
    }
}

extension TokenBatch {
    /// The first sequence alone: of a text the first so many tokens.
    fileprivate func firstSequence(limit: Int) -> TokenBatch {
        let whole = Int(offsets[1])
        let end = images == nil ? min(whole, limit) : whole
        return TokenBatch(
            tokens: Array(tokens[..<end]), typeIDs: Array(typeIDs[..<end]),
            positions: Array(positions[..<end]),
            offsets: [0, Int32(end)], sampleIDs: [sampleIDs[0]],
            images: images.map {
                ImageBatch(
                    pixels: $0.pixels.rows(0..<1), channels: $0.channels, height: $0.height, width: $0.width)
            })
    }
}
