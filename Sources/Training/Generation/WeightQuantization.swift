// Weights of a language model in int8 for decoding, if its perplexity allows it.

internal import Foundation
internal import Kernels
internal import Layers
package import Models
internal import Phrases
internal import Tensors

/// What int8 weights cost.
package struct WeightQuantization: Sendable, Equatable {
    /// exp of the mean negative log-likelihood of the text's tokens, before and with int8 weights.
    package let perplexity, quantizedPerplexity: Double
    /// Bytes of weights that decoding a token reads, before and after.
    package let byteCount, quantizedByteCount: Int

    /// By how much of itself perplexity rose; below zero where it fell.
    package var rise: Double { quantizedPerplexity / perplexity - 1 }

    /// Tokens of a text that are read together.
    private static let window = 512

    /// Rounds the weights of all products of decoding to int8, a scale an output, and measures the model
    /// on the tokens of `text`. Values, and training, stay as they are.
    ///
    /// Throws, and leaves the model as it was, when the text is too short or its perplexity rises by more
    /// than `maximumRise` of itself.
    package static func apply(
        to model: any LanguageModel, text: [Int32], maximumRise: Double
    ) throws(GenerationError) -> WeightQuantization {
        guard maximumRise >= 0, maximumRise.isFinite else {
            throw .badOption("the bound of perplexity", expected: "a number from 0 on, such as 0.01")
        }
        guard text.count >= 2 else {
            throw GenerationError(
                "the text that int8 weights are measured on has \(text.count, "token"): give at least 2, "
                    + "better some thousands")
        }
        let store = model.parameters
        store.quantizedWeights = [:]
        let before = try perplexity(model, text)
        let slots = store.layout.slots.filter { $0.isOperand && $0.adaptedSlot == nil }
        let byteCount = slots.reduce(0) { $0 + $1.rows * $1.columns * store.computeType.byteCount }
        for slot in slots {
            store.quantizedWeights[slot.index] = QuantizedWeights(store.operand(slot.index))
        }
        do throws(GenerationError) {
            let result = WeightQuantization(
                perplexity: before, quantizedPerplexity: try perplexity(model, text), byteCount: byteCount,
                quantizedByteCount: store.quantizedWeights.values.reduce(0) { $0 + $1.byteCount })
            guard result.rise <= maximumRise else { throw result.refusal(maximumRise) }
            return result
        } catch {
            store.quantizedWeights = [:]
            throw error
        }
    }

    private func refusal(_ maximumRise: Double) -> GenerationError {
        func percent(_ share: Double) -> String { String(format: "%.3g%%", 100 * share) }
        let figures = String(format: "%.5g to %.5g", perplexity, quantizedPerplexity)
        return GenerationError(
            "int8 weights raise the perplexity of the given text from \(figures), by \(percent(rise)), more "
                + "than the allowed \(percent(maximumRise)): serve the model without them, or allow more")
    }

    /// The perplexity of a text by the products that decoding uses.
    private static func perplexity(
        _ model: any LanguageModel, _ text: [Int32]
    ) throws(GenerationError) -> Double {
        let workspace = Workspace()
        let length = min(window, model.maximumLength)
        var sums = TokenLossSums()
        for start in stride(from: 0, to: text.count - 1, by: length) {
            let tokens = Array(text[start..<min(start + length, text.count)])
            let batch = TokenBatch(
                tokens: tokens, typeIDs: tokens.map { _ in 0 }, positions: tokens.indices.map { Int32($0) },
                offsets: [0, Int32(tokens.count)], sampleIDs: [0])
            do { try model.validate(batch) } catch { throw GenerationError(error) }
            let next = start + tokens.count < text.count ? [text[start + tokens.count]] : []
            let targets = tokens.dropFirst() + next
            workspace.reset()
            let pass = Pass(
                parameters: model.parameters, workspace: workspace, batch: batch, isRowIndependent: true)
            let padded = targets + [Int32](repeating: -100, count: tokens.count - targets.count)
            let found = model.lossSums(pass, targets: Array(padded), scale: 1, labelSmoothing: 0)
            sums.loss += found.loss
            sums.count += found.count
        }
        let perplexity = exp(sums.loss / Double(sums.count))
        guard perplexity.isFinite else {
            throw GenerationError("the model's perplexity on the given text is no number: check its weights")
        }
        return perplexity
    }
}
