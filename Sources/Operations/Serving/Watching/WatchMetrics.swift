// What the watch of a server counts, for `/metrics`.

internal import Monitoring
internal import Synchronization
internal import Telemetry

/// The figures of a watch, from any thread.
final class WatchMetrics: Sendable {
    private let registry = MetricRegistry()
    private let recorded, dropped, failed, comparisons, alarms, payloads: Counter
    /// The collector's figures at the last reading.
    private let counted = Mutex(DataCollector.Counts())

    init() {
        recorded = registry.counter("lockstep_serve_recorded_inputs_total", "Inputs in the record.")
        dropped = registry.counter(
            "lockstep_serve_unrecorded_inputs_total", "Inputs that came faster than they could be recorded.")
        failed = registry.counter(
            "lockstep_serve_record_failures_total", "Inputs that could not be written to the record.")
        comparisons = registry.counter(
            "lockstep_serve_comparisons_total", "Windows that were compared with training.")
        alarms = registry.counter("lockstep_serve_alarms_total", "Alarms that windows raised.")
        payloads = registry.counter(
            "lockstep_serve_collector_payloads_total", "Payloads for Azure's data collector.",
            labels: ["result"])
    }

    func countRecorded() { recorded.add() }
    func countDropped(_ inputs: Int) { dropped.add(Double(inputs)) }
    func countFailed() { failed.add() }
    func countComparison(alarms count: Int) {
        comparisons.add()
        alarms.add(Double(count))
    }

    /// - Parameter counts: the collector's; nil without one.
    func text(_ counts: DataCollector.Counts?) -> String {
        if let counts {
            counted.withLock { last in
                payloads.add(Double(counts.sent - last.sent), "sent")
                payloads.add(Double(counts.unsampled - last.unsampled), "unsampled")
                payloads.add(Double(counts.lost - last.lost), "lost")
                last = counts
            }
        }
        return PrometheusText.text(registry.snapshot)
    }
}
