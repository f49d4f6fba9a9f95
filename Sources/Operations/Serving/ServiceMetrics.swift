// What a server counts, for `/metrics`.

internal import Synchronization
internal import Telemetry

/// The figures of a server, from any thread.
package final class ServiceMetrics: Sendable {
    private let registry = MetricRegistry()
    private let requests: Counter
    private let seconds: Histogram
    private let waiting: Gauge
    private let batches, inputs, tokens, generated, swaps: Counter
    /// The queue's figures at the last reading.
    private let counted = Mutex(InferenceQueue.Figures())

    package init() {
        requests = registry.counter(
            "lockstep_serve_requests_total", "Requests that were answered.", labels: ["path", "status"])
        seconds = registry.histogram(
            "lockstep_serve_request_seconds", "Time from a whole request to its answer.", labels: ["path"])
        waiting = registry.gauge("lockstep_serve_waiting_inputs", "Inputs that wait for the model.")
        batches = registry.counter("lockstep_serve_batches_total", "Batches that the model read.")
        inputs = registry.counter("lockstep_serve_inputs_total", "Inputs that the model read.")
        tokens = registry.counter("lockstep_serve_tokens_total", "Tokens that the model read.")
        generated = registry.counter("lockstep_serve_generated_tokens_total", "Tokens that were written.")
        swaps = registry.counter("lockstep_serve_model_swaps_total", "Models that took another's place.")
    }

    func count(path: String, status: Int, seconds: Double) {
        requests.add(1, path, String(status))
        self.seconds.observe(seconds, path)
    }

    func countGenerated(tokens: Int) { generated.add(Double(tokens)) }

    package func countSwap() { swaps.add() }

    /// The text that Prometheus reads.
    func text(_ figures: InferenceQueue.Figures) -> String {
        waiting.set(Double(figures.waiting))
        counted.withLock { last in
            batches.add(Double(max(0, figures.batches - last.batches)))
            inputs.add(Double(max(0, figures.inputs - last.inputs)))
            tokens.add(Double(max(0, figures.tokens - last.tokens)))
            last = figures
        }
        return PrometheusText.text(registry.snapshot)
    }

    static var contentType: String { PrometheusText.contentType }
}
