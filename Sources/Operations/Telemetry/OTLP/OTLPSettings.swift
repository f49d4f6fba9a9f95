// Where OpenTelemetry's figures go, as its environment variables say.

internal import Foundation

/// What the standard's variables set.
///
/// Source: OpenTelemetry specification 1.40, "OTLP Exporter Configuration" and "SDK environment variables".
package struct OTLPSettings: Sendable, Equatable {
    /// Addresses of requests.
    package let metrics, traces: String
    package let metricsHeaders, tracesHeaders: [String: String]
    package let timeoutSeconds: Double
    /// What the resource says of itself, `service.name` among it, by name.
    package let attributes: [String: String]

    /// nil where `OTEL_SDK_DISABLED` is true.
    ///
    /// - Parameter variable: the value of an environment variable.
    package init?(variable: (String) -> String?) throws(TelemetryError) {
        func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
        if value("OTEL_SDK_DISABLED")?.lowercased() == "true" { return nil }
        for name in ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] {
            if let text = value(name), !text.hasPrefix("http/") {
                throw .variable(name, value: text, expected: "http/json: Lockstep speaks OTLP over HTTP")
            }
        }
        func endpoint(_ signal: String) throws(TelemetryError) -> String {
            let own = "OTEL_EXPORTER_OTLP_\(signal.uppercased())_ENDPOINT"
            let common = "OTEL_EXPORTER_OTLP_ENDPOINT"
            if let text = value(own) { return try Self.address(text, own) }
            let base = try Self.address(value(common) ?? "http://localhost:4318", common)
            return (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/v1/" + signal
        }
        metrics = try endpoint("metrics")
        traces = try endpoint("traces")
        func headers(_ signal: String) throws(TelemetryError) -> [String: String] {
            let names = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_\(signal)_HEADERS"]
            var all: [String: String] = [:]
            for name in names {
                if let text = value(name) { all.merge(try Self.pairs(text, name)) { $1 } }
            }
            return all
        }
        metricsHeaders = try headers("METRICS")
        tracesHeaders = try headers("TRACES")
        if let text = value("OTEL_EXPORTER_OTLP_TIMEOUT") {
            guard let milliseconds = Double(text), milliseconds > 0, milliseconds.isFinite else {
                throw .variable(
                    "OTEL_EXPORTER_OTLP_TIMEOUT", value: text, expected: "a number of milliseconds above 0")
            }
            timeoutSeconds = milliseconds / 1000
        } else {
            timeoutSeconds = 10
        }
        let name = "OTEL_RESOURCE_ATTRIBUTES"
        var attributes =
            try value(name).map { (text) throws(TelemetryError) in try Self.pairs(text, name) } ?? [:]
        attributes["service.name"] =
            value("OTEL_SERVICE_NAME") ?? attributes["service.name"] ?? "lockstep"
        self.attributes = attributes
    }

    private static func address(_ text: String, _ name: String) throws(TelemetryError) -> String {
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host != nil else {
            throw .variable(name, value: text, expected: "an address such as http://localhost:4318")
        }
        return text
    }

    /// `name=value` between commas, values with percent signs (W3C Baggage).
    private static func pairs(_ text: String, _ name: String) throws(TelemetryError) -> [String: String] {
        var pairs: [String: String] = [:]
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2, !sides[0].isEmpty, let value = sides[1].removingPercentEncoding else {
                // The text may hold a password: it is not shown.
                throw .variable(name, value: "not readable", expected: "name=value pairs between commas")
            }
            pairs[sides[0]] = value
        }
        return pairs
    }
}
