// Documents of extractive summarization with their windows, which are what a model learns from.

package import Datasets
internal import Layers
package import Models

/// A document with its summary.
struct ExtractiveDocument: Sendable {
    let sentences: [String]
    let summary: String
    /// The numbers of the sentences that the model is to choose, ascending.
    let oracle: [Int]
    let source: RowSource
}

/// Documents and their windows. Training scatters windows; an evaluation joins those of a document.
package struct ExtractiveRows: Sendable {
    /// An example a window, its target the right sentences by their number in the window, its attachment the
    /// number of the first sentence and the places where the sentences start.
    package private(set) var windows = TokenizedDataset()
    /// The documents themselves, for an evaluation; none of rows that are learnt from alone.
    private(set) var documents: [ExtractiveDocument] = []
    /// Document d has the windows `offsets[d]..<offsets[d + 1]`.
    private var offsets = [0]

    private static let (count, single, oracle) = ("documents", "single_sentences", "oracle")

    init() {}

    /// Rows to learn from.
    init(windows: TokenizedDataset) { self.windows = windows }

    mutating func append(_ document: ExtractiveDocument, windows added: [SentenceWindow]) {
        for window in added { windows.append(Self.example(window, of: document)) }
        Self.count(document, in: &windows.tallies)
        documents.append(document)
        offsets.append(windows.count)
    }

    static func example(_ window: SentenceWindow, of document: ExtractiveDocument) -> Example {
        let labels = document.oracle.filter(window.sentences.contains).map { $0 - window.firstSentence }
        var example = Example(
            tokens: window.tokens, typeIDs: window.typeIDs, target: .labels(labels),
            source: document.source)
        var attachment = ByteComposer()
        attachment.add(window.firstSentence)
        attachment.add(window.places.map { Int($0) })
        (example.attachment, example.termCount) = (attachment.bytes, window.places.count)
        return example
    }

    static func count(_ document: ExtractiveDocument, in tallies: inout RowTallies) {
        tallies.add(count)
        tallies.add(oracle, document.oracle.count)
        tallies.add(single, document.sentences.count == 1 ? 1 : 0)
    }

    /// Number of documents, and of those with one sentence.
    package var count: Int { windows.tallies[Self.count] }
    var singleCount: Int { windows.tallies[Self.single] }
    /// Number of sentences, and of those that the oracle chose.
    package var sentenceCount: Int { windows.termCount }
    package var oracleCount: Int { windows.tallies[Self.oracle] }

    /// Where the sentences of a window start, and the number of the first.
    private func sentences(ofWindow window: Int) -> (first: Int, places: [Int32]) {
        var parser = ByteParser(windows.attachment(of: window))
        guard let first = parser.varint(), let places = parser.numbers() else {
            preconditionFailure("window \(window) has no sentences")
        }
        return (first, places.map { Int32($0) })
    }

    func windows(of document: Int) -> Range<Int> { offsets[document]..<offsets[document + 1] }
    func sentenceCount(ofWindow window: Int) -> Int { windows.termCount(of: window) }

    /// Tokens of each document.
    var documentLengths: [Int] {
        documents.indices.map { windows(of: $0).reduce(0) { $0 + windows.length(of: $1) } }
    }

    /// What is doubtful about `model` on these documents, before it is trained: [CLS] states that are all
    /// alike. Looks at eight windows.
    package func warning(_ model: ExtractiveSummarizer) -> String? {
        guard model.configuration.pooling == .cls else { return nil }
        let probes = (0..<windows.count).lazy.filter { sentenceCount(ofWindow: $0) > 1 }.prefix(8)
        guard !probes.isEmpty else { return nil }
        let (tokens, sentences, _) = batch(windows: Array(probes))
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: tokens)
        guard let spread = model.stateSpread(pass, sentences: sentences), spread < Self.leastSpread else {
            return nil
        }
        return
            "the [CLS] states of a document's sentences differ by less than a hundredth of their length, so this "
            + "model can hardly tell sentences apart by them: set sentence_pooling: mean"
    }

    /// An encoder that was trained by means of tokens has 0.002 to 0.005.
    private static let leastSpread = 0.01

    /// Windows as one batch, with their sentences and a label a sentence.
    func batch(
        windows rows: [Int]
    ) -> (tokens: TokenBatch, sentences: SentenceBatch, labels: [[Float]]) {
        let batch = windows.batch(rows: rows)
        var (starts, positions, offsets): ([Int32], [Int32], [Int32]) = ([], [], [0])
        var labels: [[Float]] = []
        for (index, row) in rows.enumerated() {
            guard case .labels(let right) = batch.targets[index] else {
                preconditionFailure("expected labels")
            }
            let sentences = sentences(ofWindow: row)
            for (number, place) in sentences.places.enumerated() {
                starts.append(batch.sequenceOffsets[index] + place)
                positions.append(Int32(sentences.first + number))
                labels.append([right.contains(number) ? 1 : 0])
            }
            offsets.append(Int32(starts.count))
        }
        return (
            TokenBatch(batch), SentenceBatch(places: starts, positions: positions, offsets: offsets), labels
        )
    }
}
