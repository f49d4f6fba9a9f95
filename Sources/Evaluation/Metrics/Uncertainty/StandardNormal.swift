// Quantiles of the distributions that intervals are made of.

import Foundation

/// The standard normal distribution.
package enum StandardNormal {
    /// The value below which a share `probability` in 0...1 lies, to full precision.
    package static func quantile(_ probability: Double) -> Double {
        if probability > 0.5 { return -quantile(1 - probability) }
        guard probability > 0 else { return probability == 0 ? -.infinity : .nan }
        // Abramowitz and Stegun 26.2.23, off by at most 4.5e-4, then Halley's method.
        let t = (-2 * log(probability)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        var value = numerator / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
        for _ in 0..<4 {
            let error = 0.5 * erfc(-value * 0.5.squareRoot()) - probability
            let step = error * (2 * Double.pi).squareRoot() * exp(value * value / 2)
            value -= step / (1 + value * step / 2)
        }
        return value
    }
}

/// Student's t distribution.
package enum StudentT {
    /// The value that is exceeded with probability `tail`, below 0.5, at `degrees` of freedom, above 0.
    package static func upperQuantile(tail: Double, degrees: Double) -> Double {
        // The tail is convex, and the normal quantile lies below: Newton's method rises to the root.
        var value = -StandardNormal.quantile(tail)
        for _ in 0..<500 {
            let step = (upperTail(value, degrees) - tail) / density(value, degrees)
            value += step
            if abs(step) <= 1e-15 * value { break }
        }
        return value
    }

    /// Probability of a value above `value`, which is positive: ½·I(x; d/2, ½) with x = d / (d + t²).
    package static func upperTail(_ value: Double, _ degrees: Double) -> Double {
        let (a, square) = (degrees / 2, value * value)
        let x = degrees / (degrees + square)
        let y = square / (degrees + square)
        let front = exp(logGammaRatio(a) - a * log1p(square / degrees)) * (y / Double.pi).squareRoot()
        if x < (a + 1) / (a + 2.5) { return 0.5 * front * continuedFraction(x, a, 0.5) / a }
        return 0.5 * (1 - front * continuedFraction(y, 0.5, a) / 0.5)
    }

    private static func density(_ value: Double, _ degrees: Double) -> Double {
        let power = (degrees + 1) / 2 * log1p(value * value / degrees)
        return exp(logGammaRatio(degrees / 2) - power) / (degrees * Double.pi).squareRoot()
    }

    /// ln(Γ(a + ½) / Γ(a)), by its expansion in 1/a where the logarithms would cancel.
    private static func logGammaRatio(_ a: Double) -> Double {
        if a < 20 { return lgamma(a + 0.5) - lgamma(a) }
        let square = 1 / (a * a)
        let series = -1.0 / 8 + square * (1.0 / 192 + square * (-1.0 / 640 + square * 17 / 14_336))
        return 0.5 * log(a) + series / a
    }

    /// The continued fraction of the incomplete beta function, Abramowitz and Stegun 26.5.8, by Lentz's
    /// method.
    private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let smallest = 1e-300
        func nonzero(_ value: Double) -> Double { abs(value) < smallest ? smallest : value }
        var c = 1.0
        var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
        var fraction = d
        for step in 1...100_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / nonzero(1 + even * d)
            c = nonzero(1 + even / c)
            fraction *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / nonzero(1 + odd * d)
            c = nonzero(1 + odd / c)
            fraction *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return fraction
    }
}
