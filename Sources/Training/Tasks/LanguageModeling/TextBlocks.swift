// Rows of plain text as examples of a language model: joined and cut into blocks, or one example a row.

package import Arguments
package import Datasets
internal import Models
package import Tokenizers
internal import Training

/// Reads texts for masked and causal language modelling, as Hugging Face's run_mlm.py and run_clm.py do.
package struct TextBlocks {
    private let tokenizer: any Tokenizer
    private let column: String
    private let maximumLength: Int
    private let rowsAreExamples: Bool
    private let isCausal: Bool
    private let onLongRow: LongRowRule

    package init(tokenizer: any Tokenizer, arguments: DataArguments, isCausal: Bool) {
        self.tokenizer = tokenizer
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
        _ reader: RowReader, report: (LongRows) -> Void = { _ in }
    ) throws -> TokenizedDataset {
        var blocks = BlockBuilder(length: maximumLength, isCausal: isCausal)
        var longRows = longRows
        let rows = reader.makeIterator()
        while let row = try rows.next() {
            let text = try row.text(in: row.isLine ? "text" : column, key: "text_column")
            if rowsAreExamples {
                if let tokens = try example(text, row, &longRows) {
                    blocks.add(example: tokens, row.source)
                }
            } else {
                blocks.add(document(text, row), row.source)
            }
        }
        blocks.finish()
        try longRows.requireRows(reader.files)
        report(longRows)
        guard blocks.store.count > 0 else {
            throw TrainingError(
                "\(reader.files.joined(separator: ", ")): no text to learn from; the column \(column) is blank in every "
                    + "row")
        }
        var store = blocks.store
        longRows.note(in: &store)
        return store
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
    private func document(_ text: String, _ row: Row) -> [Int32] {
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

    mutating func add(example tokens: [Int32], _ source: RowSource) { append(tokens[...], source) }

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
