// The scores that a model gives the windows of questions, and the answers that follow.

internal import Datasets
internal import Evaluation
internal import Layers
internal import Models
internal import Tensors

/// Answers questions window by window.
final class SpanScorer {
    let model: QuestionAnswerer
    let selection: SpanSelection
    private let batchRows: Int
    private let workspace = Workspace()

    /// `batchRows` are the windows that are read at once.
    init(model: QuestionAnswerer, selection: SpanSelection, batchRows: Int) {
        (self.model, self.selection, self.batchRows) = (model, selection, batchRows)
    }

    /// The answer to each of `questions`, with the loss of its windows.
    func answers(to questions: [AskedQuestion]) -> [(answer: SpanAnswer, loss: RowLoss)] {
        let windows = questions.enumerated().flatMap { place, question in
            question.windows.indices.map { (place: place, number: $0) }
        }
        var scored = questions.map { _ in [ScoredWindow]() }
        var losses = questions.map { _ in RowLoss(sum: 0, count: 0, correct: 0) }
        for start in stride(from: 0, to: windows.count, by: batchRows) {
            let part = windows[start..<min(start + batchRows, windows.count)]
            let rows = QuestionRows(
                windows: TokenizedDataset(
                    part.map { questions[$0.place].windowExample($0.number) }))
            let (tokens, spans) = rows.batch(windows: Array(0..<part.count))
            workspace.reset()
            let logits = model.forward(
                Pass(parameters: model.parameters, workspace: workspace, batch: tokens))
            let found = SpanLoss.sequences(
                logits, offsets: tokens.offsets, spans: spans, lossCount: 1, gradient: nil)
            let values = logits.values()
            for (index, (place, number)) in part.enumerated() {
                let range = Int(tokens.offsets[index])..<Int(tokens.offsets[index + 1])
                let window = questions[place].windows[number]
                scored[place].append(
                    ScoredWindow(
                        starts: range.map { values[2 * $0] }, ends: range.map { values[2 * $0 + 1] },
                        context: window.context, scalars: window.offsets))
                losses[place].sum += found[index].loss
                losses[place].count += 1
                losses[place].correct += found[index].isRight ? 1 : 0
            }
        }
        return questions.indices.map { place in
            (
                selection.answer(scored[place], context: questions[place].context),
                losses[place]
            )
        }
    }
}
