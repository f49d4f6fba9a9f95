// Cuts images into patches, so that a convolution whose stride is its kernel's size becomes a matrix product.

package import Tensors

/// A grid of patches of equal size over images of equal size; what is left over at the right and below is not
/// read.
package struct ImagePatches: Sendable, Hashable {
    package let channels: Int
    /// Edges of an image.
    package let height: Int
    package let width: Int
    /// Edges of a patch.
    package let patchHeight: Int
    package let patchWidth: Int

    package init(channels: Int, height: Int, width: Int, patchHeight: Int, patchWidth: Int) {
        precondition(channels > 0 && patchHeight > 0 && patchWidth > 0, "sizes are positive")
        precondition(height >= patchHeight && width >= patchWidth, "an image has at least one patch")
        self.channels = channels
        self.height = height
        self.width = width
        self.patchHeight = patchHeight
        self.patchWidth = patchWidth
    }

    /// Patches from top to bottom and from left to right.
    package var rows: Int { height / patchHeight }
    package var columns: Int { width / patchWidth }
    /// Patches of an image, N.
    package var count: Int { rows * columns }
    /// Values of a patch: channels · patchHeight · patchWidth.
    package var valueCount: Int { channels * patchHeight * patchWidth }

    /// `out[s·N + n, :]` = patch n of image s, channel by channel, row by row. `pixels` is
    /// `[S, channels · height · width]`, each image channel by channel, row by row; `out` is
    /// `[S·N, valueCount]`.
    package func unfold(_ pixels: Tensor, into out: Tensor) {
        precondition(
            pixels.columns == channels * height * width, "expected \(channels) × \(height) × \(width)")
        precondition(out.rows == pixels.rows * count && out.columns == valueCount, "expected [S·N, values]")
        precondition(out.isContiguous, "expected a contiguous tensor")
        ThreadPool.forEachRange(count: out.rows, grain: 16) { range, _ in
            for row in range {
                let (image, patch) = (row / count, row % count)
                let (top, left) = (patch / columns * patchHeight, patch % columns * patchWidth)
                var target = unsafe out.floats + row * valueCount
                for channel in 0..<channels {
                    for y in 0..<patchHeight {
                        let start = image * pixels.rowStride + (channel * height + top + y) * width + left
                        unsafe target.update(from: pixels.floats + start, count: patchWidth)
                        unsafe target += patchWidth
                    }
                }
            }
        }
    }
}
