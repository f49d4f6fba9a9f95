// Reads image files.

internal import Files

extension PixelImage {
    /// The most pixels that are decoded: where Pillow raises its DecompressionBombError. A small file that
    /// claims more would fill the memory.
    package static let maximumPixelCount = 2 * (1 << 30) / 12
    /// Pixels of a larger image that a byte of its file can hold: deflate writes at most 1,032 bytes, of
    /// eight pixels each, a byte, and a JPEG has at least a bit for each block of 64.
    private static let maximumPixelsPerByte = 8 * 1_032
    /// Images up to this size are decoded however short their file is.
    private static let uncheckedPixelCount = 1 << 24

    /// Reads a PNG or JPEG file, whatever its name ends in, and turns it upright.
    ///
    /// The pixels equal those of transformers' `load_image`: Pillow's `exif_transpose` and `convert("RGB")`.
    /// Alpha is dropped, palettes are looked up, 16-bit colours keep their upper byte, 16-bit grey without
    /// alpha is clipped at 255, CMYK is taken as inverted (Adobe's way). Files that end too early or hold
    /// corrupt data are errors, also where Pillow would fill the gap with grey.
    /// - Throws: if there is no such file, or it is broken, too large or of another format; the path is
    ///   named.
    package init(path: String) throws(ImagesError) {
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.bytes(of: path)
        } catch .missing {
            throw .noSuchFile(path)
        } catch .isDirectory {
            throw .unreadable(path, "it is a folder")
        } catch {
            throw .unreadable(path, error.reason)
        }
        try self.init(file: bytes, path: path)
    }

    /// The image in the bytes of a file; `path` is named in errors.
    package init(file bytes: [UInt8], path: String) throws(ImagesError) {
        guard !bytes.isEmpty else { throw .empty(path) }
        guard let format = ImageFormat(bytes: bytes) else {
            throw .unknownFormat(path, looksLike: ImageFormat.foreignName(bytes: bytes))
        }
        let name = format.rawValue
        let (width, height): (Int, Int)
        do {
            (width, height) = try format.size(of: bytes)
        } catch { throw .broken(path, format: name, error.message) }
        guard width > 0, height > 0 else { throw .broken(path, format: name, "it has no pixels") }
        guard width <= Self.maximumPixelCount / height else {
            throw .tooLarge(path, width: width, height: height, limit: Self.maximumPixelCount)
        }
        let count = width * height
        guard count <= Self.uncheckedPixelCount || count / Self.maximumPixelsPerByte <= bytes.count else {
            throw .broken(
                path, format: name,
                "it claims \(width) × \(height) pixels, which \(bytes.count) bytes cannot hold")
        }
        let pixels: [UInt8]
        do {
            pixels = try format.pixels(of: bytes, width: width, height: height)
        } catch { throw .broken(path, format: name, error.message) }
        self = PixelImage(width: width, height: height, pixels: pixels)
            .upright(from: Orientation(file: bytes, format: format))
    }
}
