// An image in memory: 8-bit RGB.

/// An image of `height` rows of `width` pixels, three bytes each.
package struct PixelImage: Sendable, Hashable {
    package let width: Int
    package let height: Int
    /// Red, green and blue of each pixel, row by row from the top, `[height · width · 3]`.
    package let pixels: [UInt8]

    /// Traps when the bytes do not fill the image.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "an image has at least one pixel")
        precondition(pixels.count == 3 * width * height, "expected 3 bytes a pixel")
        (self.width, self.height, self.pixels) = (width, height, pixels)
    }

    /// Bytes of a row.
    var stride: Int { 3 * width }

    /// An image of another size whose pixel (x, y) is this image's at `source(x, y)`; black outside.
    func rearranged(
        width newWidth: Int, height newHeight: Int, _ source: (_ x: Int, _ y: Int) -> (x: Int, y: Int)
    ) -> PixelImage {
        var result = [UInt8](repeating: 0, count: 3 * newWidth * newHeight)
        var target = 0
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let place = source(x, y)
                if (0..<width).contains(place.x), (0..<height).contains(place.y) {
                    let start = place.y * stride + 3 * place.x
                    result[target] = pixels[start]
                    result[target + 1] = pixels[start + 1]
                    result[target + 2] = pixels[start + 2]
                }
                target += 3
            }
        }
        return PixelImage(width: newWidth, height: newHeight, pixels: result)
    }

    /// The pixels from (left, top) on; black where this image has none.
    package func cropped(left: Int, top: Int, width: Int, height: Int) -> PixelImage {
        if left == 0, top == 0, width == self.width, height == self.height { return self }
        return rearranged(width: width, height: height) { (left + $0, top + $1) }
    }

    /// The middle of the image, with black around it where the image is smaller: transformers' `center_crop`.
    package func centerCropped(width newWidth: Int, height newHeight: Int) -> PixelImage {
        /// Where the crop starts in one direction. When the other direction has to be padded, transformers
        /// pads and crops by its own rounding, which gives the same place.
        func start(_ size: Int, _ newSize: Int) -> Int {
            let offset = size - newSize
            // Python's floor division; it also is what ceil of the padding plus floor of the crop gives.
            return offset >= 0 ? offset / 2 : -((-offset + 1) / 2)
        }
        return cropped(
            left: start(width, newWidth), top: start(height, newHeight), width: newWidth, height: newHeight)
    }

    /// Left and right exchanged.
    package func flippedHorizontally() -> PixelImage {
        rearranged(width: width, height: height) { (width - 1 - $0, $1) }
    }

    /// Top and bottom exchanged.
    package func flippedVertically() -> PixelImage {
        rearranged(width: width, height: height) { ($0, height - 1 - $1) }
    }
}
