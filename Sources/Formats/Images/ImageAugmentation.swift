// Random crops and flips for training, a function of a key: the same sample of the same epoch gives the same
// image on every rank.

import Foundation
package import Tensors

/// Random changes of an image before its pixel values are taken. Without any, images are prepared as for
/// evaluation.
package struct ImageAugmentation: Sendable, Hashable {
    /// Limits of a random crop that is resized to the model's size: torchvision's RandomResizedCrop.
    package struct RandomCrop: Sendable, Hashable {
        /// Share of the image's area.
        package let scale: ClosedRange<Double>
        /// Width divided by height.
        package let ratio: ClosedRange<Double>

        /// The defaults are torchvision's.
        package init(scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3) {
            precondition(scale.lowerBound > 0 && scale.upperBound <= 1, "a share of the area lies in 0…1")
            precondition(ratio.lowerBound > 0, "a ratio is positive")
            (self.scale, self.ratio) = (scale, ratio)
        }
    }

    package var horizontalFlipProbability: Double
    package var verticalFlipProbability: Double
    /// nil resizes and crops as the preprocessing says.
    package var randomCrop: RandomCrop?

    package init(
        horizontalFlipProbability: Double = 0, verticalFlipProbability: Double = 0,
        randomCrop: RandomCrop? = nil
    ) {
        self.horizontalFlipProbability = horizontalFlipProbability
        self.verticalFlipProbability = verticalFlipProbability
        self.randomCrop = randomCrop
    }

    /// Whether every image stays as it is.
    package var isIdentity: Bool {
        horizontalFlipProbability == 0 && verticalFlipProbability == 0 && randomCrop == nil
    }

    /// The image cropped, resized and flipped at random, still in bytes. `key` is that of the sample in its
    /// epoch. A random crop needs a preprocessing of one output size.
    package func arranged(_ image: PixelImage, for preprocessing: ImagePreprocessing, key: RandomKey)
        -> PixelImage
    {
        var result: PixelImage
        if let randomCrop, let size = preprocessing.outputSize {
            let area = randomCrop.area(width: image.width, height: image.height, key: key.derived("crop"))
            result = image.cropped(left: area.left, top: area.top, width: area.width, height: area.height)
                .resized(width: size.width, height: size.height, preprocessing.resampling)
        } else {
            precondition(randomCrop == nil, "a random crop needs an output size")
            result = preprocessing.arranged(image)
        }
        return flipped(result, key: key)
    }

    /// The image flipped at random: what is left to do when it is cropped and resized already.
    package func flipped(_ image: PixelImage, key: RandomKey) -> PixelImage {
        var result = image
        let flips = key.derived("flip")
        if flips.uniform(0) < horizontalFlipProbability { result = result.flippedHorizontally() }
        if flips.uniform(1) < verticalFlipProbability { result = result.flippedVertically() }
        return result
    }
}

extension ImageAugmentation.RandomCrop {
    /// A part of an image.
    struct Area: Equatable {
        let left, top, width, height: Int
    }

    /// Ten tries to find an area of a random size and shape that fits; then the largest one in the middle
    /// whose shape is allowed.
    func area(width: Int, height: Int, key: RandomKey) -> Area {
        for attempt in 0..<10 {
            let draw = key.derived(UInt64(attempt))
            func uniform(_ index: UInt64, _ range: ClosedRange<Double>) -> Double {
                range.lowerBound + (range.upperBound - range.lowerBound) * draw.uniform(index)
            }
            let target = Double(width * height) * uniform(0, scale)
            let shape = exp(uniform(1, log(ratio.lowerBound)...log(ratio.upperBound)))
            let newWidth = Int((target * shape).squareRoot().rounded(.toNearestOrEven))
            let newHeight = Int((target / shape).squareRoot().rounded(.toNearestOrEven))
            guard newWidth > 0, newWidth <= width, newHeight > 0, newHeight <= height else { continue }
            return Area(
                left: Int(draw.uniform(2) * Double(width - newWidth + 1)),
                top: Int(draw.uniform(3) * Double(height - newHeight + 1)), width: newWidth, height: newHeight
            )
        }
        let shape = Double(width) / Double(height)
        var (newWidth, newHeight) = (width, height)
        if shape < ratio.lowerBound {
            newHeight = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
        } else if shape > ratio.upperBound {
            newWidth = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
        }
        (newWidth, newHeight) = (min(max(newWidth, 1), width), min(max(newHeight, 1), height))
        return Area(
            left: (width - newWidth) / 2, top: (height - newHeight) / 2, width: newWidth, height: newHeight)
    }
}
