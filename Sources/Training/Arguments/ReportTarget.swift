// Programs that show the figures of a run while it goes on.

/// A program that `report_to` may name.
package enum ReportTarget: String, Sendable, CaseIterable {
    /// Event files in the folder of the run.
    case tensorboard
    /// A tracking server, by its REST interface.
    case mlflow
    /// A page of metrics that Prometheus scrapes.
    case prometheus
    /// A collector of OpenTelemetry, by OTLP over HTTP.
    case otlp

    /// The environment variables of which one says where the program is; none where nothing need be said.
    private var addressVariables: [String] {
        switch self {
        case .tensorboard, .prometheus: []
        case .mlflow: ["MLFLOW_TRACKING_URI"]
        case .otlp:
            [
                "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            ]
        }
    }

    /// What `all` means: every program that is there to be written for. `metrics_port` adds Prometheus.
    package static func all(isSet: (String) -> Bool) -> [ReportTarget] {
        allCases.filter { target in
            let variables = target.addressVariables
            return target != .prometheus && (variables.isEmpty || variables.contains(where: isSet))
        }
    }
}
