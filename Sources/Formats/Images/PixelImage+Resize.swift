// Resizes images so that every byte equals Pillow's `Image.resize`.

extension PixelImage {
    /// The image in another size: two passes, each rounded to 8 bits, first along rows, then along columns;
    /// the other way round for an image that is very tall and is made smaller. So up to Pillow 12; Pillow 13
    /// takes the cheaper order, and a byte may differ from it by rounding.
    package func resized(width newWidth: Int, height newHeight: Int, _ filter: Resampling) -> PixelImage {
        precondition(newWidth > 0 && newHeight > 0, "an image has at least one pixel")
        if newWidth == width, newHeight == height { return self }
        if filter == .nearest { return nearest(width: newWidth, height: newHeight) }
        if newHeight < height, height > 100 * width {
            return columnsResized(to: newHeight, filter).resized(width: newWidth, height: newHeight, filter)
        }
        let wide = newWidth == width ? self : rowsResized(to: newWidth, filter)
        return newHeight == height ? wide : wide.columnsResized(to: newHeight, filter)
    }

    private func rowsResized(to newWidth: Int, _ filter: Resampling) -> PixelImage {
        let weights = ResamplingWeights(filter, from: width, to: newWidth)
        var result = [UInt8](repeating: 0, count: 3 * newWidth * height)
        var target = 0
        for y in 0..<height {
            for x in 0..<newWidth {
                var (red, green, blue) = (Self.half, Self.half, Self.half)
                var source = y * stride + 3 * weights.starts[x]
                for index in weights.offsets[x]..<weights.offsets[x + 1] {
                    let weight = weights.values[index]
                    red &+= weight &* Int32(pixels[source])
                    green &+= weight &* Int32(pixels[source + 1])
                    blue &+= weight &* Int32(pixels[source + 2])
                    source += 3
                }
                result[target] = Self.byte(red)
                result[target + 1] = Self.byte(green)
                result[target + 2] = Self.byte(blue)
                target += 3
            }
        }
        return PixelImage(width: newWidth, height: height, pixels: result)
    }

    private func columnsResized(to newHeight: Int, _ filter: Resampling) -> PixelImage {
        let weights = ResamplingWeights(filter, from: height, to: newHeight)
        var result: [UInt8] = []
        result.reserveCapacity(stride * newHeight)
        var sums = [Int32](repeating: 0, count: stride)
        for y in 0..<newHeight {
            for column in sums.indices { sums[column] = Self.half }
            for (row, index) in (weights.offsets[y]..<weights.offsets[y + 1]).enumerated() {
                let weight = weights.values[index]
                let start = (weights.starts[y] + row) * stride
                for column in sums.indices { sums[column] &+= weight &* Int32(pixels[start + column]) }
            }
            for sum in sums { result.append(Self.byte(sum)) }
        }
        return PixelImage(width: width, height: newHeight, pixels: result)
    }

    /// The source pixel under the centre of each new one; the places are sums, so that they round as Pillow's
    /// do.
    private func nearest(width newWidth: Int, height newHeight: Int) -> PixelImage {
        func places(_ size: Int, _ newSize: Int) -> [Int] {
            let step = Double(size) / Double(newSize)
            var place = step * 0.5
            return (0..<newSize).map { _ in
                defer { place += step }
                return min(Int(place), size - 1)
            }
        }
        let (columns, rows) = (places(width, newWidth), places(height, newHeight))
        return rearranged(width: newWidth, height: newHeight) { (columns[$0], rows[$1]) }
    }

    /// One half as a fixed-point number, for rounding.
    private static let half = Int32(1) << (ResamplingWeights.precision - 1)

    /// A fixed-point sum as a byte, clipped.
    private static func byte(_ sum: Int32) -> UInt8 {
        UInt8(clamping: sum >> ResamplingWeights.precision)
    }
}
