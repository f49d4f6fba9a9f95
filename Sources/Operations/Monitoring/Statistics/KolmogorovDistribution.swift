// The distribution of Kolmogorov's statistic of one sample, which large pairs of samples are compared with.

internal import Foundation

/// The largest distance between the empirical distribution of n values and the true one.
///
/// Source: Simard and L'Ecuyer 2011, "Computing the two-sided Kolmogorov–Smirnov distribution", whose cuts
/// between methods are kept, so that the values are those of scipy's `kstwo`.
package enum KolmogorovDistribution {
    /// The probability of a distance above `distance` for `count` values.
    package static func upperTail(_ distance: Double, count: Int) -> Double {
        let n = Double(count)
        let scaled = n * distance
        if distance >= 1 { return 0 }
        if scaled <= 0.5 { return 1 }
        if scaled <= 1 {
            return 1 - exp(lgamma(n + 1) - n * log(n) + n * log(2 * scaled - 1))
        }
        if scaled >= n - 1 { return 2 * exp(n * log1p(-distance)) }
        let square = scaled * distance
        if distance >= 0.5 || square >= (count <= 140 ? 4 : 2.2) {
            return square >= 370 ? 0 : min(1, 2 * oneSided(distance, count: count))
        }
        if count <= 140 || count <= 100_000 && n * pow(distance, 1.5) <= 1.4 {
            return 1 - matrixPower(distance, count: count)
        }
        return 1 - expansion(distance, count: count)
    }

    /// The probability that the empirical distribution exceeds the true one by more than `distance`.
    ///
    /// Source: Smirnov 1944; Birnbaum and Tingey 1951.
    static func oneSided(_ distance: Double, count: Int) -> Double {
        let n = Double(count)
        var sum = 0.0
        for j in 0...Int(n * (1 - distance)) {
            let share = Double(j) / n
            let rest = 1 - distance - share
            guard rest > 0 else { continue }
            let logTerm =
                UpperTail.logChoose(count, j) + Double(j - 1) * log(distance + share)
                + (n - Double(j)) * log(rest)
            sum += exp(logTerm)
        }
        return min(1, distance * sum)
    }

    /// The probability of a distance of at most `distance`: n!/nⁿ times the middle of the n-th power of a
    /// band matrix.
    ///
    /// Source: Durbin 1973; Marsaglia, Tsang and Wang 2003, "Evaluating Kolmogorov's distribution".
    static func matrixPower(_ distance: Double, count: Int) -> Double {
        let scaled = Double(count) * distance
        let k = Int(scaled.rounded(.up))
        let size = 2 * k - 1
        let h = Double(k) - scaled
        var matrix = SquareMatrix(size: size)
        for row in 0..<size {
            for column in 0..<min(size, row + 2) {
                matrix[row, column] = 1
            }
        }
        for row in 0..<size {
            matrix[row, 0] -= pow(h, Double(row + 1))
            matrix[size - 1, row] -= pow(h, Double(size - row))
        }
        if 2 * h > 1 { matrix[size - 1, 0] += pow(2 * h - 1, Double(size)) }
        for row in 0..<size {
            for column in 0..<min(size, row + 1) {
                matrix[row, column] /= exp(lgamma(Double(row - column + 2)))
            }
        }
        let power = matrix.power(count)
        let n = Double(count)
        let middle = power.matrix[k - 1, k - 1]
        guard middle > 0 else { return 0 }
        return exp(log(middle) + power.logScale + lgamma(n + 1) - n * log(n))
    }

    /// The same for many values. Source: Pelz and Good 1976.
    static func expansion(_ distance: Double, count: Int) -> Double {
        let root = Double(count).squareRoot()
        let z = root * distance
        let (z2, pi2) = (z * z, Double.pi * Double.pi)
        let (z4, z6, z8) = (z2 * z2, z2 * z2 * z2, z2 * z2 * z2 * z2)
        var sums = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for k in 0..<200 {
            // Both k and −k − 1 have the same half-integer square.
            let q = (Double(k) + 0.5) * (Double(k) + 0.5) * pi2
            let factor = 2 * exp(-q / (2 * z2))
            sums.0 += factor
            sums.1 += (q - z2) * factor
            sums.2 += (6 * z6 + 2 * z4 + q * (2 * z4 - 5 * z2) + q * q * (1 - 2 * z2)) * factor
            let cubic = q * q * q * (5 - 30 * z2) + q * q * (-60 * z2 + 212 * z4)
            sums.3 += (cubic + q * (135 * z4 - 96 * z6) - 30 * z6 - 90 * z8) * factor
            let w = Double(k) * Double(k) * pi2
            let whole = 2 * exp(-w / (2 * z2))
            sums.4 += w * whole
            sums.5 += (3 * w * z2 - w * w) * whole
        }
        let half = (Double.pi / 2).squareRoot()
        let first = (2 * Double.pi).squareRoot() / z * sums.0 / 2
        let second = half / (6 * z4) * sums.1
        let third = half / (72 * z6 * z) * sums.2 - half / (36 * z2 * z) * sums.4
        let fourth = half / (6_480 * z8 * z2) * sums.3 + half / (216 * z6) * sums.5
        let n = Double(count)
        return min(1, max(0, first + second / root + third / n + fourth / (n * root)))
    }
}

/// A square matrix whose powers are taken; its numbers are scaled so that they stay finite.
private struct SquareMatrix {
    let size: Int
    private var values: [Double]

    init(size: Int) {
        self.size = size
        values = [Double](repeating: 0, count: size * size)
    }

    subscript(row: Int, column: Int) -> Double {
        get { values[row * size + column] }
        set { values[row * size + column] = newValue }
    }

    private func times(_ other: SquareMatrix) -> SquareMatrix {
        var product = SquareMatrix(size: size)
        for row in 0..<size {
            for inner in 0..<size {
                let factor = values[row * size + inner]
                if factor == 0 { continue }
                for column in 0..<size {
                    product.values[row * size + column] += factor * other.values[inner * size + column]
                }
            }
        }
        return product
    }

    /// The power is `matrix` times e to `logScale`.
    func power(_ exponent: Int) -> (matrix: SquareMatrix, logScale: Double) {
        var result: (matrix: SquareMatrix, logScale: Double)?
        var base = (matrix: self, logScale: 0.0)
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 {
                result =
                    result.map { Self.scaled($0.matrix.times(base.matrix), $0.logScale + base.logScale) }
                    ?? base
            }
            rest >>= 1
            if rest > 0 { base = Self.scaled(base.matrix.times(base.matrix), 2 * base.logScale) }
        }
        return result ?? base
    }

    private static func scaled(
        _ matrix: SquareMatrix, _ logScale: Double
    ) -> (matrix: SquareMatrix, logScale: Double) {
        var matrix = matrix
        let largest = matrix.values.map(abs).max() ?? 0
        guard largest > 0 else { return (matrix, logScale) }
        matrix.values = matrix.values.map { $0 / largest }
        return (matrix, logScale + log(largest))
    }
}
