// Rotary position embedding: frequencies with the usual scalings to longer contexts, and their angles.

import Foundation
internal import Kernels
internal import Tensors

/// How the frequencies of a rotary embedding are changed for contexts longer than those of pretraining:
/// Hugging Face's `rope_type`.
package enum RotaryScaling: Sendable, Equatable {
    case none
    /// All frequencies divided by `factor` (Chen et al. 2023: position interpolation).
    case linear(factor: Double)
    /// Long waves divided by `factor`, short ones kept, those between interpolated (Llama 3.1).
    case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalLength: Int)
    /// A ramp over the dimensions between kept and divided ones; angles' sines and cosines are multiplied by
    /// `attentionFactor` (Peng et al. 2023).
    case yarn(
        factor: Double, attentionFactor: Double, betaFast: Double, betaSlow: Double, originalLength: Int,
        isTruncated: Bool)
}

/// Tables of cosines and sines a position, which grow as longer sequences come.
package final class RotaryEmbedding {
    package let headSize: Int
    /// Angle of each pair of dimensions at position 1, `[headSize / 2]`.
    package let frequencies: [Float]
    let amplitude: Float
    private var cosines: Tensor
    private var sines: Tensor

    /// `base` is `rope_theta`.
    package init(headSize: Int, base: Double, scaling: RotaryScaling) {
        precondition(headSize % 2 == 0, "a rotary embedding turns pairs of dimensions")
        self.headSize = headSize
        frequencies = Self.frequencies(headSize: headSize, base: base, scaling: scaling)
        if case .yarn(_, let attentionFactor, _, _, _, _) = scaling {
            amplitude = Float(attentionFactor)
        } else {
            amplitude = 1
        }
        cosines = Tensor(rows: 0, columns: headSize / 2)
        sines = cosines
    }

    /// Rotates the heads of `x [T, heads·headSize]` in place by their positions; transposed for gradients.
    func rotate(_ x: Tensor, positions: [Int32], isTransposed: Bool = false) {
        let longest = Int(positions.max() ?? 0) + 1
        if cosines.rows < longest { tabulate(max(longest, 2 * cosines.rows, 128)) }
        RotaryKernel.rotate(
            x, headSize: headSize, positions: positions, cosines: cosines, sines: sines,
            isTransposed: isTransposed)
    }

    private func tabulate(_ count: Int) {
        cosines = Tensor(rows: count, columns: headSize / 2)
        sines = Tensor(rows: count, columns: headSize / 2)
        for position in 0..<count {
            for (index, frequency) in frequencies.enumerated() {
                let angle = Float(position) * frequency
                cosines[position, index] = Float(cos(Double(angle))) * amplitude
                sines[position, index] = Float(sin(Double(angle))) * amplitude
            }
        }
    }

    // MARK: Frequencies

    private static func frequencies(headSize: Int, base: Double, scaling: RotaryScaling) -> [Float] {
        let powers = stride(from: 0, to: headSize, by: 2).map {
            Float(pow(base, Double(Float($0) / Float(headSize))))
        }
        let plain = powers.map { 1 / $0 }
        switch scaling {
        case .none: return plain
        case .linear(let factor): return plain.map { $0 / Float(factor) }
        case .llama3(let factor, let low, let high, let length):
            return plain.map { llama3($0, factor: factor, low: low, high: high, length: Double(length)) }
        case .yarn(let factor, _, let fast, let slow, let length, let isTruncated):
            let range = ramp(
                headSize: headSize, base: base, fast: fast, slow: slow, length: Double(length),
                isTruncated: isTruncated)
            return powers.enumerated().map { index, power in
                let position = (Float(index) - range.low) / (range.high - range.low)
                let kept = 1 - min(max(position, 0), 1)
                return 1 / (Float(factor) * power) * (1 - kept) + 1 / power * kept
            }
        }
    }

    private static func llama3(
        _ frequency: Float, factor: Double, low: Double, high: Double, length: Double
    ) -> Float {
        let wave = Float(2 * Double.pi) / frequency
        if wave < Float(length / high) { return frequency }
        let divided = frequency / Float(factor)
        if wave > Float(length / low) { return divided }
        let smooth = (Float(length) / wave - Float(low)) / Float(high - low)
        return (1 - smooth) * frequency / Float(factor) + smooth * frequency
    }

    /// The dimensions between which frequencies change from kept to divided.
    private static func ramp(
        headSize: Int, base: Double, fast: Double, slow: Double, length: Double, isTruncated: Bool
    ) -> (low: Float, high: Float) {
        func dimension(_ rotations: Double) -> Double {
            Double(headSize) * log(length / (rotations * 2 * Double.pi)) / (2 * log(base))
        }
        var (low, high) = (dimension(fast), dimension(slow))
        if isTruncated { (low, high) = (low.rounded(.down), high.rounded(.up)) }
        low = max(low, 0)
        high = min(high, Double(headSize - 1))
        if low == high { high += 0.001 }
        return (Float(low), Float(high))
    }
}
