// Images as the sequences of a batch: a class token and one token a patch.

package import Kernels
package import Tensors

/// The pixel values of S images of one size.
package struct ImageBatch: Sendable {
    /// `[S, channels · height · width]`: each image channel by channel, row by row, as transformers'
    /// `pixel_values`.
    package let pixels: Tensor
    package let channels: Int
    package let height: Int
    package let width: Int

    /// Traps when the sizes do not fit the values.
    package init(pixels: Tensor, channels: Int = 3, height: Int, width: Int) {
        precondition(pixels.columns == channels * height * width, "expected channels · height · width values")
        self.pixels = pixels
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// The grid of patches of a size over these images.
    package func patches(height patchHeight: Int, width patchWidth: Int) -> ImagePatches {
        ImagePatches(
            channels: channels, height: height, width: width, patchHeight: patchHeight, patchWidth: patchWidth
        )
    }
}

extension TokenBatch {
    /// A batch of images: sequence s is image s, N + 1 tokens, the first for the whole image, then a patch
    /// each. Token ids and types are zero and mean nothing; positions count from 0.
    ///
    /// Images smaller than a patch have the first token only, which models refuse.
    package init(images: ImageBatch, patchHeight: Int, patchWidth: Int, sampleIDs: [UInt64]) {
        precondition(images.pixels.rows == sampleIDs.count, "expected one sample an image")
        let length = 1 + images.height / patchHeight * (images.width / patchWidth)
        let zeros = [Int32](repeating: 0, count: length * sampleIDs.count)
        self.init(
            tokens: zeros, typeIDs: zeros,
            positions: sampleIDs.flatMap { _ in (0..<Int32(length)).map { $0 } },
            offsets: (0...sampleIDs.count).map { Int32($0 * length) }, sampleIDs: sampleIDs, images: images)
    }
}
