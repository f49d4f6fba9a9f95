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
        var documents = ExtractiveRows()
        for row in rows {
            if findsLoss {
                try reader.append(row, to: &documents)
            } else {
                let sentences = try reader.columns.sentences(of: row)
                documents.append(
                    ExtractiveDocument(sentences: sentences, summary: "", oracle: [], source: row.source),
                    windows: reader.windows(of: sentences))
            }
        }
        try documents.windows.validate(for: model)
        let scores = scorer.scores(of: Array(rows.indices), in: documents)
        return zip(documents.documents, scores).map { document, scores in
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
