// Runs a classifier of tokens over rows: the tags that it chooses, and its losses.

internal import Datasets
internal import Evaluation
internal import Foundation
internal import Layers
internal import Models
internal import Tensors

/// What a model says of a row.
struct TaggedAnswer {
    /// Of each word with a token: the chosen tag, its probability, and the target.
    var tags: [Int] = []
    var probabilities: [Double] = []
    var truths: [Int] = []
    /// Over all tokens with a target.
    var loss = RowLoss(sum: 0, count: 0, correct: 0)
}

/// Tags rows without a backward pass.
final class TagScorer {
    private let model: TokenClassifier
    private let weighting: LossWeighting?
    private let workspace = Workspace()

    /// With `weighting` the loss is that of a run with it.
    init(model: TokenClassifier, weighting: LossWeighting? = nil) {
        (self.model, self.weighting) = (model, weighting)
    }

    /// The answers to these rows, as one batch.
    func answers(to rows: [Int], of tagged: TaggedRows) -> [TaggedAnswer] {
        let (tokens, targets) = tagged.batch(rows: rows)
        guard !targets.places.isEmpty else { return rows.map { _ in TaggedAnswer() } }
        workspace.reset()
        let logits = model.forward(
            Pass(parameters: model.parameters, workspace: workspace, batch: tokens), rows: targets.places)
        let losses = ClassificationLoss.rows(
            logits, .labels(targets.tags), problemType: .singleLabel, rowCount: 1, gradient: nil,
            weighting: weighting)
        let values = logits.values()
        let width = logits.columns
        return rows.indices.map { row in
            var answer = TaggedAnswer()
            for place in targets.offsets[row]..<targets.offsets[row + 1] {
                let (tag, probability) = Self.best(values[place * width..<(place + 1) * width])
                answer.loss.sum += losses[place]
                answer.loss.count += 1
                answer.loss.weight += weighting?.weight(of: targets.tags[place]) ?? 1
                answer.loss.correct += tag == targets.tags[place] ? 1 : 0
                guard targets.isHead[place] else { continue }
                answer.tags.append(tag)
                answer.probabilities.append(probability)
                answer.truths.append(targets.tags[place])
            }
            return answer
        }
    }

    /// The first of the largest logits, with its probability.
    private static func best(_ logits: ArraySlice<Float>) -> (tag: Int, probability: Double) {
        let start = logits.startIndex
        let best = logits.indices.reduce(start) { logits[$1] > logits[$0] ? $1 : $0 }
        let total = logits.reduce(0) { $0 + exp(Double($1) - Double(logits[best])) }
        return (best - start, 1 / total)
    }
}
