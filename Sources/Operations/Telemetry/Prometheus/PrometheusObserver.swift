// metrics_port: the figures of a run on a page that Prometheus scrapes.

internal import Foundation

/// Shows a run at `/metrics`, as of its last step and record.
package final class PrometheusObserver: RunObserver {
    /// The port where none is named: that of OpenTelemetry's Prometheus exporter.
    package static let defaultPort = 9464

    private let registry: MetricRegistry
    private let listener: HTTPListener
    private let steps, rows, tokens, waited, spikes, skipped: Counter
    private let step, totalSteps, evaluation, rankSeconds, isStraggler: Gauge
    private let stepSeconds: Histogram
    private let gauges: [String: Gauge]
    /// The port that it listens on.
    package var port: Int { listener.port }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - port: 0 for any free port.
    ///   - run: the folder of the run, which one label names.
    package init(host: String, port: Int, run: String, version: String) throws(TelemetryError) {
        let registry = MetricRegistry()
        self.registry = registry
        registry.gauge("lockstep_run_info", "Is 1: the run and its program.", labels: ["run", "version"])
            .set(1, run, version)
        step = registry.gauge("lockstep_step", "The last optimiser step that was made.")
        totalSteps = registry.gauge("lockstep_planned_steps", "Optimiser steps of the whole run.")
        steps = registry.counter("lockstep_steps_total", "Optimiser steps that this process made.")
        rows = registry.counter("lockstep_rows_total", "Rows that all ranks trained on.")
        tokens = registry.counter("lockstep_tokens_total", "Tokens that all ranks trained on.")
        waited = registry.counter(
            "lockstep_waiting_for_data_seconds_total", "Seconds in which rank 0 waited for its rows.")
        spikes = registry.counter("lockstep_loss_spikes_total", "Leaps of the loss.")
        skipped = registry.counter(
            "lockstep_skipped_updates_total", "Steps that were left out since they were not finite.")
        stepSeconds = registry.histogram(
            "lockstep_step_seconds", "Seconds a step, evaluations and checkpoints apart.",
            bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300])
        rankSeconds = registry.gauge(
            "lockstep_rank_step_seconds", "Seconds a step in which a rank computed, since the last record.",
            labels: ["rank"])
        isStraggler = registry.gauge(
            "lockstep_rank_straggler", "Whether the others wait for a rank, in several records running.",
            labels: ["rank"])
        evaluation = registry.gauge(
            "lockstep_evaluation", "Figures of the last evaluation.", labels: ["metric"])
        gauges = Dictionary(
            uniqueKeysWithValues: Self.figures.map { ($0.figure, registry.gauge($0.name, $0.help)) })
        listener = try HTTPListener(host: host, port: port) { Self.answer($0, registry) }
    }

    /// Figures of metrics.jsonl and what they are called here.
    private static let figures: [(figure: String, name: String, help: String)] = [
        ("epoch", "lockstep_epoch", "Epochs that were made."),
        ("loss", "lockstep_loss", "Mean loss of the steps since the last record."),
        ("learning_rate", "lockstep_learning_rate", "Learning rate of the last step."),
        ("grad_norm", "lockstep_gradient_norm", "Norm of the gradients before clipping, of the last step."),
        ("samples_per_second", "lockstep_rows_per_second", "Rows a second of all ranks."),
        ("tokens_per_second", "lockstep_tokens_per_second", "Tokens a second of all ranks."),
        (
            "matrix_peak_share", "lockstep_matrix_peak_ratio",
            "Floating-point operations a second of rank 0 by what its matrix product reached at the start."
        ),
        (
            "waiting_seconds", "lockstep_exposed_communication_seconds",
            "Seconds a step in which rank 0 waited for exchanges that nothing hid."
        ),
        (
            "communication_seconds", "lockstep_communication_seconds",
            "Seconds a step in which rank 0 exchanged, beside the computation or not."
        ),
        ("resident_bytes", "lockstep_resident_memory_bytes", "Memory of rank 0."),
    ]

    package func record(_ values: RunFigures) {
        for (name, value) in values.values {
            if let gauge = gauges[name] {
                gauge.set(value)
            } else if name.hasPrefix("eval_") {
                evaluation.set(value, String(name.dropFirst(5)))
            } else if name == "loss_spikes" {
                spikes.add(value)
            } else if name == "skipped_updates" {
                skipped.add(value)
            }
        }
    }

    package func advance(_ made: RunStep) {
        step.set(Double(made.step))
        totalSteps.set(Double(made.totalSteps))
        steps.add()
        rows.add(Double(made.rows))
        tokens.add(Double(made.tokens))
        waited.add(made.waitingForDataSeconds)
        stepSeconds.observe(made.seconds)
    }

    package func compare(_ ranks: RankFigures) {
        for (rank, seconds) in ranks.computeSeconds.enumerated() {
            rankSeconds.set(seconds, "\(rank)")
            isStraggler.set(ranks.straggler == rank ? 1 : 0, "\(rank)")
        }
    }

    package func end(_ outcome: RunOutcome) -> [String] {
        listener.stop()
        return []
    }

    private static func answer(
        _ request: HTTPListener.Request, _ registry: MetricRegistry
    ) -> HTTPListener.Answer {
        let path = request.path.prefix { $0 != "?" }
        guard path == "/metrics" else { return .init(404, [], "There is /metrics alone.\n") }
        guard ["GET", "HEAD"].contains(request.method) else {
            return .init(405, [("Allow", "GET, HEAD")], "\(request.method) is not possible here.\n")
        }
        return .init(
            200, [("Content-Type", PrometheusText.contentType)], PrometheusText.text(registry.snapshot))
    }
}
