// The formats of image files, told by their first bytes; a file's name does not matter.

/// A format that can be decoded.
enum ImageFormat: String {
    case png = "PNG"
    case jpeg = "JPEG"

    /// The format of a file that starts with these bytes; nil for any other.
    init?(bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else {
            return nil
        }
    }

    /// The name of a well-known format that cannot be decoded, for messages.
    static func foreignName(bytes: [UInt8]) -> String? {
        func has(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
        if has("GIF8") { return "GIF" }
        if has("RIFF"), has("WEBP", at: 8) { return "WebP" }
        if has("BM") { return "BMP" }
        if has("II*\0") || has("MM\0*") { return "TIFF" }
        if has("ftypavif", at: 4) { return "AVIF" }
        if has("ftypheic", at: 4) || has("ftypmif1", at: 4) { return "HEIC" }
        if has("%PDF") { return "PDF" }
        if has("<svg") || has("<?xml") { return "SVG or XML" }
        if has("<!DOCTYPE") || has("<html") { return "web page, not an image" }
        if has("version https://git-lfs") { return "Git LFS pointer" }
        return nil
    }
}
