// Evaluates a model on questions that are spread over the ranks.

internal import DataParallel
internal import Datasets
internal import Evaluation
internal import JSON

/// Runs a model over questions without padding duplicates. Batches are composed alike for every number of
/// ranks, so every figure is the same on any number of ranks, to the last bit.
struct QuestionEvaluator {
    private let scorer: SpanScorer
    private let group: any ProcessGroup
    private let batchRows: Int

    init(_ scorer: SpanScorer, group: any ProcessGroup, batchRows: Int) {
        (self.scorer, self.group, self.batchRows) = (scorer, group, batchRows)
    }

    private var kind: PredictionKind {
        .scored(AnswerScorer(knowsNoAnswer: scorer.selection.allowsNoAnswer))
    }
    var metrics: [MetricDescription] { RowEvaluation.descriptions(kind) }

    /// Figures over all questions, on every rank; the loss is the mean over windows. Collective.
    func evaluate(_ questions: TokenizedDataset) throws -> RowEvaluationResult {
        let evaluation = RowEvaluation(kind, group: group, seed: 0, detail: .figures)
        let batches = EvaluationSampler(questions, batchRows: batchRows)
        try batches.forEachBatch(of: group) { index in
            let batch = batches.rows(batch: index)
            let asked = batch.map { AskedQuestion(questions.example(at: $0)) }
            for (place, found) in scorer.answers(to: asked).enumerated() {
                try evaluation.add(
                    PredictedRow(
                        number: batch[place], prediction: .string(found.answer.text),
                        score: found.answer.probability, references: asked[place].references,
                        loss: found.loss))
            }
        }
        return try evaluation.finish()
    }
}
