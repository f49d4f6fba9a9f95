// How sure a share is that was counted (Wilson 1927: "Probable inference, the law of succession").

package import JSON

/// The share of successes among trials, with the score interval of 95 % confidence.
package struct WilsonInterval: Sendable, Equatable {
    /// The quantile of the normal distribution for 95 % in the middle.
    private static let quantile = 1.959963984540054

    package let share: Double
    package let lower: Double
    package let upper: Double

    /// Without a trial nothing is known: the share is 0, the interval reaches from 0 to 1.
    package init(_ successes: Int, of trials: Int) {
        guard trials > 0 else {
            (share, lower, upper) = (0, 0, 1)
            return
        }
        let (count, square) = (Double(trials), Self.quantile * Self.quantile)
        share = Double(successes) / count
        let centre = (share + square / (2 * count)) / (1 + square / count)
        let spread = Self.quantile * (share * (1 - share) / count + square / (4 * count * count)).squareRoot()
        lower = max(0, centre - spread / (1 + square / count))
        upper = min(1, centre + spread / (1 + square / count))
    }

    package var json: JSONValue {
        ["share": .figure(share), "lower": .figure(lower), "upper": .figure(upper)]
    }
}
