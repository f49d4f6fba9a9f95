// Metrics as Prometheus reads them: its text exposition format 0.0.4.

/// Writes the text format of Prometheus.
///
/// Source: "Exposition formats" of Prometheus' documentation, text-based format 0.0.4.
package enum PrometheusText {
    /// The content type of an answer.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All series of all families; a family without series is left out.
    package static func text(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.series.isEmpty {
            text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
            text += "# TYPE \(family.name) \(family.kind.word)\n"
            for series in family.series { append(series, of: family, to: &text) }
        }
        return text
    }

    private static func append(
        _ series: MetricFamily.Series, of family: MetricFamily, to text: inout String
    ) {
        let labels = Array(zip(family.labels, series.labels))
        func line(_ suffix: String, _ value: String, _ extra: [(String, String)] = []) {
            text += family.name + suffix
            let all = labels + extra
            if !all.isEmpty {
                let pairs = all.map { "\($0)=\"\(escaped($1, quotes: true))\"" }
                text += "{" + pairs.joined(separator: ",") + "}"
            }
            text += " " + value + "\n"
        }
        guard case .histogram(let bounds) = family.kind else { return line("", number(series.value)) }
        var count = 0
        for (bound, values) in zip(bounds + [.infinity], series.counts) {
            count += values
            line("_bucket", String(count), [("le", number(bound))])
        }
        line("_sum", number(series.value))
        line("_count", String(count))
    }

    /// The shortest text that reads back as the same double.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        guard value.isFinite else { return value > 0 ? "+Inf" : "-Inf" }
        return value.description
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension MetricFamily.Kind {
    fileprivate var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
