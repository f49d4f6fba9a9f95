// Causal and masked language models against transformers: logits, losses, every gradient, ten AdamW steps.

import Checkpoints
import Foundation
import Layers
import Models
import Optimizers
import Tensors
import TestSupport
import Testing

private let causal = ["gpt2", "llama", "llama-tied", "mistral", "qwen2"]
private let masked = [
    "bert-masked", "roberta-masked",
    "distilbert-masked",
    "modernbert-masked", "modernbert-untied-masked",
]
private let trained = ["gpt2", "llama", "qwen2"] + masked
private let tolerance = 1e-5

/// The model of a golden directory.
func languageModel(_ golden: GoldenDirectory) throws -> any LanguageModel {
    let isMasked = golden.path.hasSuffix("masked")
    return isMasked
        ? try ModelLoader.load(.masked, directory: golden.path, seed: 0).model
        : try ModelLoader.load(.causal, directory: golden.path).model
}

@Suite struct LanguageModelTests {
    @Test("logits of a padding-free batch equal transformers' padded ones", arguments: causal + masked)
    func logits(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try languageModel(golden)
        let batch = golden.batch
        try model.validate(batch)
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: batch)
        let logits = model.logits(pass, rows: batch.tokens.indices.map { Int32($0) })
        #expect(logits.columns == model.vocabularySize)
        #expect(relativeError(logits.values(), try golden.values("logits")) < tolerance)
        let some: [Int32] = [0, 6, 20]
        let rows = model.logits(pass, rows: some).values()
        // Some processors' products of few rows sum in another order.
        let chosen = some.flatMap { logits.rows(Int($0)..<Int($0) + 1).values() }
        #expect(relativeError(rows, chosen) < 1e-6)
    }

    @Test("the loss equals transformers', with and without a backward pass", arguments: causal + masked)
    func loss(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try languageModel(golden)
        for isTraining in [false, true] {
            let sums = step(model, golden, isTraining: isTraining)
            #expect(sums.count == golden.targets.filter { $0 != -100 }.count)
            let loss = Float(sums.loss / Double(sums.count))
            #expect(relativeError([loss], try golden.values("loss")) < tolerance)
            #expect(
                sums.correct == correct(try golden.values("logits"), golden.targets, model.vocabularySize))
        }
    }

    private func correct(_ logits: [Float], _ targets: [Int32], _ vocabulary: Int) -> Int {
        targets.indices.filter { row in
            let values = logits[row * vocabulary..<(row + 1) * vocabulary]
            return targets[row] != -100
                && values.firstIndex(of: values.max() ?? 0).map { $0 - values.startIndex }
                    == Int(targets[row])
        }.count
    }

    @Test("every gradient equals transformers'", arguments: trained)
    func gradients(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try languageModel(golden)
        _ = step(model, golden)
        let found = NamedGradients(model)
        #expect(Set(golden.names("gradient.")) == Set(found.values.keys))
        try found.expectEqual(golden, "gradient.")
    }

    @Test("label smoothing is torch's", arguments: trained)
    func labelSmoothing(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try languageModel(golden)
        let sums = step(model, golden, labelSmoothing: 0.1)
        let loss = Float(sums.loss / Double(sums.count))
        #expect(relativeError([loss], try golden.values("smoothed_loss")) < tolerance)
        #expect(golden.names("smoothed.").count == 1)
        try NamedGradients(model).expectEqual(golden, "smoothed.")
    }

    @Test("ten AdamW steps give torch's losses", arguments: trained)
    func adamW(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try languageModel(golden)
        let losses = tenSteps(model) {
            let sums = step(model, golden)
            return Float(sums.loss / Double(sums.count))
        }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
    }

    @Test("a batch in parts gives the sums and gradients of the whole", arguments: trained)
    func parts(name: String) throws {
        let golden = try GoldenDirectory(name)
        let (whole, split) = (try languageModel(golden), try languageModel(golden))
        let sums = step(whole, golden)
        let (sequences, targets) = (golden.rows("input_ids"), golden.rows("targets"))
        var total = TokenLossSums()
        for part in [[3, 0], [2], [4, 1]] {
            let pass = Pass(
                parameters: split.parameters, workspace: Workspace(),
                batch: flatBatch(part.map { sequences[$0] }), trainingKey: RandomKey(seed: 1))
            let found = split.lossSums(
                pass, targets: part.flatMap { targets[$0] }, scale: 1 / Double(sums.count), labelSmoothing: 0)
            total = TokenLossSums(
                loss: total.loss + found.loss, correct: total.correct + found.correct,
                count: total.count + found.count)
        }
        #expect(total.count == sums.count && total.correct == sums.correct)
        #expect(abs(total.loss - sums.loss) < 1e-5 * sums.loss)
        #expect(
            relativeError(split.parameters.gradients.values(), whole.parameters.gradients.values()) < 1e-5)
    }

    @Test("each sequence of a batch has the sums that it has alone", arguments: trained)
    func sequences(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try languageModel(golden)
        let (sequences, rows) = (golden.rows("input_ids"), golden.rows("targets"))
        var targets = rows
        targets[2] = targets[2].map { _ in -100 }
        func pass(_ sequences: [[Int32]]) -> Pass {
            Pass(parameters: model.parameters, workspace: Workspace(), batch: flatBatch(sequences))
        }
        let found = model.sequenceLossSums(pass(sequences), targets: targets.flatMap { $0 })
        #expect(found.count == 5 && found[2] == TokenLossSums())
        for place in [0, 1, 3, 4] {
            let alone = model.lossSums(
                pass([sequences[place]]), targets: targets[place], scale: 1, labelSmoothing: 0)
            #expect(found[place].count == alone.count && found[place].correct == alone.correct)
            #expect(abs(found[place].loss - alone.loss) <= 1e-5 * alone.loss)
        }
        let nothing = model.sequenceLossSums(
            pass([sequences[2]]), targets: targets[2])
        #expect(nothing == [TokenLossSums()])
    }

    @Test("bfloat16 gives nearly the same loss and the same direction of the gradient", arguments: trained)
    func bfloat16(name: String) throws {
        let golden = try GoldenDirectory(name)
        let (exact, rounded) = (try languageModel(golden), try languageModel(golden))
        rounded.parameters.computeInBFloat16()
        let (a, b) = (step(exact, golden), step(rounded, golden))
        #expect(a.count == b.count && abs(a.loss - b.loss) < 0.02 * a.loss)
        let (x, y) = (exact.parameters.gradients.values(), rounded.parameters.gradients.values())
        func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0 * $1.1) } }
        #expect(dot(x, y) > 0.99 * (dot(x, x) * dot(y, y)).squareRoot())
        #expect(x != y)
    }

    @Test("every slot is reported once, when its gradient is complete", arguments: trained)
    func readiness(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try languageModel(golden)
        var then: [Int: [Float]] = [:]
        var reported: [Int] = []
        model.parameters.onGradientReady = { [parameters = model.parameters] slot in
            reported.append(slot)
            then[slot] = parameters.gradient(slot).values()
        }
        _ = step(model, golden)
        #expect(reported.sorted() == model.parameters.layout.slots.map(\.index))
        for (slot, values) in then { #expect(values == model.parameters.gradient(slot).values()) }
        model.parameters.onGradientReady = nil
    }

    private func step(
        _ model: any LanguageModel, _ golden: GoldenDirectory, isTraining: Bool = true,
        labelSmoothing: Double = 0
    ) -> TokenLossSums {
        let pass = Pass(
            parameters: model.parameters, workspace: Workspace(), batch: golden.batch,
            trainingKey: isTraining ? RandomKey(seed: 1) : nil)
        let targets = golden.targets
        let count = targets.filter { $0 != -100 }.count
        return model.lossSums(
            pass, targets: targets, scale: 1 / Double(count), labelSmoothing: labelSmoothing)
    }
}
