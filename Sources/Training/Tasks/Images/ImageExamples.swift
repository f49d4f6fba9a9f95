// Rows that name images, as a vision model reads them: decoded, prepared, and changed at random while
// training.

package import Arguments
package import Datasets
package import Images
package import Layers
package import Models
internal import Tensors
internal import Training

/// How images become what a model reads.
package struct ImageReader {
    package let column: String
    private let model: any ImageModel
    private let preprocessing: ImagePreprocessing
    private let augmentation: ImageAugmentation
    private let key: RandomKey

    /// `preprocessing` is the model's; random changes are those of `arguments` and follow `seed`, epoch and
    /// row.
    package init(
        model: any ImageModel, preprocessing: ImagePreprocessing, arguments: DataArguments, seed: UInt64
    ) {
        self.model = model
        self.preprocessing = preprocessing
        column = arguments.imageColumn
        augmentation = arguments.augmentation
        key = RandomKey(seed: seed).derived("augmentation")
    }

    /// The image that a row names.
    func image(_ row: Row) throws(DatasetsError) -> ImageRow { try ImageRow(row, column: column) }

    /// What a person is shown of a row's image: the path of its file.
    package func path(_ row: Row) throws(DatasetsError) -> String { try image(row).path }

    /// An empty store for the other columns of rows whose images this reader reads.
    func emptyStore() throws(DatasetsError) -> TokenizedDataset {
        guard let configuration = model.imageConfiguration else {
            preconditionFailure("this model reads text")
        }
        let size = try loader([])
        let patch = configuration.patchSize
        return TokenizedDataset(
            imageTokenCount: size.height / patch.height * (size.width / patch.width) + 1)
    }

    /// A row whose image is read when it is needed: its attachment is the path as the row states it.
    func example(_ row: Row, tokens: [Int32], target: Target) throws(DatasetsError) -> Example {
        // A path that is none is told now.
        _ = try image(row)
        var example = Example(tokens: tokens, target: target, source: row.source)
        example.attachment = Array(try row.text(in: column, key: "image_column").utf8)
        return example
    }

    /// The images of rows that `example` made, with their other columns.
    func examples(_ store: TokenizedDataset) throws(DatasetsError) -> ImageExamples {
        let loader = try ImageLoader(
            count: store.count, preprocessing: preprocessing, augmentation: augmentation
        ) { row in
            ImageRow(Self.name(store.attachment(of: row)), source: store.source(of: row))
        }
        return ImageExamples(examples: store, loader: loader, model: model, key: key)
    }

    /// The path in an attachment, which may go on with what else a task keeps behind a zero byte.
    fileprivate static func name(_ attachment: [UInt8]) -> String {
        String(decoding: attachment.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func loader(_ images: [ImageRow]) throws(DatasetsError) -> ImageLoader {
        try ImageLoader(rows: images, preprocessing: preprocessing, augmentation: augmentation)
    }
}

/// Images with the targets of their rows.
package final class ImageExamples: ModelInputs {
    package let examples: TokenizedDataset
    private let loader: ImageLoader
    private let model: any ImageModel
    private let key: RandomKey
    /// Pixel values of the last batch, `[at least S, 3 · height · width]`.
    private var pixels: Tensor

    init(examples: TokenizedDataset, loader: ImageLoader, model: any ImageModel, key: RandomKey) {
        self.examples = examples
        self.loader = loader
        self.model = model
        self.key = key
        pixels = Tensor(rows: 1, columns: loader.valueCount)
    }

    package var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? {
        let readAhead = loader.readAhead
        return { rows in
            readAhead(
                rows.map { ($0.index, ImageRow(ImageReader.name($0.attachment), source: $0.source)) })
        }
    }

    package func tokenBatch(rows: [Int], epoch: Int?) throws -> TokenBatch {
        try tokenBatch(rows: rows, epoch: epoch, sampleIDs: rows.map { UInt64($0) })
    }

    /// The same with other numbers for the rows.
    func tokenBatch(rows: [Int], epoch: Int?, sampleIDs: [UInt64]) throws -> TokenBatch {
        if pixels.rows < rows.count { pixels = Tensor(rows: rows.count, columns: loader.valueCount) }
        let values = pixels.rows(0..<rows.count)
        try loader.writeValues(of: rows, epochKey: epoch.map { key.derived(UInt64($0)) }, into: values)
        return model.batch(
            pixels: values, height: loader.height, width: loader.width, sampleIDs: sampleIDs)
    }

    package func validate(for model: any TrainableModel, rank: Int, of rankCount: Int) throws {
        let empty = self.model.batch(
            pixels: pixels.rows(0..<1), height: loader.height, width: loader.width, sampleIDs: [0])
        do throws(ModelError) {
            try model.validate(empty)
        } catch { throw TrainingError(error.description) }
        try loader.check(stride(from: rank, to: examples.count, by: rankCount))
    }
}
