// Calls the C decoders. The only file of this module with `unsafe` expressions: they take pointers, which
// point into arrays for the length of one call each; nothing unsafe leaves the file.

internal import CImageCodecs

/// What a C decoder says when it fails.
struct DecodingFailure: Error {
    let message: String
}

extension ImageFormat {
    /// The size that the header states.
    func size(of bytes: [UInt8]) throws(DecodingFailure) -> (width: Int, height: Int) {
        var result = ci_result()
        let status = unsafe bytes.withUnsafeBufferPointer { source in
            switch self {
            case .png: unsafe ci_png_size(source.baseAddress, source.count, &result)
            case .jpeg: unsafe ci_jpeg_size(source.baseAddress, source.count, &result)
            }
        }
        guard status == 0 else { throw DecodingFailure(message: Self.message(result)) }
        return (Int(result.width), Int(result.height))
    }

    /// All pixels as RGB, `[height · width · 3]`.
    func pixels(of bytes: [UInt8], width: Int, height: Int) throws(DecodingFailure) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        var result = ci_result()
        let status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe pixels.withUnsafeMutableBufferPointer { target in
                switch self {
                case .png:
                    unsafe ci_png_decode(
                        source.baseAddress, source.count, target.baseAddress, target.count, &result)
                case .jpeg:
                    unsafe ci_jpeg_decode(
                        source.baseAddress, source.count, target.baseAddress, target.count, &result)
                }
            }
        }
        guard status == 0 else { throw DecodingFailure(message: Self.message(result)) }
        return pixels
    }

    /// The message without a full stop, which the sentence around it brings.
    private static func message(_ result: ci_result) -> String {
        var text = unsafe withUnsafeBytes(of: result.message) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        while let last = text.last, ".! ".contains(last) { text.removeLast() }
        return text.isEmpty ? "unknown reason" : text
    }
}
