// Rows of image captioning: an image for the encoder, a caption for the decoder.

package import Arguments
package import Datasets
internal import JSON
package import Layers
package import Models
package import Tokenizers
package import Training

/// Reads images with their captions.
///
/// The decoder learns the caption's tokens and then the token that ends it; what begins a text, such as
/// [CLS], is given to it and not learnt.
package final class CaptionReader: SequenceToSequenceReader {
    private let model: any SequenceToSequenceModel
    private let images: ImageReader
    private let tokenizer: any Tokenizer
    private let column: String
    private let maximumLength: Int
    private let endID: Int32
    private let directory: String

    /// `directory` is named when the tokenizer does not fit the decoder.
    package init(
        model: any SequenceToSequenceModel, images: ImageReader, tokenizer: any Tokenizer,
        arguments: DataArguments, directory: String
    ) throws(TrainingError) {
        self.model = model
        self.directory = directory
        self.images = images
        self.tokenizer = tokenizer
        column = arguments.captionColumn
        maximumLength = arguments.maxTargetLength
        guard tokenizer.vocabularySize <= model.vocabularySize else {
            throw TrainingError(
                "\(directory): the tokenizer has \(tokenizer.vocabularySize) tokens, but the decoder has a vocabulary of "
                    + "\(model.vocabularySize); use the tokenizer files of the decoder's own folder")
        }
        guard let endID = model.endIDs.first else {
            throw TrainingError(
                "\(directory): config.json names no eos_token_id, so the decoder would not learn where a caption ends; "
                    + "add the id of the token that ends a text")
        }
        self.endID = endID
        guard maximumLength <= model.maximumTargetLength else {
            throw TrainingError(
                "max_target_length is \(maximumLength), but the decoder has \(model.maximumTargetLength) positions; set "
                    + "max_target_length to \(model.maximumTargetLength) or less")
        }
    }

    /// The rows of all files with their captions. `rank` of `rankCount` ranks opens its share of the images,
    /// so that a broken one is found now.
    package func rows(
        _ reader: RowReader, from source: ExampleSource = ExampleSource(), rank: Int, of rankCount: Int
    ) throws -> CaptionRows {
        let settings: JSONObject = [
            "image_column": .string(images.column), "caption_column": .string(column),
            "max_target_length": .integer(maximumLength), "end": .integer(Int(endID)),
        ]
        let store = try source.dataset(
            reader,
            EncodingSettings(
                settings, tokenizers: [directory],
                vocabularySize: max(tokenizer.vocabularySize, Int(endID) + 1),
                imageTokenCount: try images.emptyStore().imageTokenCount),
            Encoder(reader: self))
        let examples = try images.examples(store)
        try examples.validate(for: model, rank: rank, of: rankCount)
        return CaptionRows(images: examples)
    }

    private struct Encoder: RowEncoder {
        let reader: CaptionReader
        var tallies: RowTallies { RowTallies() }

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            let found = try CaptionExample(
                row, imageColumn: reader.images.column, captionColumn: reader.column)
            let tokens = reader.tokens(of: found.caption)
            var example = try reader.images.example(row, tokens: tokens, target: .none)
            example.attachment += [0] + Array(found.caption.utf8)
            example.termCount = tokens.count
            try add(example)
        }
    }

    package func sources(of rows: [Row], sampleIDs: [UInt64]) throws -> TokenBatch {
        var store = try images.emptyStore()
        for row in rows { store.append(try images.example(row, tokens: [], target: .none)) }
        let examples = try images.examples(store)
        try examples.validate(for: model, rank: 0, of: 1)
        return try examples.tokenBatch(rows: Array(rows.indices), epoch: nil, sampleIDs: sampleIDs)
    }

    package func target(of row: Row) throws -> [Int32] {
        tokens(of: try CaptionExample(row, imageColumn: images.column, captionColumn: column).caption)
    }

    private func tokens(of caption: String) -> [Int32] {
        tokenizer.encode(
            caption, pair: nil, addingSpecialTokens: false, maximumLength: maximumLength - 1
        ).ids + [endID]
    }

    package func input(of row: Row) throws -> String { try images.path(row) }

    package func references(of row: Row) throws -> [String] {
        [try CaptionExample(row, imageColumn: images.column, captionColumn: column).caption]
    }

    package func text(of tokens: [Int32]) -> String {
        tokenizer.decode(tokens, skippingSpecialTokens: true)
    }
}

/// Images with their captions; the tokens of a row are those of its caption.
package final class CaptionRows: SequenceToSequenceRows {
    package var examples: TokenizedDataset { images.examples }
    package var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { images.readAhead }
    private let images: ImageExamples

    init(images: ImageExamples) { self.images = images }

    /// Tokens of all captions, their ends included.
    package var targetCount: Int { examples.termCount }

    package func target(of row: Int) -> [Int32] { Array(examples.tokens(of: row)) }
    package func references(of row: Int) -> [String] {
        [String(decoding: examples.attachment(of: row).drop { $0 != 0 }.dropFirst(), as: UTF8.self)]
    }

    package func sources(of rows: [Int], epoch: Int?) throws -> TokenBatch {
        try images.tokenBatch(rows: rows, epoch: epoch)
    }
}
