// Metrics and their text, against Prometheus' own client.

import Foundation
import Telemetry
import Testing

@Suite struct MetricRegistryTests {
    /// The metrics of Goldens/prometheus.py.
    static func sample() -> MetricRegistry {
        let registry = MetricRegistry()
        let requests = registry.counter(
            "lockstep_requests_total", "Requests that were answered.", labels: ["route", "status"])
        requests.add(3, "/predict", "200")
        requests.add(1, "/pre\"dict\\\nrün", "429")
        registry.gauge("lockstep_loss", "Mean loss: a \\ and\na second line.").set(.nan)
        let rank = registry.gauge("lockstep_rank_step_seconds", "Seconds a step.", labels: ["rank"])
        rank.set(0.1, "0")
        rank.set(1e-7, "1")
        rank.add(0.5, "0")
        rank.set(-.infinity, "2")
        let latency = registry.histogram(
            "lockstep_request_seconds", "Seconds from request to answer.", labels: ["route"],
            bounds: [0.005, 0.1, 1, 2.5])
        for value in [0.001, 0.005, 0.0051, 0.9, 7, 1e6] { latency.observe(value, "/predict") }
        _ = registry.counter("lockstep_swaps_total", "Models that took another's place.")
        _ = registry.gauge("lockstep_unset_bytes", "Never set.")
        return registry
    }

    @Test("Prometheus' own client reads each figure of the text back, escapes and all")
    func golden() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appendingPathComponent("Goldens/prometheus.txt")
        let text = PrometheusText.text(Self.sample().snapshot)
        let expected = try Self.lines(String(contentsOf: file, encoding: .utf8))
        #expect(Self.lines(text) == expected)
        #expect(expected.count == 24)
    }

    /// Lines with what the format leaves free made equal: the order of labels and of a histogram's lines, and
    /// how a number is written.
    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            let parts = line.split(separator: " ")
            guard !line.hasPrefix("#"), let figure = parts.last, let value = Double(figure) else {
                return String(line)
            }
            let head = parts.dropLast().joined(separator: " ")
            guard let brace = head.firstIndex(of: "{") else { return "\(head) \(value)" }
            let labels = head[brace...].dropFirst().dropLast().components(separatedBy: "\",").map {
                $0.hasSuffix("\"") ? $0 : $0 + "\""
            }
            return "\(head[..<brace]) \(labels.sorted()) \(value)"
        }.sorted()
    }

    @Test("threads that count at once lose no count")
    func threads() async {
        let registry = MetricRegistry()
        let counter = registry.counter("lockstep_rows_total", "Rows.", labels: ["thread"])
        let histogram = registry.histogram("lockstep_wait_seconds", "Waits.", bounds: [1, 2])
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    for index in 0..<1000 {
                        counter.add(1, "\(thread % 2)")
                        histogram.observe(Double(index % 3) + 0.5)
                    }
                }
            }
        }
        let families = registry.snapshot
        #expect(families[0].series.map(\.value) == [2000, 2000])
        #expect(families[1].series.map(\.counts) == [[1336, 1332, 1332]])
        #expect(families[1].series[0].value == 5996)
    }

    @Test("a gauge whose series are removed is not written")
    func removed() {
        let registry = MetricRegistry()
        let gauge = registry.gauge("lockstep_ready", "Whether.", labels: ["model"])
        gauge.set(1, "a")
        gauge.removeAll()
        #expect(PrometheusText.text(registry.snapshot).isEmpty)
        gauge.set(2, "b")
        #expect(PrometheusText.text(registry.snapshot).hasSuffix("lockstep_ready{model=\"b\"} 2.0\n"))
    }
}
