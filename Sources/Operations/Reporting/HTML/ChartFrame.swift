// The frame that charts share: scales, ticks at round numbers, axes and grid lines.

/// A chart of a report, drawn as SVG.
package protocol ReportChart: Sendable {
    var title: String { get }
    /// The chart without its title.
    var drawing: HTML { get }
}

extension ReportChart {
    /// The chart with its title in a frame.
    var card: HTML {
        .element("figure", ["class": "card", "style": "margin:0"], [.element("h3", title), drawing])
    }
}

/// Maps values to places in a drawing of 480 × 300 units and draws what surrounds the data.
struct ChartFrame {
    static let width = 480.0
    let height: Double
    let left: Double
    let right = 470.0
    let top = 12.0
    let bottom: Double
    let horizontal: ClosedRange<Double>
    let vertical: ClosedRange<Double>

    init(
        horizontal: ClosedRange<Double>, vertical: ClosedRange<Double>, left: Double = 58,
        height: Double = 300
    ) {
        self.horizontal = Self.widened(horizontal)
        let vertical = Self.widened(vertical)
        self.vertical = vertical
        let labels = Self.ticks(vertical).map { Self.label($0, vertical).count }
        self.left = max(left, 14 + 8 * Double(labels.max() ?? 0))
        self.height = height
        bottom = height - 44
    }

    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        guard range.upperBound == range.lowerBound else { return range }
        let margin = max(abs(range.lowerBound) / 10, 0.5)
        return range.lowerBound - margin...range.upperBound + margin
    }

    func x(_ value: Double) -> Double {
        let share = (value - horizontal.lowerBound) / (horizontal.upperBound - horizontal.lowerBound)
        return left + share * (right - left)
    }

    func y(_ value: Double) -> Double {
        let share = (value - vertical.lowerBound) / (vertical.upperBound - vertical.lowerBound)
        return bottom - share * (bottom - top)
    }

    /// The range from the round number below the least value to the one above the largest.
    static func round(_ values: [Double], around count: Int = 5) -> ClosedRange<Double> {
        guard let least = values.min(), let largest = values.max() else { return 0...1 }
        // Values that differ by rounding alone are one value.
        guard largest - least > 1e-6 * max(abs(least), abs(largest)) else {
            return widened(largest...largest)
        }
        let step = step(least...largest, around: count)
        return (least / step).rounded(.down) * step...(largest / step).rounded(.up) * step
    }

    /// 1, 2 or 5 times a power of ten, so that about `count` steps span the range.
    private static func step(_ range: ClosedRange<Double>, around count: Int) -> Double {
        let rough = (range.upperBound - range.lowerBound) / Double(count)
        var power = 1.0
        while power * 10 <= rough { power *= 10 }
        while power > rough { power /= 10 }
        let factor = rough / power
        return power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10)
    }

    static func ticks(_ range: ClosedRange<Double>, around count: Int = 5) -> [Double] {
        let step = step(range, around: count)
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        guard first <= last else { return [] }
        return (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    /// The number at a tick, with no more digits than the step needs.
    static func label(_ value: Double, _ range: ClosedRange<Double>, around count: Int = 5) -> String {
        if value == 0 { return "0" }
        let step = step(range, around: count)
        let largest = max(abs(range.lowerBound), abs(range.upperBound))
        // Very small and very large numbers share the exponent of the largest, so that they can be compared
        // at a glance.
        var (power, exponent) = (1.0, 0)
        if largest < 1e-3 {
            while largest * power < 0.9999 { (power, exponent) = (power * 10, exponent - 1) }
        }
        if largest >= 1e6 {
            while largest * power >= 9.9999 { (power, exponent) = (power / 10, exponent + 1) }
        }
        var (decimals, scaled) = (0, step * power)
        while decimals < 6 && abs(scaled - scaled.rounded()) > 1e-6 {
            scaled *= 10
            decimals += 1
        }
        let digits = NumberFormat.fixed(value * power, decimals: decimals)
        if exponent == 0 { return digits }
        return "\(digits)e\(exponent < 0 ? "-" : "+")\(abs(exponent) < 10 ? "0" : "")\(abs(exponent))"
    }

    /// Grid, axes, numbers and names.
    func surroundings(horizontalName: String, verticalName: String) -> [HTML] {
        var parts: [HTML] = []
        for tick in Self.ticks(vertical) {
            parts.append(line(left, y(tick), right, y(tick), "grid-line"))
            parts.append(
                text(Self.label(tick, vertical), left - 8, y(tick) + 5, anchor: "end"))
        }
        for tick in Self.ticks(horizontal) {
            parts.append(line(x(tick), bottom, x(tick), bottom + 5, "axis"))
            parts.append(text(Self.label(tick, horizontal), x(tick), bottom + 20, anchor: "middle"))
        }
        parts.append(line(left, bottom, right, bottom, "axis"))
        parts.append(text(horizontalName, (left + right) / 2, height - 4, anchor: "middle"))
        if !verticalName.isEmpty { parts.append(text(verticalName, left, top - 4, anchor: "start")) }
        return parts
    }

    func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> HTML {
        .element(
            "line",
            [
                "class": style, "x1": Self.place(x1), "y1": Self.place(y1), "x2": Self.place(x2),
                "y2": Self.place(y2),
            ], [])
    }

    func text(_ text: String, _ x: Double, _ y: Double, anchor: String, style: String = "") -> HTML {
        .element(
            "text", ["x": Self.place(x), "y": Self.place(y), "text-anchor": anchor, "class": style], text)
    }

    /// The drawing, described in words for those who do not see it.
    func drawing(_ parts: [HTML], describedAs description: String) -> HTML {
        .element(
            "svg",
            [
                "viewBox": "0 0 \(Self.place(Self.width)) \(Self.place(height))", "role": "img",
                "aria-label": description,
            ], parts)
    }

    /// A coordinate with one decimal.
    static func place(_ value: Double) -> String { NumberFormat.fixed(value, decimals: 1) }
}
