// Pixel values of the images that rows name: decoded when they are first needed, kept while there is room.

package import Images
package import Tensors

/// Decodes, prepares and keeps the images of a data set.
///
/// What is kept is the image in 8 bits: as the model wants it where preparation is the same every time, as
/// decoded where random crops need all of it. Beyond `cacheByteLimit` images are decoded again each time.
package final class ImageLoader {
    /// The number of images, and the row of each.
    private let count: Int
    private let row: (Int) -> ImageRow
    package let preprocessing: ImagePreprocessing
    package let augmentation: ImageAugmentation
    /// Edges of every prepared image.
    package let width: Int
    package let height: Int

    private let stock: ImageStock

    /// - Parameter cacheByteLimit: bytes of images that are kept.
    /// - Throws: if the preprocessing gives images of different sizes, which no batch can hold.
    package convenience init(
        rows: [ImageRow], preprocessing: ImagePreprocessing, augmentation: ImageAugmentation = .init(),
        cacheByteLimit: Int = 1 << 30
    ) throws(DatasetsError) {
        try self.init(
            count: rows.count, preprocessing: preprocessing, augmentation: augmentation,
            cacheByteLimit: cacheByteLimit
        ) { rows[$0] }
    }

    /// The same of `count` rows that `row` gives by their numbers.
    package init(
        count: Int, preprocessing: ImagePreprocessing, augmentation: ImageAugmentation = .init(),
        cacheByteLimit: Int = 1 << 30, row: @escaping (Int) -> ImageRow
    ) throws(DatasetsError) {
        guard let size = preprocessing.outputSize else { throw .imagesOfManySizes() }
        (self.count, self.row) = (count, row)
        self.preprocessing = preprocessing
        self.augmentation = augmentation
        let keepsWhole = augmentation.randomCrop != nil
        stock = ImageStock(byteLimit: cacheByteLimit) { keepsWhole ? $0 : preprocessing.arranged($0) }
        (width, height) = (size.width, size.height)
    }

    /// Number of pixel values of an image: 3 · height · width.
    package var valueCount: Int { 3 * width * height }

    /// Decodes the images of these rows (all by default) once, so that a broken one is found before training
    /// starts.
    /// - Throws: the error of the first broken image, which names row and file.
    package func check(_ indices: some Sequence<Int>) throws(DatasetsError) {
        for index in indices { _ = try stored(index) }
    }

    package func check() throws(DatasetsError) { try check(0..<count) }

    /// The image of a row as the model gets it, in 8 bits. With a `key`, that of the sample in its epoch, it
    /// is augmented; without, it is prepared as for evaluation.
    package func image(at index: Int, key: RandomKey? = nil) throws(DatasetsError) -> PixelImage {
        let image = try stored(index)
        guard let key, !augmentation.isIdentity else {
            return keepsWhole ? preprocessing.arranged(image) : image
        }
        guard keepsWhole else { return augmentation.flipped(image, key: key) }
        return augmentation.arranged(image, for: preprocessing, key: key)
    }

    /// Writes the pixel values of the images at `indices` into the rows of `target`,
    /// `[indices.count, valueCount]`, each all of red, then green, then blue. `epochKey` augments: each row's
    /// key is derived from it and the index.
    package func writeValues(
        of indices: [Int], epochKey: RandomKey? = nil, into target: Tensor
    ) throws(DatasetsError) {
        precondition(target.rows == indices.count && target.columns == valueCount, "expected [rows, 3·H·W]")
        for (row, index) in indices.enumerated() {
            let image = try image(at: index, key: epochKey?.derived(UInt64(index)))
            preprocessing.writeValues(of: image, into: target.rows(row..<row + 1))
        }
    }

    /// Whether the decoded image is kept, not the prepared one.
    private var keepsWhole: Bool { augmentation.randomCrop != nil }

    private func stored(_ index: Int) throws(DatasetsError) -> PixelImage {
        try stock.image(of: index) { row(index) }
    }

    /// Decodes rows on another thread, so that they are there when they are asked for. From any thread.
    package var readAhead: @Sendable (_ rows: [(index: Int, row: ImageRow)]) -> Void {
        let stock = stock
        return { stock.readAhead($0) }
    }
}
