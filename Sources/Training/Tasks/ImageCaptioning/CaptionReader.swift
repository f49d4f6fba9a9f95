// Rows of image captioning: an image for the encoder, a caption for the decoder.

package import Arguments
package import Datasets
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

    /// `directory` is named when the tokenizer does not fit the decoder.
    package init(
        model: any SequenceToSequenceModel, images: ImageReader, tokenizer: any Tokenizer,
        arguments: DataArguments, directory: String
    ) throws(TrainingError) {
        self.model = model
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
    package func rows(_ reader: RowReader, rank: Int, of rankCount: Int) throws -> CaptionRows {
        var store = try images.emptyStore()
        var (found, captions): ([ImageRow], [String]) = ([], [])
        let rows = reader.makeIterator()
        while let row = try rows.next() {
            let example = try CaptionExample(row, imageColumn: images.column, captionColumn: column)
            store.append(
                Example(tokens: tokens(of: example.caption), target: .none, source: row.source))
            found.append(example.image)
            captions.append(example.caption)
        }
        let examples = try images.examples(found, store)
        try examples.validate(for: model, rank: rank, of: rankCount)
        return CaptionRows(images: examples, captions: captions)
    }

    package func sources(of rows: [Row], sampleIDs: [UInt64]) throws -> TokenBatch {
        var store = try images.emptyStore()
        var found: [ImageRow] = []
        for row in rows {
            found.append(try images.image(row))
            store.append(Example(tokens: [], target: .none, source: row.source))
        }
        let examples = try images.examples(found, store)
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
    private let images: ImageExamples
    private let captions: [String]

    init(images: ImageExamples, captions: [String]) {
        self.images = images
        self.captions = captions
    }

    /// Tokens of all captions, their ends included.
    package var targetCount: Int { (0..<examples.count).reduce(0) { $0 + examples.tokens(of: $1).count } }

    package func target(of row: Int) -> [Int32] { Array(examples.tokens(of: row)) }
    package func references(of row: Int) -> [String] { [captions[row]] }

    package func sources(of rows: [Int], epoch: Int?) throws -> TokenBatch {
        try images.tokenBatch(rows: rows, epoch: epoch)
    }
}
