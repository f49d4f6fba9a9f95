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
    /// An example a window, its target the right sentences by their number in the window.
    package private(set) var windows = TokenizedDataset()
    private(set) var documents: [ExtractiveDocument] = []
    /// Windows d has the windows `offsets[d]..<offsets[d + 1]`.
    private var offsets = [0]
    /// For each window where its sentences start, and the number of the first.
    private var places: [[Int32]] = []
    private var firstSentences: [Int] = []

    init() {}

    mutating func append(_ document: ExtractiveDocument, windows added: [SentenceWindow]) {
        for window in added {
            let labels = document.oracle.filter(window.sentences.contains).map { $0 - window.firstSentence }
            windows.append(
                Example(
                    tokens: window.tokens, typeIDs: window.typeIDs, target: .labels(labels),
                    source: document.source))
            places.append(window.places)
            firstSentences.append(window.firstSentence)
        }
        documents.append(document)
        offsets.append(windows.count)
    }

    /// Number of documents.
    package var count: Int { documents.count }
    /// Number of sentences, and of those that the oracle chose.
    package var sentenceCount: Int { places.reduce(0) { $0 + $1.count } }
    package var oracleCount: Int { documents.reduce(0) { $0 + $1.oracle.count } }

    func windows(of document: Int) -> Range<Int> { offsets[document]..<offsets[document + 1] }
    func sentenceCount(ofWindow window: Int) -> Int { places[window].count }

    /// Tokens of each document.
    var documentLengths: [Int] {
        documents.indices.map { windows(of: $0).reduce(0) { $0 + windows.length(of: $1) } }
    }

    /// What is doubtful about `model` on these documents, before it is trained: [CLS] states that are all
    /// alike. Looks at eight windows.
    package func warning(_ model: ExtractiveSummarizer) -> String? {
        guard model.configuration.pooling == .cls else { return nil }
        let probes = places.indices.lazy.filter { places[$0].count > 1 }.prefix(8)
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
            for (number, place) in places[row].enumerated() {
                starts.append(batch.sequenceOffsets[index] + place)
                positions.append(Int32(firstSentences[row] + number))
                labels.append([right.contains(number) ? 1 : 0])
            }
            offsets.append(Int32(starts.count))
        }
        return (
            TokenBatch(batch), SentenceBatch(places: starts, positions: positions, offsets: offsets), labels
        )
    }
}
