// Patches of images against an index-by-index loop.

import Kernels
import Tensors
import Testing

@Suite struct ImagePatchesTests {
    @Test(
        "every patch holds its pixels, channel by channel; what is left over is not read",
        arguments: [
            (1, 2, 2, 1, 1), (3, 6, 6, 2, 2), (3, 7, 11, 2, 3), (2, 5, 4, 5, 4), (4, 33, 17, 16, 16),
        ],
        [1, 2, 4])
    func unfold(sizes: (Int, Int, Int, Int, Int), threads: Int) {
        ThreadPool.configure(threadCount: threads)
        defer { ThreadPool.configure(threadCount: 1) }
        let (channels, height, width, patchHeight, patchWidth) = sizes
        let patches = ImagePatches(
            channels: channels, height: height, width: width, patchHeight: patchHeight, patchWidth: patchWidth
        )
        let images = 3
        // A view with a gap behind each image.
        let pixels = Tensor(rows: images, columns: channels * height * width + 5).columns(
            0..<channels * height * width)
        for image in 0..<images {
            for index in 0..<pixels.columns { pixels[image, index] = Float(image * 100_000 + index) }
        }
        let out = Tensor(rows: images * patches.count, columns: patches.valueCount)
        patches.unfold(pixels, into: out)
        for image in 0..<images {
            for patch in 0..<patches.count {
                for value in 0..<patches.valueCount {
                    let (channel, place) = (
                        value / (patchHeight * patchWidth), value % (patchHeight * patchWidth)
                    )
                    let y = patch / patches.columns * patchHeight + place / patchWidth
                    let x = patch % patches.columns * patchWidth + place % patchWidth
                    #expect(
                        out[image * patches.count + patch, value]
                            == pixels[image, (channel * height + y) * width + x])
                }
            }
        }
    }
}
