// Reads the rows of classification tasks, whatever it is that is classified.

package import Datasets
package import Tokenizers

/// Turns rows into what a classifier reads, and labels into targets.
package protocol ClassificationReader {
    var labelColumn: String { get }
    /// The rows that `next` hands out until it returns nil. With `labels` each has its target.
    func inputs(labels: LabelMap?, _ next: () throws -> Row?) throws -> any ModelInputs
    /// What a person is shown as a row's input.
    func input(of row: Row) throws -> String
}

extension ClassificationReader {
    /// All rows of the reader with their targets. Reads the files once.
    package func inputs(of reader: RowReader, labels: LabelMap) throws -> any ModelInputs {
        let rows = reader.makeIterator()
        return try inputs(labels: labels) { try rows.next() }
    }

    func target(_ row: Row, _ labels: LabelMap?) throws(DatasetsError) -> Target {
        try labels?.target(for: row, column: labelColumn) ?? .none
    }
}

/// Turns texts, or pairs of texts, into tokenised examples.
package struct TextClassificationReader: ClassificationReader {
    private let tokenizer: any Tokenizer
    private let columns: TextColumns
    package var labelColumn: String { columns.label }

    package init(tokenizer: any Tokenizer, columns: TextColumns) {
        self.tokenizer = tokenizer
        self.columns = columns
    }

    package func inputs(labels: LabelMap?, _ next: () throws -> Row?) throws -> any ModelInputs {
        var store = TokenizedDataset()
        while let row = try next() {
            let example = try example(row, labels)
            // Only training and evaluations tell of it.
            if labels != nil, let lost = try lostTokens(row, example) { store.noteCut(tokens: lost) }
            store.append(example)
        }
        return store
    }

    /// How many more tokens the row has than its example; nil if none.
    private func lostTokens(_ row: Row, _ example: Example) throws(DatasetsError) -> Int? {
        guard example.tokens.count == columns.maximumLength else { return nil }
        let (text, pair) = try texts(row)
        let whole = tokenizer.encode(text, pair: pair, addingSpecialTokens: true, maximumLength: nil).count
        return whole > example.tokens.count ? whole - example.tokens.count : nil
    }

    package func input(of row: Row) throws -> String {
        let (text, pair) = try texts(row)
        return pair.map { text + "\n" + $0 } ?? text
    }

    private func example(_ row: Row, _ labels: LabelMap?) throws(DatasetsError) -> Example {
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
    private let images: ImageReader
    package let labelColumn: String

    package init(images: ImageReader, labelColumn: String) {
        self.images = images
        self.labelColumn = labelColumn
    }

    package func inputs(labels: LabelMap?, _ next: () throws -> Row?) throws -> any ModelInputs {
        var store = try images.emptyStore()
        var found: [ImageRow] = []
        while let row = try next() {
            found.append(try images.image(row))
            store.append(Example(tokens: [], target: try target(row, labels), source: row.source))
        }
        return try images.examples(found, store)
    }

    package func input(of row: Row) throws -> String { try images.path(row) }
}
