// What preprocessor_config.json asks for: resize, crop, rescale, normalise.

package import Tensors

/// How images become pixel values, with the steps and names of Hugging Face's image processors.
package struct ImagePreprocessing: Sendable, Hashable {
    /// The size that an image is scaled to.
    package enum Size: Sendable, Hashable {
        /// Both edges, whatever the image's shape.
        case exact(width: Int, height: Int)
        /// The shorter edge; the longer one keeps the image's shape, up to `longest`.
        case shortestEdge(Int, longest: Int?)
    }

    /// nil leaves the size as it is.
    package var size: Size? = .exact(width: 224, height: 224)
    package var resampling: Resampling = .bilinear
    /// nil crops nothing.
    package var cropSize: (width: Int, height: Int)? {
        get { crop.map { ($0.width, $0.height) } }
        set { crop = newValue.map { Crop(width: $0.width, height: $0.height) } }
    }
    /// What every byte is multiplied with; nil leaves 0…255.
    package var rescaleFactor: Double? = 1.0 / 255
    /// What is subtracted from red, green and blue, and what they are divided by then; nil does neither.
    package var normalization: Normalization? = .init(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])

    private var crop: Crop?

    private struct Crop: Hashable {
        let width, height: Int
    }

    /// One mean and one standard deviation a channel.
    package struct Normalization: Sendable, Hashable {
        package let mean: [Double]
        package let deviation: [Double]

        package init(mean: [Double], deviation: [Double]) {
            precondition(mean.count == 3 && deviation.count == 3, "expected three channels")
            (self.mean, self.deviation) = (mean, deviation)
        }
    }

    /// The defaults of ViTImageProcessor: 224 × 224, bilinear, to −1…1.
    package init() {}

    /// The size of all prepared images; nil if it depends on the image.
    package var outputSize: (width: Int, height: Int)? {
        if let cropSize { return cropSize }
        if case .exact(let width, let height) = size { return (width, height) }
        return nil
    }

    /// The image resized and cropped, still in bytes.
    package func arranged(_ image: PixelImage) -> PixelImage {
        var result = image
        if let size {
            let (width, height) = size.edges(forWidth: image.width, height: image.height)
            result = image.resized(width: width, height: height, resampling)
        }
        if let cropSize { result = result.centerCropped(width: cropSize.width, height: cropSize.height) }
        return result
    }

    /// Writes the rescaled and normalised values of an image into `target`, `3 · height · width` elements:
    /// all of red, then green, then blue, each row by row. That is one image of transformers' `pixel_values`.
    package func writeValues(of image: PixelImage, into target: Tensor) {
        let count = image.width * image.height
        precondition(target.count == 3 * count, "expected \(3 * count) elements")
        let tables = (0..<3).map(valueTable)
        target.withFloats { values in
            for (channel, table) in tables.enumerated() {
                var source = channel
                for index in 0..<count {
                    values[channel * count + index] = table[Int(image.pixels[source])]
                    source += 3
                }
            }
        }
    }

    /// The value of each byte in a channel. Rescaled in double, normalised in single precision, as
    /// transformers.
    private func valueTable(channel: Int) -> [Float] {
        (0..<256).map { byte in
            let scaled = Float(rescaleFactor.map { Double(byte) * $0 } ?? Double(byte))
            guard let normalization else { return scaled }
            return (scaled - Float(normalization.mean[channel])) / Float(normalization.deviation[channel])
        }
    }
}

extension ImagePreprocessing.Size {
    /// The new edges of an image, rounded as transformers does: down.
    func edges(forWidth width: Int, height: Int) -> (width: Int, height: Int) {
        switch self {
        case .exact(let width, let height):
            return (width, height)
        case .shortestEdge(let wanted, let longest):
            guard let longest else {
                let long = Int(Double(wanted * max(width, height)) / Double(min(width, height)))
                return width <= height ? (wanted, long) : (long, wanted)
            }
            return Self.bounded(width, height, shortest: wanted, longest: longest)
        }
    }

    /// The shorter edge is made smaller where the longer one would pass its limit.
    private static func bounded(
        _ width: Int, _ height: Int, shortest: Int, longest: Int
    ) -> (width: Int, height: Int) {
        let (short, long) = (Double(min(width, height)), Double(max(width, height)))
        var exact = Double(shortest)
        var edge = shortest
        if long / short * exact > Double(longest) {
            exact = Double(longest) * short / long
            edge = Int(exact.rounded(.toNearestOrEven))
        }
        if min(width, height) == edge { return (width, height) }
        if width < height { return (edge, max(1, Int(exact * Double(height) / Double(width)))) }
        return (max(1, Int(exact * Double(width) / Double(height))), edge)
    }
}
