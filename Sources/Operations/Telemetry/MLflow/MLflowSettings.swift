// Where MLflow's tracking server is, as its environment variables say.

internal import Foundation

/// What MLflow's own variables set.
package struct MLflowSettings: Sendable, Equatable {
    /// The server's address, without a slash at its end.
    package let address: String
    package let experimentName: String
    /// Goes before the name.
    package let experimentID: String?
    /// A run that is there already.
    package let runID: String?
    package let runName: String?
    /// The header that says who asks; nil where nobody need say.
    let authorization: String?

    /// - Parameter variable: the value of an environment variable.
    package init(variable: (String) -> String?) throws(TelemetryError) {
        func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
        let name = "MLFLOW_TRACKING_URI"
        guard let text = value(name) else { throw .missingVariable(name, purpose: "report_to: mlflow") }
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host != nil else {
            throw .variable(
                name, value: text,
                expected: "the address of a tracking server, such as http://localhost:5000 of mlflow server")
        }
        address = text.hasSuffix("/") ? String(text.dropLast()) : text
        experimentName = value("MLFLOW_EXPERIMENT_NAME") ?? "Default"
        experimentID = value("MLFLOW_EXPERIMENT_ID")
        (runID, runName) = (value("MLFLOW_RUN_ID"), value("MLFLOW_RUN_NAME"))
        if let token = value("MLFLOW_TRACKING_TOKEN") {
            authorization = "Bearer " + token
        } else if let user = value("MLFLOW_TRACKING_USERNAME") {
            let pair = user + ":" + (value("MLFLOW_TRACKING_PASSWORD") ?? "")
            authorization = "Basic " + Data(pair.utf8).base64EncodedString()
        } else {
            authorization = nil
        }
    }
}
