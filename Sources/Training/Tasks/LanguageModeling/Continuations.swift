// What a causal language model writes behind prompts, with the losses of the rows' own answers.

import Arguments
import Datasets
import Evaluation
import Generation
import JSON
import Models
import Phrases
import Tokenizers
import Training

/// Answers batches of rows whose prompts are known.
struct Continuations {
    let model: any LanguageModel
    let tokenizer: any Tokenizer
    let options: GenerationOptions
    /// What becomes of a prompt that leaves no room for an answer. It is never cut: that would take the
    /// template's own tokens from it.
    let rule: LongRowRule
    let losses: RowLosses

    /// Why a prompt does not fit the model; nil if it does. Throws when there is none.
    private func problem(_ prompt: [Int32], _ row: Row) throws(TrainingError) -> String? {
        guard !prompt.isEmpty else { throw TrainingError("\(row.source): there is no text to continue") }
        let most = min(model.maximumLength, options.maximumLength ?? .max)
        guard prompt.count >= most else { return nil }
        return
            "\(row.source): the row has \(prompt.count, "token"), which leaves no room for an answer: the limit of "
            + "both together is \(most, "token")"
    }

    /// Throws, with file and line, when a prompt does not fit the model and that is an error.
    func check(_ prompt: [Int32], _ row: Row) throws(TrainingError) {
        guard let problem = try problem(prompt, row), rule == .error else { return }
        throw TrainingError(problem + "; shorten the row, or set on_long_row to skip")
    }

    /// One answer a prompt, all generated in one padding-free batch. Rows whose prompt does not fit, or whose
    /// example is too long to have a loss, are left out with the reason.
    func answers(
        to rows: [Row], prompts: [[Int32]], firstNumber: Int, examples: [Example?]?
    ) throws -> [RowPrediction] {
        var reasons: [String?] = []
        for (index, row) in rows.enumerated() {
            try check(prompts[index], row)
            let isWithoutLoss = examples.map { $0[index] == nil } ?? false
            reasons.append(
                try problem(prompts[index], row)
                    ?? (isWithoutLoss ? "\(row.source): the row is longer than max_seq_length" : nil))
        }
        let kept = rows.indices.filter { reasons[$0] == nil }
        let texts = try texts(of: kept.map { prompts[$0] }, firstNumber: firstNumber)
        let found = try examples.map { examples in
            try losses.losses(of: kept.compactMap { examples[$0] })
        }
        var answers = reasons.map {
            RowPrediction(skipped: ($0 ?? "") + ". Set on_long_row: error to stop at such a row")
        }
        for (place, row) in kept.enumerated() {
            answers[row] = RowPrediction(prediction: .string(texts[place]), loss: found?[place])
        }
        return answers
    }

    private func texts(of prompts: [[Int32]], firstNumber: Int) throws -> [String] {
        guard !prompts.isEmpty else { return [] }
        var options = options
        // Sampling draws by the place in a batch: each batch gets numbers of its own.
        options.seed &+= UInt64(firstNumber)
        let found = try Generator(model).generate(prompts: prompts, options: options)
        return found.map { sequence in
            let tokens = sequence.isEnded ? sequence.tokens.dropLast() : sequence.tokens[...]
            return tokenizer.decode(Array(tokens), skippingSpecialTokens: true)
        }
    }
}
