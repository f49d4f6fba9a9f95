// From drawings in files to captions: the sample data train a small captioner, which then writes them again.

import Datasets
import Foundation
import Images
import JSON
import Layers
import Models
import Optimizers
import Tensors
import Testing

/// Eight drawings of the sample data with a vocabulary of their words.
private struct Drawings {
    static let (start, end) = (Int32(0), Int32(1))

    let loader: ImageLoader
    let captions: [[Int32]]
    let vocabularySize: Int

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("launch/recipes/captions/train.jsonl").path
        let examples = try CaptionExample.read(patterns: [file]).prefix(8)
        var preprocessing = ImagePreprocessing()
        preprocessing.size = .exact(width: 16, height: 16)
        loader = try ImageLoader(rows: examples.map(\.image), preprocessing: preprocessing)
        var ids: [Substring: Int32] = [:]
        captions = examples.map { example in
            let words = example.caption.split(separator: " ")
            for word in words where ids[word] == nil { ids[word] = Int32(ids.count + 2) }
            return words.compactMap { ids[$0] } + [Self.end]
        }
        vocabularySize = ids.count + 2
    }

    func captioner() throws -> EncoderDecoder {
        let json = """
            {"model_type": "vision-encoder-decoder", "decoder_start_token_id": 0, "eos_token_id": 1,
             "pad_token_id": 1,
             "encoder": {"model_type": "vit", "image_size": 16, "patch_size": 4, "hidden_size": 32,
                         "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64},
             "decoder": {"model_type": "gpt2", "n_embd": 24, "n_layer": 1, "n_head": 2, "n_positions": 12,
                         "vocab_size": \(vocabularySize), "resid_pdrop": 0, "embd_pdrop": 0, "attn_pdrop": 0}}
            """
        let model = try EncoderDecoder(JSONValue(parsing: Array(json.utf8)), file: "config.json")
        model.parameters.initialize(key: RandomKey(seed: 11))
        return model
    }
}

@Suite struct CaptioningTests {
    private func images(_ drawings: Drawings, _ model: EncoderDecoder, rows: [Int]) throws -> TokenBatch {
        let loader = drawings.loader
        let pixels = Tensor(rows: rows.count, columns: loader.valueCount)
        try loader.writeValues(of: rows, into: pixels)
        let batch = model.batch(
            pixels: pixels, height: loader.height, width: loader.width, sampleIDs: rows.map { UInt64($0) })
        try model.validate(batch)
        return batch
    }

    /// The most likely tokens, one by one.
    private func greedy(_ drawings: Drawings, _ model: EncoderDecoder, row: Int) throws -> [Int32] {
        let workspace = Workspace()
        let source = model.encode(
            Pass(
                parameters: model.parameters, workspace: workspace,
                batch: try images(drawings, model, rows: [row])))
        var tokens: [Int32] = []
        while tokens.count < model.maximumTargetLength, tokens.last != Drawings.end {
            let (batch, _) = model.targetBatch([tokens + [Drawings.end]], sampleIDs: [0])
            let pass = Pass(parameters: model.parameters, workspace: workspace, batch: batch)
            let logits = model.logits(pass, source: source, rows: [Int32(tokens.count)]).values()
            tokens.append(Int32(try #require(logits.indices.max { logits[$0] < logits[$1] })))
        }
        return tokens
    }

    @Test("a small captioner learns eight drawings and writes their captions word by word")
    func overfitting() throws {
        let drawings = try Drawings()
        let model = try drawings.captioner()
        let rows = Array(drawings.captions.indices)
        let batch = try images(drawings, model, rows: rows)
        let (captions, targets) = model.targetBatch(drawings.captions, sampleIDs: rows.map { UInt64($0) })
        let optimizer = AdamW(model.parameters, options: AdamW.Options(weightDecay: 0))
        let workspace = Workspace()
        var losses: [Double] = []
        for step in 0..<200 {
            workspace.reset()
            model.parameters.gradients.clear()
            let passes = [batch, captions].map {
                Pass(
                    parameters: model.parameters, workspace: workspace, batch: $0,
                    trainingKey: RandomKey(seed: UInt64(step)))
            }
            let sums = model.lossSums(
                source: passes[0], target: passes[1], targets: targets, scale: 1 / Double(targets.count),
                labelSmoothing: 0)
            losses.append(sums.loss / Double(sums.count))
            let norm = GradientClipping.norm(of: model.parameters.gradients)
            optimizer.step(
                learningRate: 5e-3, gradientScale: GradientClipping.scale(norm: norm, maximumNorm: 1))
        }
        let first = try #require(losses.first)
        let last = try #require(losses.last)
        #expect(abs(first - log(Double(drawings.vocabularySize))) < 0.5, "\(first)")
        #expect(last < 0.05, "\(last)")
        for row in rows {
            #expect(try greedy(drawings, model, row: row) == drawings.captions[row], "row \(row)")
        }
    }
}
