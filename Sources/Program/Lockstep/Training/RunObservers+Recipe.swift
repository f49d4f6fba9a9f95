// The observers that a recipe asks for.

import Arguments
import Configuration
import Machine
import Reporting
import Telemetry

extension RunObservers {
    /// Those of `report_to` and `metrics_port`. Rank 0 alone makes them.
    ///
    /// - Parameters:
    ///   - firstStep: the step after which the run goes on; 0 from the start.
    ///   - hasPort: false for one of several runs at the same time, of which only one could have the port.
    convenience init(
        _ configuration: RunConfiguration, recipe: [UInt8], firstStep: Int, hasPort: Bool
    ) throws {
        var targets = configuration.training.reportTo
        if configuration.training.metricsPort != nil, !targets.contains(.prometheus) {
            targets.append(.prometheus)
        }
        if !hasPort, targets.contains(.prometheus) {
            targets.removeAll { $0 == .prometheus }
            Messages.warn(
                "metrics_port: runs at the same time cannot share a port, so none shows its metrics")
        }
        self.init(
            try targets.compactMap { target in
                switch target {
                case .tensorboard: try Self.tensorBoard(configuration, recipe, firstStep)
                case .mlflow: try Self.mlflow(configuration)
                case .prometheus:
                    try PrometheusObserver(
                        host: configuration.training.metricsHost,
                        port: configuration.training.metricsPort ?? PrometheusObserver.defaultPort,
                        run: configuration.model.outputDir, version: Version.current)
                case .otlp:
                    try OTLPSettings(variable: Self.variable).map { settings in
                        OTLPObserver(
                            settings, run: configuration.model.outputDir, hostName: HostFacts.current.name,
                            version: Version.current)
                    }
                }
            })
    }

    /// Throws what is wrong with where the figures are to go, before the run costs anything.
    static func check(_ configuration: RunConfiguration) throws {
        let targets = configuration.training.reportTo
        if targets.contains(.mlflow) { _ = try MLflowSettings(variable: variable) }
        if targets.contains(.otlp) { _ = try OTLPSettings(variable: variable) }
    }

    private static func tensorBoard(
        _ configuration: RunConfiguration, _ recipe: [UInt8], _ firstStep: Int
    ) throws -> TensorBoardWriter {
        try TensorBoardWriter(
            directory: configuration.model.outputDir, hostName: HostFacts.current.name,
            resumingAfterStep: firstStep > 0 ? firstStep : nil,
            settings: configuration.settings.compactMap { setting in
                TensorBoardWriter.Setting(setting.value).map { (setting.key, $0) }
            }, texts: [("recipe", code(recipe))])
    }

    private static func mlflow(_ configuration: RunConfiguration) throws -> MLflowObserver {
        let directory = configuration.model.outputDir
        return MLflowObserver(
            try MLflowSettings(variable: variable),
            runName: directory.split(separator: "/").last.map(String.init) ?? directory,
            parameters: configuration.settings.filter { $0.value != "null" }.map { ($0.key, $0.value) },
            artifacts: [directory + "/" + ReportPage.fileName])
    }

    private static func variable(_ name: String) -> String? { ProcessVariables.current[name] }

    /// Text as a block of code in Markdown, which TensorBoard shows.
    private static func code(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { "    " + $0 }.joined(separator: "\n")
    }
}

extension TensorBoardWriter.Setting {
    /// A value of a recipe as its text; nil for one that is not set.
    fileprivate init?(_ text: String) {
        switch text {
        case "null": return nil
        case "true": self = .flag(true)
        case "false": self = .flag(false)
        default: self = Double(text).map { .number($0) } ?? .text(text)
        }
    }
}
