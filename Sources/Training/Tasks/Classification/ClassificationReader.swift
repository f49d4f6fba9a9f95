// Reads the rows of classification tasks, whatever it is that is classified.

package import Datasets
internal import JSON
package import Tokenizers

/// Turns rows into what a classifier reads, and labels into targets.
package protocol ClassificationReader {
    var labelColumn: String { get }
    /// The rows that `next` hands out until it returns nil. With `labels` each has its target.
    func inputs(labels: LabelMap?, _ next: () throws -> Row?) throws -> any ModelInputs
    /// All rows of the reader with their targets, in memory or from a cache. Collective with a cache.
    func inputs(of rows: RowReader, labels: LabelMap, from source: ExampleSource) throws -> any ModelInputs
    /// What a person is shown as a row's input.
    func input(of row: Row) throws -> String
}

extension ClassificationReader {
    /// All rows of the reader with their targets. Reads the files once.
    package func inputs(of reader: RowReader, labels: LabelMap) throws -> any ModelInputs {
        try inputs(of: reader, labels: labels, from: ExampleSource())
    }

    func target(_ row: Row, _ labels: LabelMap?) throws(DatasetsError) -> Target {
        try labels?.target(for: row, column: labelColumn) ?? .none
    }
}

/// Turns texts, or pairs of texts, into tokenised examples.
package struct TextClassificationReader: ClassificationReader {
    private let tokenizer: any Tokenizer
    private let columns: TextColumns
    /// The folder of the tokenizer.
    private let directory: String
    package var labelColumn: String { columns.label }

    package init(tokenizer: any Tokenizer, columns: TextColumns, directory: String = "") {
        self.tokenizer = tokenizer
        self.columns = columns
        self.directory = directory
    }

    package func inputs(labels: LabelMap?, _ next: () throws -> Row?) throws -> any ModelInputs {
        var encoder = Encoder(reader: self, labels: labels)
        var store = TokenizedDataset()
        while let row = try next() { try encoder.encode(row) { store.append($0) } }
        store.tallies = encoder.tallies
        return store
    }

    package func inputs(
        of rows: RowReader, labels: LabelMap, from source: ExampleSource
    ) throws -> any ModelInputs {
        let settings: JSONObject = [
            "text_column": .string(columns.text),
            "text_pair_column": columns.textPair.map { .string($0) } ?? .null,
            "label_column": .string(columns.label), "max_seq_length": .integer(columns.maximumLength),
            "labels": labels.json,
        ]
        return try source.dataset(
            rows,
            EncodingSettings(
                settings, tokenizers: [directory], vocabularySize: tokenizer.vocabularySize),
            Encoder(reader: self, labels: labels))
    }

    private struct Encoder: RowEncoder {
        let reader: TextClassificationReader
        let labels: LabelMap?
        var tallies = RowTallies()

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            let example = try reader.example(row, labels)
            // Only training and evaluations tell of it.
            if labels != nil, let lost = try reader.lostTokens(row, example) { tallies.noteCut(tokens: lost) }
            try add(example)
        }
    }

    /// How many more tokens the row has than its example; nil if none.
    fileprivate func lostTokens(_ row: Row, _ example: Example) throws(DatasetsError) -> Int? {
        guard example.tokens.count == columns.maximumLength else { return nil }
        let (text, pair) = try texts(row)
        let whole = tokenizer.encode(text, pair: pair, addingSpecialTokens: true, maximumLength: nil).count
        return whole > example.tokens.count ? whole - example.tokens.count : nil
    }

    package func input(of row: Row) throws -> String {
        let (text, pair) = try texts(row)
        return pair.map { text + "\n" + $0 } ?? text
    }

    fileprivate func example(_ row: Row, _ labels: LabelMap?) throws(DatasetsError) -> Example {
        let (text, pair) = try texts(row)
        let encoding = tokenizer.encode(
            text, pair: pair, addingSpecialTokens: true, maximumLength: columns.maximumLength)
        return Example(
            tokens: encoding.ids, typeIDs: encoding.typeIDs, target: try target(row, labels),
            source: row.source)
    }

    private func texts(_ row: Row) throws(DatasetsError) -> (text: String, pair: String?) {
        let text = try row.text(in: columns.text, key: "text_column")
        guard let column = columns.textPair else { return (text, nil) }
        return (text, try row.text(in: column, key: "text_pair_column"))
    }
}

/// Turns rows that name an image into prepared images.
package struct ImageClassificationReader: ClassificationReader {
    fileprivate let images: ImageReader
    package let labelColumn: String

    package init(images: ImageReader, labelColumn: String) {
        self.images = images
        self.labelColumn = labelColumn
    }

    package func inputs(labels: LabelMap?, _ next: () throws -> Row?) throws -> any ModelInputs {
        var store = try images.emptyStore()
        while let row = try next() {
            store.append(
                try images.example(row, tokens: [], target: try target(row, labels)))
        }
        return try images.examples(store)
    }

    package func inputs(
        of rows: RowReader, labels: LabelMap, from source: ExampleSource
    ) throws -> any ModelInputs {
        let settings: JSONObject = [
            "image_column": .string(images.column), "label_column": .string(labelColumn),
            "labels": labels.json,
        ]
        let store = try source.dataset(
            rows,
            EncodingSettings(
                settings, tokenizers: [], vocabularySize: 1,
                imageTokenCount: try images.emptyStore().imageTokenCount),
            Encoder(reader: self, labels: labels))
        return try images.examples(store)
    }

    private struct Encoder: RowEncoder {
        let reader: ImageClassificationReader
        let labels: LabelMap
        var tallies: RowTallies { RowTallies() }

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            try add(
                try reader.images.example(row, tokens: [], target: try reader.target(row, labels)))
        }
    }

    package func input(of row: Row) throws -> String { try images.path(row) }
}
