// Training of language models: the loss is the mean over the target tokens of the global batch.

package import DataParallel
package import Datasets
package import Evaluation
package import Layers
package import Models
package import Training

/// What a language model learns from a row.
package enum LanguageModelObjective: Sendable {
    /// The next token, wherever it lies in the row's spans.
    case causal
    /// The tokens that are hidden.
    case masked(TokenMasking)
}

/// Causal and masked language modelling, and chat.
package final class LanguageModelTask: TrainingTask {
    package var model: any TrainableModel { languageModel }
    package let training: TokenizedDataset
    private let languageModel: any LanguageModel
    private let validation: TokenizedDataset?
    private let targets: TokenTargets
    private let labelSmoothing: Double
    private let evaluator: LanguageModelEvaluator

    /// `batchRows` are the rows that a rank evaluates at once. With `writing`, evaluations write texts and
    /// score them.
    package init(
        model: any LanguageModel, objective: LanguageModelObjective, training: TokenizedDataset,
        validation: TokenizedDataset?, labelSmoothing: Double = 0, writing: LanguageModelWriting? = nil,
        group: any ProcessGroup, batchRows: Int
    ) {
        languageModel = model
        self.training = training
        self.validation = validation
        self.labelSmoothing = labelSmoothing
        targets = TokenTargets(objective: objective)
        evaluator = LanguageModelEvaluator(
            model: model, objective: objective, group: group, batchRows: batchRows, writing: writing)
    }

    /// Targets of all rows in the first epoch; of masked rows in a cache, which would have to be read for it,
    /// the number that is to be expected.
    var targetsOfFirstEpoch: Int {
        switch targets.objective {
        case .causal: training.termCount
        case .masked(let masking):
            training.window == nil
                ? lossCount(rows: Array(0..<training.count), epoch: 0)
                : Int(masking.probability * Double(training.tokenCount))
        }
    }

    package var readsWholeBatches: Bool {
        if case .masked = targets.objective { true } else { false }
    }

    package var hasValidation: Bool { validation != nil }
    package var metrics: [MetricDescription] { evaluator.metrics }

    package func lossCount(rows: [Int], epoch: Int) -> Int {
        rows.reduce(0) { $0 + targets.count(training, row: $1, .epoch(epoch)) }
    }

    package func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) -> Double {
        let (tokens, wanted) = targets.batch(training, rows: batch.rows, .epoch(batch.epoch))
        let pass = makePass(tokens)
        guard wanted.contains(where: { $0 != TokenTargets.ignored }) else {
            // Nothing of these rows is hidden in this epoch: their gradient is zero.
            if pass.completesGradients {
                for slot in model.parameters.layout.slots { model.parameters.markReady(slot.index) }
            }
            return 0
        }
        return languageModel.lossSums(
            pass, targets: wanted, scale: 1 / batch.lossCount,
            labelSmoothing: labelSmoothing
        ).loss
    }

    package func evaluate() throws -> any TaskEvaluation {
        guard let validation else { preconditionFailure("there are no validation rows") }
        return try evaluator.evaluate(validation)
    }
}

/// What the model reads of rows, and what is compared with its outputs.
struct TokenTargets {
    let objective: LanguageModelObjective

    /// The number of targets of a row.
    func count(_ store: TokenizedDataset, row: Int, _ occasion: TokenMasking.Occasion) -> Int {
        switch objective {
        case .causal: store.termCount(of: row)
        case .masked(let masking): masking.count(store.tokens(of: row), row: row, occasion)
        }
    }

    private static func spans(_ target: Target) -> [Range<Int>] {
        guard case .spans(let spans) = target else { preconditionFailure("expected spans of tokens") }
        return spans
    }

    /// The rows as one batch with a target for each of its tokens.
    func batch(
        _ store: TokenizedDataset, rows: [Int], _ occasion: TokenMasking.Occasion
    ) -> (tokens: TokenBatch, targets: [Int32]) {
        let batch = store.batch(rows: rows)
        var inputs = batch.tokens
        var targets = [Int32](repeating: Self.ignored, count: inputs.count)
        for (index, row) in rows.enumerated() {
            let start = Int(batch.sequenceOffsets[index])
            switch objective {
            case .causal:
                for span in Self.spans(batch.targets[index]) {
                    for place in span where place > 0 { targets[start + place - 1] = inputs[start + place] }
                }
            case .masked(let masking):
                let hidden = masking.apply(store.tokens(of: row), row: row, occasion, ignored: Self.ignored)
                inputs.replaceSubrange(start..<start + hidden.inputs.count, with: hidden.inputs)
                targets.replaceSubrange(start..<start + hidden.targets.count, with: hidden.targets)
            }
        }
        let tokens = TokenBatch(
            tokens: inputs, typeIDs: batch.typeIDs, positions: batch.positions,
            offsets: batch.sequenceOffsets, sampleIDs: batch.sampleIDs)
        return (tokens, targets)
    }

    /// The target that stands for "none", as in PyTorch.
    static let ignored: Int32 = -100
}
