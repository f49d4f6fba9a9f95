// Where Azure Machine Learning's data collector listens and what it collects, as a deployment is told.

internal import Files
internal import JSON

/// What the environment of a deployment says of the collector.
///
/// Source: the package azureml-ai-monitoring 1.0.0, whose variables and file these are.
package struct DataCollectorSettings: Sendable, Equatable {
    /// Payloads that wait to be sent; more are dropped.
    package static let queueCapacity = 1_500

    /// The variables that are read.
    package static let variableNames = ["AZUREML_MDC_CONFIG_PATH", "AZUREML_MDC_HOST", "AZUREML_MDC_PORT"]

    package var host: String
    package var port: Int
    /// Percentages of requests by the name of an enabled collection, in small letters.
    package var samplingPercentages: [String: Double]

    package init(host: String, port: Int, samplingPercentages: [String: Double]) {
        (self.host, self.port, self.samplingPercentages) = (host, port, samplingPercentages)
    }

    /// nil where the deployment collects nothing.
    ///
    /// - Parameter variables: the environment; `AZUREML_MDC_CONFIG_PATH` names the file of the collections.
    package init?(variables: [String: String]) throws(MonitoringError) {
        guard let path = variables["AZUREML_MDC_CONFIG_PATH"], !path.isEmpty else { return nil }
        host = variables["AZUREML_MDC_HOST"] ?? "127.0.0.1"
        let text = variables["AZUREML_MDC_PORT"] ?? "50011"
        guard let port = Int(text), (1...65_535).contains(port) else {
            throw .invalidSetting("AZUREML_MDC_PORT=\(text)", expected: "a port from 1 to 65535")
        }
        self.port = port
        let bytes = try MonitoringError.rethrowing { () throws(FilesError) in
            try FileSystem.bytes(of: path, limit: 1 << 20)
        }
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch {
            throw .syntax(path: path, line: error.place(in: bytes).line, problem: error.problem)
        }
        samplingPercentages = [:]
        let reader = JSONReader<MonitoringError>(value, file: path)
        for member in try reader["collections"].ifPresent?.members() ?? [] {
            guard try member.reader["enabled"].ifPresent?.bool() ?? false else { continue }
            let share = try member.reader["sampleRatePercentage"].ifPresent?
                .double("a percentage from 0 to 100") { 0 <= $0 && $0 <= 100 }
            samplingPercentages[member.name.lowercased()] = share ?? 100
        }
        // What the platform itself collects of a request and its answer.
        samplingPercentages["request"] = nil
        samplingPercentages["response"] = nil
        if samplingPercentages.isEmpty { return nil }
    }
}
