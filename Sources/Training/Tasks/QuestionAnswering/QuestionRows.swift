// Windows of questions, which are what a model learns from.

internal import Datasets
internal import Layers
internal import Training

/// The windows of questions to learn from, which training scatters.
struct QuestionRows: Sendable {
    /// An example a window; its target is the answer's tokens, or [CLS].
    let windows: TokenizedDataset

    private static let (count, answerable, answerWindows) = ("questions", "answerable", "answer_windows")

    static func example(_ window: QuestionWindow, of question: Question) -> Example {
        example(window, span: window.span(of: question.place), question.source)
    }

    static func example(_ window: QuestionWindow, span: ClosedRange<Int>, _ source: RowSource) -> Example {
        Example(
            tokens: window.tokens, typeIDs: window.typeIDs, target: .spans([Range(span)]), source: source)
    }

    static func count(_ question: Question, _ windows: [QuestionWindow], in tallies: inout RowTallies) {
        tallies.add(count)
        guard question.place != nil else { return }
        tallies.add(answerable)
        tallies.add(answerWindows, windows.count { $0.span(of: question.place) != 0...0 })
    }

    /// Number of questions, of those that have an answer, and of windows that hold their question's answer.
    var count: Int { windows.tallies[Self.count] }
    var answerableCount: Int { windows.tallies[Self.answerable] }
    var answerWindowCount: Int { windows.tallies[Self.answerWindows] }

    /// Windows as one batch, with the tokens of their answers.
    func batch(windows rows: [Int]) -> (tokens: TokenBatch, spans: [ClosedRange<Int>]) {
        let batch = windows.batch(rows: rows)
        let spans = batch.targets.map { target in
            guard case .spans(let spans) = target, let span = spans.first else {
                preconditionFailure("expected the tokens of an answer")
            }
            return ClosedRange(span)
        }
        return (TokenBatch(batch), spans)
    }
}
