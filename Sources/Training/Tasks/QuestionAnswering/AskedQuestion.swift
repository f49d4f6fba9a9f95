// A question with all that an evaluation needs of it, as one example in memory or in a cache.

internal import Datasets

/// A question's context, the answers of people, and its windows.
struct AskedQuestion: Sendable {
    let context: String
    /// What an answer is compared with: "" stands for no answer.
    let references: [String]
    let windows: [QuestionWindow]
    /// Of each window the tokens of the first answer; [CLS] where it holds none.
    let spans: [ClosedRange<Int>]
    let source: RowSource

    init(_ question: Question, windows: [QuestionWindow]) {
        (context, references, self.windows) = (question.context, question.references, windows)
        spans = windows.map { $0.span(of: question.place) }
        source = question.source
    }

    /// An example a window, as a model reads them.
    var windowExamples: [Example] { windows.indices.map(windowExample) }

    func windowExample(_ number: Int) -> Example {
        QuestionRows.example(windows[number], span: spans[number], source)
    }

    /// The question as one example: its tokens are those of the windows, one window behind the other, so that
    /// its length is what the question costs.
    var example: Example {
        var attachment = ByteComposer()
        attachment.add(windows.count)
        for (window, span) in zip(windows, spans) {
            attachment.add([
                window.tokens.count, window.context.lowerBound, window.context.count, span.lowerBound,
                span.count,
            ])
            attachment.add(window.offsets.flatMap { [$0.lowerBound, $0.count] })
        }
        attachment.add(context)
        attachment.add(references.count)
        for reference in references { attachment.add(reference) }
        var example = Example(
            tokens: windows.flatMap(\.tokens), typeIDs: windows.flatMap(\.typeIDs), target: .none,
            source: source)
        (example.attachment, example.termCount) = (attachment.bytes, windows.count)
        return example
    }

    /// The question that an example was made of.
    init(_ example: Example) {
        var parser = ByteParser(example.attachment)
        var windows: [QuestionWindow] = []
        var spans: [ClosedRange<Int>] = []
        var start = 0
        for _ in 0..<(parser.varint() ?? 0) {
            guard let shape = parser.numbers(), shape.count == 5, let ends = parser.numbers() else {
                preconditionFailure("\(example.source) has no windows")
            }
            let range = start..<start + shape[0]
            windows.append(
                QuestionWindow(
                    tokens: Array(example.tokens[range]), typeIDs: Array(example.typeIDs[range]),
                    context: shape[1]..<shape[1] + shape[2],
                    offsets: stride(from: 0, to: ends.count, by: 2).map { ends[$0]..<ends[$0] + ends[$0 + 1] }
                ))
            spans.append(shape[3]...shape[3] + shape[4] - 1)
            start = range.upperBound
        }
        guard let context = parser.text(), let count = parser.varint() else {
            preconditionFailure("\(example.source) has no context")
        }
        (self.windows, self.spans, self.context, source) = (windows, spans, context, example.source)
        references = (0..<count).compactMap { _ in parser.text() }
    }
}
