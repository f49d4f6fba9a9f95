// An extractive summarizer's answers to rows: the sentences that it chooses.

package import Datasets
package import Evaluation
internal import JSON
internal import Layers
package import Models

/// Chooses the sentences of each document that make its summary.
package final class ExtractivePredictor: Predictor {
    private let reader: ExtractiveReader
    private let model: ExtractiveSummarizer
    private let scorer: SentenceScorer

    /// `batchRows` are the windows that are read at once.
    package init(model: ExtractiveSummarizer, reader: ExtractiveReader, batchRows: Int) {
        self.model = model
        self.reader = reader
        scorer = SentenceScorer(model: model, batchRows: batchRows)
    }

    /// The chosen sentences, in the order of the document, each on a line of its own; the score is a list of
    /// their probabilities. The loss is that of the oracle's choice.
    package func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let documents = try rows.map { try reader.document(of: $0, withSummary: findsLoss) }
        try TokenizedDataset(documents.flatMap(\.windowExamples)).validate(for: model)
        return zip(documents, scorer.scores(of: documents)).map { document, scores in
            let chosen = reader.selection.chosen(
                scores: scores.probabilities, sentences: document.sentences)
            var answer = RowPrediction(
                prediction: .string(SentenceSelection.text(chosen, of: document.sentences)),
                score: .array(chosen.map { .real(scores.probabilities[$0]) }))
            if findsLoss {
                answer.loss = RowLoss(
                    sum: scores.loss, count: document.sentences.count, correct: scores.correct)
            }
            return answer
        }
    }

    package func input(of row: Row) throws -> String { try reader.columns.document(of: row) }
    package func references(of row: Row) throws -> [String] { [try reader.columns.summary(of: row)] }

    /// What simpler ways make of a row; throws when it has no summary.
    package func baselines(of row: Row) throws -> SummaryBaselines {
        SummaryBaselines(
            sentences: try reader.columns.sentences(of: row), reference: try reader.columns.summary(of: row),
            maximumCount: reader.selection.maximumCount)
    }
}
