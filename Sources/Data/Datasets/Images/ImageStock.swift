// Images in 8 bits: kept while there is room, and decoded ahead of their step by another thread.

internal import Images
internal import Synchronization

/// The decoded images of a data set, for any thread.
final class ImageStock: Sendable {
    private struct Kept: Sendable {
        var images: [Int: PixelImage] = [:]
        var bytes = 0
    }

    private let kept = Mutex(Kept())
    private let ahead = ImagesAhead()
    private let byteLimit: Int
    /// What is done to an image before it is kept.
    private let prepare: @Sendable (PixelImage) -> PixelImage

    init(byteLimit: Int, prepare: @escaping @Sendable (PixelImage) -> PixelImage) {
        (self.byteLimit, self.prepare) = (byteLimit, prepare)
    }

    /// The image of a row, decoded now if it is not there.
    func image(of index: Int, _ row: () -> ImageRow) throws(DatasetsError) -> PixelImage {
        if let image = kept.withLock({ $0.images[index] }) { return image }
        let image: PixelImage
        if let decoded = ahead.take(index) { image = decoded } else { image = prepare(try row().image()) }
        kept.withLock { kept in
            guard kept.bytes + image.pixels.count <= byteLimit, kept.images[index] == nil else { return }
            kept.images[index] = image
            kept.bytes += image.pixels.count
        }
        return image
    }

    /// Decodes the images of these rows that are not kept, on another thread.
    func readAhead(_ rows: [(index: Int, row: ImageRow)]) {
        let missing = kept.withLock { kept in rows.filter { kept.images[$0.index] == nil } }
        guard !missing.isEmpty else { return }
        let files = Dictionary(missing.map { ($0.index, $0.row) }) { first, _ in first }
        let prepare = prepare
        ahead.begin(missing.map(\.index)) { index in
            // The step that takes the row meets the error again and throws it.
            do { return try files[index].map { prepare(try $0.image()) } } catch { return nil }
        }
    }
}
