// Rows of abstractive summarization: a document for the encoder, a summary for the decoder.

package import Arguments
package import Datasets
internal import JSON
package import Layers
package import Models
package import Tokenizers
package import Training

/// Reads documents with their summaries.
///
/// The encoder reads the document with its special tokens. The decoder learns the summary's tokens and then
/// the token that ends it; what begins a text, such as [CLS], is given to it and not learnt. Hugging Face's
/// run_summarization learns it as a first word; its models are read and written all the same.
package final class SummarizationReader: SequenceToSequenceReader {
    private let model: any SequenceToSequenceModel
    private let tokenizer: any Tokenizer
    private let decoderTokenizer: any Tokenizer
    package let columns: SummaryColumns
    /// What chooses sentences of documents that are too long; nil where their ends are cut.
    private let choice: SentenceChoice?
    package let maximumSourceLength: Int
    private let maximumTargetLength: Int
    /// Stands before each document.
    private let sourcePrefix: String
    private let endID: Int32
    /// The folders of both tokenizers.
    private let directories: [String]

    /// `directory` is named when the tokenizer of the decoder does not fit it.
    package convenience init(
        model: any SequenceToSequenceModel, tokenizer: any Tokenizer, decoderTokenizer: any Tokenizer,
        arguments: DataArguments, directory: String
    ) throws(TrainingError) {
        try self.init(
            model: model, tokenizer: tokenizer, decoderTokenizer: decoderTokenizer, arguments: arguments,
            directory: directory, sourceDirectory: directory, choice: nil)
    }

    /// `choice` chooses sentences of documents that are too long; with nil their ends are cut.
    init(
        model: any SequenceToSequenceModel, tokenizer: any Tokenizer, decoderTokenizer: any Tokenizer,
        arguments: DataArguments, directory: String, sourceDirectory: String, choice: SentenceChoice?
    ) throws(TrainingError) {
        self.model = model
        self.choice = choice
        directories = [sourceDirectory, directory] + (choice.map { [$0.directory] } ?? [])
        self.tokenizer = tokenizer
        self.decoderTokenizer = decoderTokenizer
        columns = SummaryColumns(arguments)
        maximumSourceLength = arguments.maxSourceLength ?? min(1024, model.maximumLength)
        maximumTargetLength = arguments.maxTargetLength
        sourcePrefix = arguments.sourcePrefix ?? ""
        guard decoderTokenizer.vocabularySize <= model.vocabularySize else {
            throw TrainingError(
                "\(directory): the decoder's tokenizer has \(decoderTokenizer.vocabularySize) tokens, but the decoder "
                    + "has a vocabulary of \(model.vocabularySize); use the tokenizer files of the decoder's own folder"
            )
        }
        guard let endID = model.endIDs.first else {
            throw TrainingError(
                "\(directory): config.json names no eos_token_id, so the decoder would not learn where a summary ends; "
                    + "add the id of the token that ends a text")
        }
        self.endID = endID
        guard maximumSourceLength <= model.maximumLength else {
            throw Self.tooLong("max_source_length", maximumSourceLength, "encoder", model.maximumLength)
        }
        guard maximumTargetLength <= model.maximumTargetLength else {
            throw Self.tooLong("max_target_length", maximumTargetLength, "decoder", model.maximumTargetLength)
        }
    }

    private static func tooLong(
        _ key: String, _ length: Int, _ part: String, _ positions: Int
    ) -> TrainingError {
        TrainingError(
            "\(key) is \(length), but the \(part) has \(positions) positions; set \(key) to \(positions) or less"
        )
    }

    /// The rows of all files with their summaries, checked against the model.
    package func rows(
        _ reader: RowReader, from source: ExampleSource = ExampleSource()
    ) throws -> SummarizationRows {
        let settings: JSONObject = [
            "document_column": .string(columns.document), "summary_column": .string(columns.summary),
            "max_source_length": .integer(maximumSourceLength),
            "max_target_length": .integer(maximumTargetLength), "end": .integer(Int(endID)),
            "source_prefix": .string(sourcePrefix), "frames_targets": .bool(model.framesTargets),
            "extractor": .string(choice?.checksum ?? ""),
        ]
        let examples = try source.dataset(
            reader,
            EncodingSettings(
                settings, tokenizers: directories, vocabularySize: tokenizer.vocabularySize),
            Encoder(reader: self))
        try examples.validate(for: model)
        return SummarizationRows(examples: examples)
    }

    private struct Encoder: RowEncoder {
        let reader: SummarizationReader
        var tallies = RowTallies()

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            let document = try reader.document(of: row)
            var example = reader.source(of: document.text, row)
            if document.chosenCount > 0 { tallies.add(LongDocuments.chosen) }
            if let lost = reader.lostTokens(document.text, example) { tallies.noteCut(tokens: lost) }
            let target = try reader.target(of: row)
            var attachment = ByteComposer()
            attachment.add(target.map { Int($0) })
            attachment.add(try reader.columns.summary(of: row))
            (example.attachment, example.termCount) = (attachment.bytes, target.count)
            try add(example)
        }
    }

    package func sources(of rows: [Row], sampleIDs: [UInt64]) throws -> TokenBatch {
        var examples = TokenizedDataset()
        for row in rows { examples.append(source(of: try document(of: row).text, row)) }
        try examples.validate(for: model)
        let batch = examples.batch(rows: Array(rows.indices))
        return TokenBatch(
            tokens: batch.tokens, typeIDs: batch.typeIDs, positions: batch.positions,
            offsets: batch.sequenceOffsets, sampleIDs: sampleIDs)
    }

    /// What is read of a row, and how many sentences were chosen for it; 0 where nothing was to choose.
    func document(of row: Row) throws -> (text: String, chosenCount: Int) {
        if let chosen = try choice?.text(of: row, for: self) { return (chosen.text, chosen.count) }
        return (try columns.document(of: row), 0)
    }

    private func source(of document: String, _ row: Row) -> Example {
        let encoding = tokenizer.encode(
            sourcePrefix + document, pair: nil, addingSpecialTokens: true,
            maximumLength: maximumSourceLength)
        return Example(
            tokens: encoding.ids, typeIDs: encoding.typeIDs, target: .none, source: row.source)
    }

    /// How many more tokens the document has than are read of it; nil if none.
    private func lostTokens(_ document: String, _ source: Example) -> Int? {
        guard source.tokens.count == maximumSourceLength else { return nil }
        let whole = length(of: document)
        return whole > source.tokens.count ? whole - source.tokens.count : nil
    }

    package func target(of row: Row) throws -> [Int32] {
        let summary = try columns.summary(of: row).split(whereSeparator: \.isNewline).joined(separator: " ")
        let framed = decoderTokenizer.encode(
            summary, pair: nil, addingSpecialTokens: model.framesTargets,
            maximumLength: model.framesTargets ? maximumTargetLength : maximumTargetLength - 1
        ).ids
        // A tokenizer whose frame has no end leaves that to the task.
        return framed.last == endID ? framed : framed.prefix(maximumTargetLength - 1) + [endID]
    }

    package func input(of row: Row) throws -> String { try columns.document(of: row) }
    package func references(of row: Row) throws -> [String] { [try columns.summary(of: row)] }

    package func text(of tokens: [Int32]) -> String {
        decoderTokenizer.decode(tokens, skippingSpecialTokens: true)
    }
}

extension SummarizationReader: DocumentReading {
    package func length(of document: String, in row: Row) -> Int { length(of: document) }

    private func length(of document: String) -> Int {
        tokenizer.encode(
            sourcePrefix + document, pair: nil, addingSpecialTokens: true, maximumLength: nil
        ).count
    }
}

/// Tokenised documents with their summaries.
package final class SummarizationRows: SequenceToSequenceRows {
    package let examples: TokenizedDataset

    /// Each example has its target's tokens and the reference as its attachment.
    init(examples: TokenizedDataset) { self.examples = examples }

    /// Tokens of all targets, their ends included.
    package var targetCount: Int { examples.termCount }

    private func attachment(of row: Int) -> (target: [Int32], reference: String) {
        var parser = ByteParser(examples.attachment(of: row))
        guard let target = parser.numbers(), let reference = parser.text() else {
            preconditionFailure("row \(row) has no target")
        }
        return (target.map { Int32($0) }, reference)
    }

    package func target(of row: Int) -> [Int32] { attachment(of: row).target }
    package func references(of row: Int) -> [String] { [attachment(of: row).reference] }

    package func sources(of rows: [Int], epoch: Int?) -> TokenBatch { TokenBatch(examples.batch(rows: rows)) }
}
