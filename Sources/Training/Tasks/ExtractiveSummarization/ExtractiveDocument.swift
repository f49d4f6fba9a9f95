// A document with all that an evaluation needs of it, as one example in memory or in a cache.

internal import Datasets

/// A document with its summary and its windows.
struct ExtractiveDocument: Sendable {
    let sentences: [String]
    let summary: String
    /// The numbers of the sentences that the model is to choose, ascending.
    let oracle: [Int]
    let windows: [SentenceWindow]
    let source: RowSource

    /// An example a window, as a model reads them.
    var windowExamples: [Example] { windows.map { ExtractiveRows.example($0, of: self) } }

    /// The document as one example: its tokens are those of the windows, one window behind the other, so that
    /// its length is what the document costs.
    var example: Example {
        var attachment = ByteComposer()
        attachment.add(windows.count)
        for window in windows {
            attachment.add(window.tokens.count)
            attachment.add(window.places.map { Int($0) })
        }
        attachment.add(sentences.count)
        for sentence in sentences { attachment.add(sentence) }
        attachment.add(summary)
        attachment.add(oracle)
        var example = Example(
            tokens: windows.flatMap(\.tokens), typeIDs: windows.flatMap(\.typeIDs), target: .none,
            source: source)
        (example.attachment, example.termCount) = (attachment.bytes, sentences.count)
        return example
    }
}

extension ExtractiveDocument {
    /// The document that an example was made of.
    init(_ example: Example) {
        var parser = ByteParser(example.attachment)
        var windows: [SentenceWindow] = []
        var (start, first) = (0, 0)
        for _ in 0..<(parser.varint() ?? 0) {
            guard let count = parser.varint(), let places = parser.numbers() else {
                preconditionFailure("\(example.source) has no windows")
            }
            var window = SentenceWindow(firstSentence: first)
            window.tokens = Array(example.tokens[start..<start + count])
            window.typeIDs = Array(example.typeIDs[start..<start + count])
            window.places = places.map { Int32($0) }
            windows.append(window)
            (start, first) = (start + count, first + places.count)
        }
        let sentences = (0..<(parser.varint() ?? 0)).compactMap { _ in parser.text() }
        guard sentences.count == first, let summary = parser.text(), let oracle = parser.numbers() else {
            preconditionFailure("\(example.source) has no sentences")
        }
        self.init(
            sentences: sentences, summary: summary, oracle: oracle, windows: windows, source: example.source)
    }
}
