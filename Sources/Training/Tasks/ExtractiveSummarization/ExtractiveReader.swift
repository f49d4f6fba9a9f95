// Documents as windows of sentences, each sentence behind a token that stands for it.

package import Arguments
internal import Datasets
internal import JSON
package import Models
package import Tokenizers
package import Training

/// A stretch of a document that the model reads at once.
package struct SentenceWindow: Sendable, Equatable {
    /// [CLS] sentence [SEP] [CLS] sentence [SEP] …
    var tokens: [Int32] = []
    /// 0 and 1 in turn, sentence by sentence; all 0 for a model with one type.
    var typeIDs: [Int32] = []
    /// Where each sentence's [CLS] stands in `tokens`.
    var places: [Int32] = []
    /// The number of the first sentence in its document.
    let firstSentence: Int

    /// The numbers of the sentences in their document.
    var sentences: Range<Int> { firstSentence..<firstSentence + places.count }

    init(firstSentence: Int) { self.firstSentence = firstSentence }
}

/// Reads documents with their summaries.
///
/// A document that is longer than `max_seq_length` is cut into windows between sentences; a sentence that is
/// longer loses its end.
package struct ExtractiveReader {
    let columns: SummaryColumns
    /// How summaries are chosen.
    package let selection: SentenceSelection
    private let tokenizer: any Tokenizer
    private let classifierID: Int32
    private let separatorID: Int32
    private let alternatesTypes: Bool
    private let maximumLength: Int
    private let directory: String

    /// `directory` is named when its tokenizer has no [CLS] or [SEP].
    package init(
        model: ExtractiveSummarizer, tokenizer: any Tokenizer, arguments: DataArguments, directory: String
    ) throws(TrainingError) {
        guard let classifierID = tokenizer.classifierID, let separatorID = tokenizer.separatorID else {
            throw TrainingError(
                "\(directory): the tokenizer has no token that stands for a sentence and none that ends it, such as "
                    + "[CLS] and [SEP]; choose a model of type "
                    + ModelFamily.names(having: [.extractiveSummarizer]))
        }
        guard arguments.sequenceLength <= model.maximumLength else {
            throw TrainingError(
                "max_seq_length is \(arguments.sequenceLength), but the model has \(model.maximumLength) positions; set "
                    + "it to \(model.maximumLength) or less: longer documents are read window by window")
        }
        self.tokenizer = tokenizer
        self.directory = directory
        self.classifierID = classifierID
        self.separatorID = separatorID
        alternatesTypes = model.typeCount > 1
        maximumLength = arguments.sequenceLength
        columns = SummaryColumns(arguments)
        selection = SentenceSelection(
            maximumCount: arguments.summarySentences ?? model.configuration.summarySentences,
            blocksTrigrams: arguments.trigramBlocking ?? model.configuration.blocksTrigrams)
    }

    /// The documents of all files with their summaries and the labels that the oracle gives them, an example
    /// each, to evaluate on. Collective with a cache.
    func documents(_ reader: RowReader, from source: ExampleSource) throws -> TokenizedDataset {
        try source.dataset(
            reader, settings(["whole_documents": .bool(true)]), DocumentEncoder(reader: self))
    }

    /// A row's document; without `withSummary` what has none can be read, too.
    func document(of row: Row, withSummary: Bool = true) throws -> ExtractiveDocument {
        let sentences = try columns.sentences(of: row)
        guard withSummary else {
            return ExtractiveDocument(
                sentences: sentences, summary: "", oracle: [], windows: windows(of: sentences),
                source: row.source)
        }
        let summary = try columns.summary(of: row)
        let oracle = SentenceSelection.oracle(
            sentences: sentences, reference: summary, maximumCount: selection.maximumCount)
        return ExtractiveDocument(
            sentences: sentences, summary: summary, oracle: oracle, windows: windows(of: sentences),
            source: row.source)
    }

    /// The windows of the documents of all files, to learn from. Collective with a cache.
    func windows(_ reader: RowReader, from source: ExampleSource) throws -> ExtractiveRows {
        ExtractiveRows(windows: try source.dataset(reader, settings([:]), WindowEncoder(reader: self)))
    }

    private func settings(_ kind: JSONObject) -> EncodingSettings {
        var settings = kind
        settings.set("document_column", to: .string(columns.document))
        settings.set("summary_column", to: .string(columns.summary))
        settings.set("max_seq_length", to: .integer(maximumLength))
        settings.set("types", to: .bool(alternatesTypes))
        settings.set("summary_sentences", to: .integer(selection.maximumCount))
        return EncodingSettings(
            settings, tokenizers: [directory], vocabularySize: tokenizer.vocabularySize)
    }

    private struct DocumentEncoder: RowEncoder {
        let reader: ExtractiveReader
        var tallies: RowTallies { RowTallies() }

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            try add(reader.document(of: row).example)
        }
    }

    private struct WindowEncoder: RowEncoder {
        let reader: ExtractiveReader
        var tallies = RowTallies()

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            let document = try reader.document(of: row)
            ExtractiveRows.count(document, in: &tallies)
            for example in document.windowExamples { try add(example) }
        }
    }

    /// The windows of a document.
    func windows(of sentences: [String]) -> [SentenceWindow] {
        var windows: [SentenceWindow] = []
        var window = SentenceWindow(firstSentence: 0)
        for (index, sentence) in sentences.enumerated() {
            let words = tokenizer.encode(
                sentence, pair: nil, addingSpecialTokens: false, maximumLength: maximumLength - 2
            ).ids
            if !window.places.isEmpty, window.tokens.count + words.count + 2 > maximumLength {
                windows.append(window)
                window = SentenceWindow(firstSentence: index)
            }
            let type: Int32 = alternatesTypes ? Int32(window.places.count % 2) : 0
            window.places.append(Int32(window.tokens.count))
            window.tokens += [classifierID] + words + [separatorID]
            window.typeIDs += [Int32](repeating: type, count: words.count + 2)
        }
        return windows + [window]
    }
}
