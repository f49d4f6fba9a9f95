// Figures as people read them: fixed digits, short durations, grouped thousands.

package import JSON

/// Formats of figures in tables and progress lines, the same in every locale.
package enum NumberFormat {
    /// `value` with a fixed number of decimals.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return JSONNumber.real(value).text }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e15 else { return scientific(value) }
        let digits = String(Int(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        if decimals == 0 { return sign + padded }
        return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }

    /// `value` with three significant digits and an exponent, such as `4.55e-05`.
    package static func scientific(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : JSONNumber.real(value).text }
        var exponent = 0
        var mantissa = abs(value)
        while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        if (mantissa * 100).rounded() >= 1000 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        let digits = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
        return (value < 0 ? "-" : "") + fixed(mantissa, decimals: 2) + "e\(exponent < 0 ? "-" : "+")\(digits)"
    }

    /// `value` with three significant digits, thousands grouped: `0.0278`, `1.39`, `12,345`.
    package static func significant(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
        let size = abs(value)
        if size == 0 { return "0" }
        if size < 0.000_999_5 { return scientific(value) }
        if size >= 999.5 { return size < 9e15 ? grouped(Int(value.rounded())) : scientific(value) }
        // What rounds up to the next power of ten has a digit less behind the point.
        let bounds = [99.95, 9.995, 0.9995, 0.099_95, 0.009_995]
        return fixed(value, decimals: bounds.firstIndex { size >= $0 } ?? bounds.count)
    }

    /// A count with its thousands grouped, such as `22,713,216`.
    package static func grouped(_ count: Int) -> String {
        let digits = Array(String(count.magnitude))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return count < 0 ? "-" + text : text
    }

    /// Figures of a table: counts as they are, others with four decimals.
    package static func metric(_ value: JSONNumber) -> String {
        value.isInteger ? value.text : fixed(value.double, decimals: 4)
    }

    /// A p-value for a table, such as `0.012`; one that is as low as 1,000 replicates can tell, or lower, is
    /// `≤ 0.001`.
    package static func pValue(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        return value <= 0.001 ? "≤ 0.001" : fixed(value, decimals: 3)
    }

    /// A p-value in a sentence: `p = 0.012` or `p ≤ 0.001`.
    package static func pClause(_ value: Double) -> String {
        guard value.isFinite else { return "p is not known" }
        return value <= 0.001 ? "p \(pValue(value))" : "p = \(pValue(value))"
    }

    /// A rate for people: one decimal below 100, none above.
    package static func rate(_ perSecond: Double) -> String {
        fixed(perSecond, decimals: perSecond < 100 ? 1 : 0)
    }

    /// Seconds as `m:ss` or `h:mm:ss`.
    package static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 9e15 else { return "-:--" }
        let whole = Int(seconds.rounded())
        let twoDigits = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
        let minutes = whole / 60 % 60
        if whole < 3600 { return "\(minutes):\(twoDigits(whole % 60))" }
        return "\(whole / 3600):\(twoDigits(minutes)):\(twoDigits(whole % 60))"
    }
}
