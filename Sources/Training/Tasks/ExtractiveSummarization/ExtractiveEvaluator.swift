// Evaluates an extractive summarizer on documents that are spread over the ranks.

package import DataParallel
package import Datasets
package import Evaluation
internal import Foundation
internal import JSON
internal import Layers
internal import Metrics
package import Models
internal import Tensors

/// The scores of a document's sentences.
struct SentenceScores {
    /// Probability of each sentence to belong into the summary.
    var probabilities: [Double] = []
    /// Sum of the binary cross-entropies, and how many sentences are on the right side of one half.
    var loss = 0.0
    var correct = 0
}

/// Runs a summarizer over documents without padding duplicates. Batches are composed alike for every number
/// of ranks, so every figure is the same on any number of ranks, to the last bit.
package final class ExtractiveEvaluator {
    private let model: ExtractiveSummarizer
    private let selection: SentenceSelection
    private let group: any ProcessGroup
    private let batchRows: Int
    private let scorer: SentenceScorer

    /// `batchRows` are the windows that are read at once.
    package init(
        model: ExtractiveSummarizer, selection: SentenceSelection, group: any ProcessGroup, batchRows: Int
    ) {
        self.model = model
        self.selection = selection
        self.group = group
        self.batchRows = batchRows
        scorer = SentenceScorer(model: model, batchRows: batchRows)
    }

    private static let kind = PredictionKind.texts(lossIsOfTokens: false)
    static var metrics: [MetricDescription] { RowEvaluation.descriptions(kind) }

    /// Figures over all documents, on every rank: the loss is the mean over sentences, `accuracy` the share
    /// of sentences that the oracle judges alike. Collective.
    package func evaluate(_ documents: TokenizedDataset) throws -> RowEvaluationResult {
        let evaluation = RowEvaluation(Self.kind, group: group, seed: 0, detail: .figures)
        let batches = EvaluationSampler(documents, batchRows: batchRows)
        try batches.forEachBatch(of: group) { index in
            let batch = batches.rows(batch: index)
            let read = batch.map { ExtractiveDocument(documents.example(at: $0)) }
            for (place, scores) in scorer.scores(of: read).enumerated() {
                let document = read[place]
                let chosen = selection.chosen(scores: scores.probabilities, sentences: document.sentences)
                try evaluation.add(
                    PredictedRow(
                        number: batch[place],
                        prediction: .string(SentenceSelection.text(chosen, of: document.sentences)),
                        references: [document.summary],
                        loss: RowLoss(
                            sum: scores.loss, count: document.sentences.count, correct: scores.correct)))
            }
        }
        return try evaluation.finish()
    }
}

/// Scores the sentences of documents, window by window.
final class SentenceScorer {
    private let model: ExtractiveSummarizer
    private let batchRows: Int
    private let workspace = Workspace()

    init(model: ExtractiveSummarizer, batchRows: Int) {
        self.model = model
        self.batchRows = batchRows
    }

    /// The scores of each of `documents`; the windows of a document are joined.
    func scores(of documents: [ExtractiveDocument]) -> [SentenceScores] {
        let windows = documents.enumerated().flatMap { place, document in
            document.windows.map { (place, $0) }
        }
        var result = documents.map { _ in SentenceScores() }
        for start in stride(from: 0, to: windows.count, by: batchRows) {
            let part = windows[start..<min(start + batchRows, windows.count)]
            let (tokens, sentences, labels) = ExtractiveRows.batch(
                part.map { ExtractiveRows.example($0.1, of: documents[$0.0]) })
            workspace.reset()
            let logits = model.forward(
                Pass(parameters: model.parameters, workspace: workspace, batch: tokens), sentences: sentences)
            let losses = ClassificationLoss.rows(
                logits, .values(labels), problemType: .multiLabel, rowCount: 1, gradient: nil)
            let values = logits.values()
            for (index, (place, _)) in part.enumerated() {
                for sentence in Int(sentences.offsets[index])..<Int(sentences.offsets[index + 1]) {
                    result[place].probabilities.append(1 / (1 + exp(-Double(values[sentence]))))
                    result[place].loss += losses[sentence]
                    result[place].correct += (values[sentence] > 0) == (labels[sentence][0] > 0) ? 1 : 0
                }
            }
        }
        return result
    }
}
