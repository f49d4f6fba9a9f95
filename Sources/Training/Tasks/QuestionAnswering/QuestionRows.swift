// Questions with their windows, which are what a model learns from.

internal import Datasets
internal import Layers
internal import Training

/// Questions and their windows. Training scatters windows; an evaluation joins those of a question.
struct QuestionRows: Sendable {
    /// An example a window; its target is the answer's tokens, or [CLS].
    private(set) var windows = TokenizedDataset()
    /// The questions themselves, for an evaluation; none of rows that are learnt from alone.
    private(set) var questions: [Question] = []
    /// Question q has the windows `offsets[q]..<offsets[q + 1]`.
    private var offsets = [0]
    /// For each window the tokens of its context, and the Unicode scalars that they stand for.
    private var contexts: [Range<Int>] = []
    private var scalars: [[Range<Int>]] = []

    private static let (count, answerable, answerWindows) = ("questions", "answerable", "answer_windows")

    init() {}

    /// Rows to learn from.
    init(windows: TokenizedDataset) { self.windows = windows }

    mutating func append(_ question: Question, windows added: [QuestionWindow]) {
        for window in added { windows.append(Self.example(window, of: question)) }
        Self.count(question, added, in: &windows.tallies)
        contexts += added.map(\.context)
        scalars += added.map(\.offsets)
        questions.append(question)
        offsets.append(windows.count)
    }

    static func example(_ window: QuestionWindow, of question: Question) -> Example {
        Example(
            tokens: window.tokens, typeIDs: window.typeIDs,
            target: .spans([Range(window.span(of: question.place))]), source: question.source)
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
