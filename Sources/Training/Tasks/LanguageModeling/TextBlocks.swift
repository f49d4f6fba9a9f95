// Rows of plain text as examples of a language model: joined and cut into blocks, or one example a row.

package import Arguments
package import Datasets
internal import JSON
internal import Models
package import Tokenizers
internal import Training

/// Reads texts for masked and causal language modelling, as Hugging Face's run_mlm.py and run_clm.py do.
package struct TextBlocks {
    private let tokenizer: any Tokenizer
    fileprivate let column: String
    private let maximumLength: Int
    private let rowsAreExamples: Bool
    private let isCausal: Bool
    private let onLongRow: LongRowRule
    /// The folder of the tokenizer.
    private let directory: String

    package init(
        tokenizer: any Tokenizer, arguments: DataArguments, isCausal: Bool, directory: String = ""
    ) {
        self.tokenizer = tokenizer
        self.directory = directory
        column = arguments.textColumn
        maximumLength = arguments.sequenceLength
        rowsAreExamples = arguments.lineByLine
        onLongRow = arguments.onLongRow
        self.isCausal = isCausal
    }

    /// The examples of all files.
    ///
    /// In blocks: the tokens of all rows one behind the other, cut every `max_seq_length` tokens; the last
    /// block may be shorter. For masked models each text has its special tokens. For causal models a line of
    /// a text file keeps its line feed, and any other row is a document that ends with the end-of-sequence
    /// token. Row by row: each text alone, truncated. Blank rows are left out, but for the line feeds of text
    /// files. `report` gets what became of texts that are examples of their own and too long.
    package func examples(
        _ reader: RowReader, from source: ExampleSource = ExampleSource(),
        report: (LongRows) -> Void = { _ in }
    ) throws -> TokenizedDataset {
        var store: TokenizedDataset
        let tokens = try isCausal && reader.areTokens() ? TokenLibrary(reader.files) : nil
        if tokens != nil, !reader.hasSelection, reader.readsWholeFiles, !rowsAreExamples {
            return try blocks(ofTokens: reader, from: source)
        }
        if tokens != nil, rowsAreExamples {
            throw TrainingError(
                "line_by_line: \(reader.files[0]) holds tokens, which are learnt in blocks; leave line_by_line out"
            )
        }
        if rowsAreExamples {
            store = try source.dataset(reader, settings(blocks: nil), Examples(texts: self))
        } else if source.isCached(reader) {
            store = try source.dataset(
                reader, settings(blocks: (maximumLength, isCausal)), Documents(texts: self, tokens: tokens))
        } else {
            var blocks = BlockBuilder(length: maximumLength, isCausal: isCausal)
            var documents = Documents(texts: self, tokens: tokens)
            let rows = reader.makeIterator()
            while let row = try rows.next() {
                try documents.encode(row) { blocks.add($0.tokens, $0.source) }
            }
            blocks.finish()
            store = blocks.store
        }
        let longRows = LongRows(onLongRow, limit: maximumLength, store.tallies)
        try longRows.requireRows(reader.files)
        report(longRows)
        guard store.count > 0 else {
            throw TrainingError(
                "\(reader.files.joined(separator: ", ")): no text to learn from; the column \(column) is blank in every "
                    + "row")
        }
        return store
    }

    /// The blocks of token files, read where they stand; that each token is one of the vocabulary is looked
    /// up once, and with a cache folder remembered there.
    private func blocks(ofTokens reader: RowReader, from source: ExampleSource) throws -> TokenizedDataset {
        var stream = try TokenStream(reader.files)
        let size = tokenizer.vocabularySize
        let found = try source.fact("highest token", [reader], ["vocabulary": .integer(size)]) {
            .integer(try stream.maximumToken(vocabularySize: size))
        }
        guard let highest = found.integer else { preconditionFailure("the highest token is none") }
        stream.note(maximumToken: highest)
        let blocks = CachedBlocks(stream, length: maximumLength)
        guard blocks.count > 0 else {
            throw TrainingError(
                "\(reader.files.joined(separator: ", ")): one token alone, and nothing to learn from it")
        }
        return TokenizedDataset(ExampleWindow(blocks), tallies: RowTallies())
    }

    /// A stream has one cache for all lengths of blocks.
    private func settings(blocks: (length: Int, isCausal: Bool)?) -> EncodingSettings {
        EncodingSettings(
            [
                "text_column": .string(column), "line_by_line": .bool(rowsAreExamples),
                "causal": .bool(isCausal), "on_long_row": .string(onLongRow.rawValue),
                "max_seq_length": blocks == nil ? .integer(maximumLength) : .null,
            ], tokenizers: [directory], vocabularySize: tokenizer.vocabularySize, blocks: blocks)
    }

    /// Rows that are examples of their own.
    private struct Examples: RowEncoder {
        let texts: TextBlocks
        var longRows: LongRows
        var tallies: RowTallies { longRows.tallies }

        init(texts: TextBlocks) { (self.texts, longRows) = (texts, texts.longRows) }

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            if let example = try texts.example(row, &longRows) { try add(example) }
        }
    }

    /// Rows that are parts of a stream.
    private struct Documents: RowEncoder {
        let texts: TextBlocks
        /// Where rows are documents of token files.
        let tokens: TokenLibrary?
        var tallies: RowTallies { RowTallies() }

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            if let known = try tokens?.tokens(of: row) {
                let size = texts.tokenizer.vocabularySize
                if let wrong = known.first(where: { $0 < 0 || Int($0) >= size }) {
                    throw TrainingError(
                        "\(row.source): the document has token \(wrong), and the vocabulary has \(size); give the model "
                            + "whose tokenizer made the file")
                }
                if !known.isEmpty { try add(Example(tokens: known, target: .none, source: row.source)) }
                return
            }
            let text = try row.text(in: row.isLine ? "text" : texts.column, key: "text_column")
            let tokens = texts.document(text, row)
            if !tokens.isEmpty { try add(Example(tokens: tokens, target: .none, source: row.source)) }
        }
    }

    /// A counter of texts that are over the limit of length.
    var longRows: LongRows { LongRows(onLongRow, limit: maximumLength) }

    /// A row as an example of its own; nil for a blank one, and for one that is left out.
    func example(_ row: Row, _ longRows: inout LongRows) throws -> Example? {
        let text = try row.text(in: row.isLine ? "text" : column, key: "text_column")
        return try example(text, row, &longRows).map {
            Example(tokens: $0, target: isCausal ? .spans([1..<$0.count]) : .none, source: row.source)
        }
    }

    private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    /// What a row adds to the stream of tokens.
    fileprivate func document(_ text: String, _ row: Row) -> [Int32] {
        guard isCausal else { return Self.isBlank(text) ? [] : tokenizer.encode(text).ids }
        guard !row.isLine else {
            return tokenizer.encode(
                text + "\n", pair: nil, addingSpecialTokens: false, maximumLength: nil
            ).ids
        }
        return Self.isBlank(text) ? [] : ended(tokenizer.encode(text).ids)
    }

    /// The tokens of a row that is an example of its own; nil for a blank one, and for one that is left out.
    private func example(
        _ text: String, _ row: Row, _ longRows: inout LongRows
    ) throws(TrainingError) -> [Int32]? {
        guard !Self.isBlank(text) else { return nil }
        guard isCausal else {
            return tokenizer.encode(
                text, pair: nil, addingSpecialTokens: true, maximumLength: maximumLength
            ).ids
        }
        return try longRows.fit(ended(tokenizer.encode(text).ids), row.source) {
            $0 > 1 ? .spans([1..<$0]) : nil
        }?.tokens
    }

    private func ended(_ tokens: [Int32]) -> [Int32] {
        guard let end = tokenizer.endOfSequenceID, tokens.last != end else { return tokens }
        return tokens + [end]
    }
}

