// Random crops and flips: reproducible, within their limits, and as frequent as asked for.

import Images
import Tensors
import Testing

@Suite struct AugmentationTests {
    private let image = formulaImage(width: 40, height: 30)
    private var preprocessing: ImagePreprocessing {
        var preprocessing = ImagePreprocessing()
        preprocessing.size = .exact(width: 16, height: 12)
        return preprocessing
    }

    @Test("without options an image is prepared as for evaluation")
    func identity() {
        let augmentation = ImageAugmentation()
        #expect(augmentation.isIdentity)
        let key = RandomKey(seed: 4)
        #expect(
            augmentation.arranged(image, for: preprocessing, key: key) == preprocessing.arranged(image))
    }

    @Test("the same key gives the same image, another key another one")
    func keys() {
        let augmentation = ImageAugmentation(horizontalFlipProbability: 0.5, randomCrop: .init())
        #expect(!augmentation.isIdentity)
        let images = (0..<20).map { seed in
            augmentation.arranged(image, for: preprocessing, key: RandomKey(seed: UInt64(seed)))
        }
        for (seed, first) in images.enumerated() {
            let again = augmentation.arranged(image, for: preprocessing, key: RandomKey(seed: UInt64(seed)))
            #expect(again == first && first.width == 16 && first.height == 12)
        }
        #expect(Set(images).count == 20)
    }

    @Test("flips occur as often as their probabilities say, independently of each other")
    func flipRates() {
        let augmentation = ImageAugmentation(horizontalFlipProbability: 0.25, verticalFlipProbability: 0.5)
        let plain = preprocessing.arranged(image)
        let forms = [
            plain, plain.flippedHorizontally(), plain.flippedVertically(),
            plain.flippedHorizontally().flippedVertically(),
        ]
        var counts = [0, 0, 0, 0]
        let trials = 1_600
        for seed in 0..<trials {
            let result = augmentation.arranged(image, for: preprocessing, key: RandomKey(seed: UInt64(seed)))
            if let index = forms.firstIndex(of: result) { counts[index] += 1 }
        }
        #expect(counts.reduce(0, +) == trials)
        for (count, share) in zip(counts, [0.375, 0.125, 0.375, 0.125]) {
            // Five standard deviations.
            #expect(
                abs(Double(count) - share * Double(trials)) < 5
                    * (Double(trials) * share * (1 - share)).squareRoot())
        }
    }

    @Test("an image that no allowed shape fits is cropped in the middle")
    func fallback() {
        let long = formulaImage(width: 64, height: 2)
        let augmentation = ImageAugmentation(randomCrop: .init(scale: 0.9...1, ratio: 1...1))
        var preprocessing = preprocessing
        preprocessing.size = .exact(width: 2, height: 2)
        let expected = long.cropped(left: 31, top: 0, width: 2, height: 2)
        for seed in 0..<5 {
            #expect(
                augmentation.arranged(long, for: preprocessing, key: RandomKey(seed: UInt64(seed)))
                    == expected)
        }
    }

    @Test("a crop of the whole area and the image's own shape is the resized image")
    func wholeArea() {
        let augmentation = ImageAugmentation(
            randomCrop: .init(scale: 1...1, ratio: 4.0 / 3...4.0 / 3))
        #expect(
            augmentation.arranged(image, for: preprocessing, key: RandomKey(seed: 1))
                == preprocessing.arranged(image))
    }
}
