// Questions with their windows, which are what a model learns from.

internal import Datasets
internal import Layers
internal import Training

/// Questions and their windows. Training scatters windows; an evaluation joins those of a question.
struct QuestionRows: Sendable {
    /// An example a window; its target is the answer's tokens, or [CLS].
    private(set) var windows = TokenizedDataset()
    private(set) var questions: [Question] = []
    /// Question q has the windows `offsets[q]..<offsets[q + 1]`.
    private var offsets = [0]
    /// For each window the tokens of its context, and the Unicode scalars that they stand for.
    private var contexts: [Range<Int>] = []
    private var scalars: [[Range<Int>]] = []
    /// Windows that hold their question's answer.
    private(set) var answerWindowCount = 0

    mutating func append(_ question: Question, windows added: [QuestionWindow]) {
        for window in added {
            let span = window.span(of: question.place)
            if question.place != nil, span != 0...0 { answerWindowCount += 1 }
            windows.append(
                Example(
                    tokens: window.tokens, typeIDs: window.typeIDs, target: .spans([Range(span)]),
                    source: question.source))
            contexts.append(window.context)
            scalars.append(window.offsets)
        }
        questions.append(question)
        offsets.append(windows.count)
    }

    /// Number of questions, and of those that have an answer.
    var count: Int { questions.count }
    var answerableCount: Int { questions.count { $0.place != nil } }

    func windows(of question: Int) -> Range<Int> { offsets[question]..<offsets[question + 1] }
    func context(ofWindow window: Int) -> (tokens: Range<Int>, scalars: [Range<Int>]) {
        (contexts[window], scalars[window])
    }

    /// Tokens of each question with all its windows.
    var questionLengths: [Int] {
        questions.indices.map { windows(of: $0).reduce(0) { $0 + windows.length(of: $1) } }
    }

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
