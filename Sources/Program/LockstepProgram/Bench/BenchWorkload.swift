// Random rows for a benchmark's steps, and the forward and backward pass over them.

import DataParallel
import Layers
import Models
import Tensors

/// The rows of one rank: what all models of `lockstep bench step` train on.
struct BenchWorkload {
    let rows: Int
    let tokens: Int
    let rank: Int
    let rankCount: Int
    let recomputesActivations: Bool

    let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)

    /// Random ids that every vocabulary has.
    private func sequences(salt: UInt64 = 0) -> [[Int32]] {
        let key = RandomKey(seed: UInt64(rank)).derived(salt)
        return (0..<rows).map { row in
            (0..<tokens).map { Int32(5 + key.word(UInt64(row * tokens + $0)) % 29_995) }
        }
    }

    private var sampleIDs: [UInt64] { (0..<rows).map { UInt64(rank * rows + $0) } }

    private var batch: TokenBatch {
        let sequences = sequences()
        return TokenBatch(
            tokens: sequences.flatMap { $0 }, typeIDs: sequences.flatMap { $0.map { _ in 0 } },
            positions: sequences.flatMap { $0.indices.map { Int32($0) } },
            offsets: (0...rows).map { Int32($0 * tokens) }, sampleIDs: sampleIDs)
    }

    private func pass(_ model: any TrainableModel, _ workspace: Workspace, _ batch: TokenBatch, step: Int)
        -> Pass
    {
        Pass(
            parameters: model.parameters, workspace: workspace, batch: batch,
            trainingKey: RandomKey(seed: 0).derived(UInt64(step)),
            recomputesActivations: recomputesActivations)
    }

    /// One label a row, or one for each image of 224 × 224, which is 197 tokens to the model.
    func classifier(_ model: EncoderClassifier) -> BenchJob.Work {
        let batch = sources(of: model)
        let labels = (0..<rows).map { $0 % 2 }
        let (workspace, rowCount) = (Workspace(), rows * rankCount)
        return BenchJob.Work(model: model, tokenCount: batch.tokenCount) { step in
            workspace.reset()
            let pass = pass(model, workspace, batch, step: step)
            let logits = model.forward(pass)
            _ = ClassificationLoss.rows(
                logits, .labels(labels), problemType: .singleLabel, rowCount: rowCount, gradient: logits)
            model.backward(gradient: logits, pass)
        }
    }

    /// The next token at every token but the last of a row.
    func languageModel(_ model: any LanguageModel) -> BenchJob.Work {
        let batch = batch
        let targets = batch.tokens.indices.map { index in
            (index + 1) % tokens == 0 ? -100 : batch.tokens[index + 1]
        }
        let (workspace, scale) = (Workspace(), 1 / Double(rows * (tokens - 1) * rankCount))
        return BenchJob.Work(model: model, tokenCount: rows * tokens) { step in
            workspace.reset()
            _ = model.lossSums(
                pass(model, workspace, batch, step: step), targets: targets, scale: scale, labelSmoothing: 0)
        }
    }

    /// Texts, or images where the model reads images.
    private func sources(of model: any TrainableModel) -> TokenBatch {
        guard let model = model as? any ImageModel, model.imageConfiguration != nil else { return batch }
        let pixels = Tensor(rows: rows, columns: 3 * 224 * 224)
        let key = RandomKey(seed: UInt64(rank))
        pixels.copy(from: (0..<pixels.count).map { Float(key.uniform(UInt64($0 & 65_535))) * 2 - 1 })
        return model.batch(pixels: pixels, height: 224, width: 224, sampleIDs: sampleIDs)
    }

    /// A caption of `tokens` tokens for each image of 224 × 224, or a summary of as many for each text; these
    /// are counted.
    func pairs(_ model: any SequenceToSequenceModel) -> BenchJob.Work {
        let sources = sources(of: model)
        let target = model.targetBatch(sequences(salt: 1), sampleIDs: sampleIDs)
        let (workspace, scale) = (Workspace(), 1 / Double(rows * tokens * rankCount))
        return BenchJob.Work(model: model, tokenCount: rows * tokens) { step in
            workspace.reset()
            _ = model.lossSums(
                source: pass(model, workspace, sources, step: step),
                target: pass(model, workspace, target.batch, step: step), targets: target.targets,
                scale: scale, labelSmoothing: 0)
        }
    }
}
