// Interpolation filters and the weights they give when an image is resized along one axis.

import Foundation

/// The filters of Pillow's `Image.resize`, numbered as there and in preprocessor_config.json.
package enum Resampling: Int, Sendable, CaseIterable {
    case nearest = 0
    case lanczos, bilinear, bicubic, box, hamming

    /// How far the filter reaches from its centre, in pixels of the source when nothing is scaled down.
    var support: Double {
        switch self {
        case .nearest, .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The filter's value at a distance from its centre.
    func weight(at position: Double) -> Double {
        let distance = abs(position)
        switch self {
        case .nearest, .box:
            return position > -0.5 && position <= 0.5 ? 1 : 0
        case .bilinear:
            return max(0, 1 - distance)
        case .hamming:
            guard distance > 0 else { return 1 }
            guard distance < 1 else { return 0 }
            let angle = distance * Double.pi
            return sin(angle) / angle * (0.54 + 0.46 * cos(angle))
        case .bicubic:
            return Self.cubic(distance)
        case .lanczos:
            return distance < 3 ? Self.sinc(position) * Self.sinc(position / 3) : 0
        }
    }

    /// The cubic convolution kernel with a = −0.5 (Keys 1981).
    private static func cubic(_ distance: Double) -> Double {
        let a = -0.5
        if distance < 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
        if distance < 2 { return (((distance - 5) * distance + 8) * distance - 4) * a }
        return 0
    }

    private static func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(x * Double.pi) / (x * Double.pi)
    }
}

/// How each of `outputSize` pixels is made of `inputSize` pixels along one axis.
struct ResamplingWeights {
    /// Fraction bits of a weight.
    static let precision = 22

    /// The first source pixel of each output pixel.
    private(set) var starts: [Int] = []
    /// Where the weights of each output pixel start in `values`; one more at the end.
    private(set) var offsets: [Int] = [0]
    /// Weights as fixed-point numbers with `precision` fraction bits.
    private(set) var values: [Int32] = []

    /// The filter is widened when the image shrinks, so that every source pixel counts (antialiasing).
    init(_ filter: Resampling, from inputSize: Int, to outputSize: Int) {
        let scale = Double(inputSize) / Double(outputSize)
        let widening = max(scale, 1)
        let support = filter.support * widening
        let narrowing = 1 / widening
        for output in 0..<outputSize {
            let center = (Double(output) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let end = min(inputSize, Int(center + support + 0.5))
            var weights = (0..<max(0, end - start)).map {
                filter.weight(at: (Double($0 + start) - center + 0.5) * narrowing)
            }
            let total = weights.reduce(0, +)
            if total != 0 { weights = weights.map { $0 / total } }
            starts.append(start)
            values.append(contentsOf: weights.map(Self.fixedPoint))
            offsets.append(values.count)
        }
    }

    /// Rounded half away from zero.
    private static func fixedPoint(_ weight: Double) -> Int32 {
        let scaled = weight * Double(1 << precision)
        return Int32(weight < 0 ? scaled - 0.5 : scaled + 0.5)
    }
}
