// Windows of the documents of extractive summarization, which are what a model learns from.

package import Datasets
internal import Layers
package import Models

/// The windows of documents to learn from, which training scatters.
package struct ExtractiveRows: Sendable {
    /// An example a window, its target the right sentences by their number in the window, its attachment the
    /// number of the first sentence and the places where the sentences start.
    package let windows: TokenizedDataset

    private static let (count, single, oracle) = ("documents", "single_sentences", "oracle")

    init(windows: TokenizedDataset) { self.windows = windows }

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
    private static func sentences(of window: Example) -> (first: Int, places: [Int32]) {
        var parser = ByteParser(window.attachment)
        guard let first = parser.varint(), let places = parser.numbers() else {
            preconditionFailure("\(window.source) has no sentences")
        }
        return (first, places.map { Int32($0) })
    }

    func sentenceCount(ofWindow window: Int) -> Int { windows.termCount(of: window) }

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
        Self.batch(rows.map(windows.example(at:)), rows: rows)
    }

    /// The same of windows as examples, whose numbers are `rows`.
    static func batch(
        _ windows: [Example], rows: [Int]? = nil
    ) -> (tokens: TokenBatch, sentences: SentenceBatch, labels: [[Float]]) {
        let batch = ExampleBatch(examples: windows, rows: rows)
        var (starts, positions, offsets): ([Int32], [Int32], [Int32]) = ([], [], [0])
        var labels: [[Float]] = []
        for (index, window) in windows.enumerated() {
            guard case .labels(let right) = batch.targets[index] else {
                preconditionFailure("expected labels")
            }
            let sentences = sentences(of: window)
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