/// Cuts a stream of tokens into examples.
private struct BlockBuilder {
    let length: Int
    let isCausal: Bool
    private(set) var store = TokenizedDataset()
    private var pending: [Int32] = []
    /// Where the rows in `pending` start, and where they come from.
    private var starts: [(place: Int, source: RowSource)] = []

    init(length: Int, isCausal: Bool) {
        self.length = length
        self.isCausal = isCausal
    }

    mutating func add(_ tokens: [Int32], _ source: RowSource) {
        guard !tokens.isEmpty else { return }
        starts.append((pending.count, source))
        pending += tokens
        var start = 0
        while pending.count - start >= length {
            append(pending[start..<start + length], sourceOfToken(at: start))
            start += length
        }
        guard start > 0 else { return }
        let next = sourceOfToken(at: start)
        pending.removeFirst(start)
        starts = [(0, next)] + starts.filter { $0.place > start }.map { ($0.place - start, $0.source) }
        if pending.isEmpty { starts = [] }
    }

    /// Makes what is left a last, shorter block, if there is something to learn in it.
    mutating func finish() {
        if pending.count > 1 { append(pending[...], sourceOfToken(at: 0)) }
        pending = []
    }

    /// The row that the token at a place of `pending` belongs to.
    private func sourceOfToken(at place: Int) -> RowSource {
        guard let found = starts.last(where: { $0.place <= place }) else {
            preconditionFailure("every token has a row")
        }
        return found.source
    }

    private mutating func append(_ tokens: ArraySlice<Int32>, _ source: RowSource) {
        store.append(
            Example(
                tokens: Array(tokens), target: isCausal ? .spans([1..<tokens.count]) : .none, source: source))
    }
}
