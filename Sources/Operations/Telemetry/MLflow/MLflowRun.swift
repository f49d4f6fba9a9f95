// One run at an MLflow tracking server, by its REST interface.

internal import Foundation
internal import JSON

/// Makes a run and logs to it; each call waits for its answers.
///
/// Source: MLflow's REST API 2.0, and `mlflow/utils/validation.py` of 3.1 for the limits.
final class MLflowRun {
    /// A figure of a step, at milliseconds since 1970.
    struct Figure: Sendable, Equatable {
        var name: String
        var value: Double
        var step: Int
        var time: Int
    }

    static let longestName = 250
    static let longestValue = 6000
    static let figuresABatch = 1000
    static let parametersABatch = 100

    enum Failure: Error, CustomStringConvertible {
        case http(HTTPClient.Failure)
        /// An answer that lacks what it should have.
        case answer(String)
        /// The server keeps artifacts where only its own clients write.
        case noProxy(String)

        var description: String {
            switch self {
            case .http(let failure): failure.description
            case .answer(let call): "\(call) gave an answer that MLflow does not give"
            case .noProxy(let place):
                "artifacts are kept at \(place), which only a server with --serve-artifacts takes for others"
            }
        }
    }

    private let settings: MLflowSettings
    private let client: HTTPClient
    private let name: String
    private let parameters: [(name: String, value: String)]
    private let start: Int
    private var made: (id: String, artifacts: String)?

    /// - Parameters:
    ///   - name: of the run, where no variable names it.
    ///   - start: milliseconds since 1970.
    init(
        _ settings: MLflowSettings, client: HTTPClient, name: String,
        parameters: [(name: String, value: String)], start: Int
    ) {
        (self.settings, self.client, self.start) = (settings, client, start)
        self.name = settings.runName ?? name
        self.parameters = parameters.map { name, value in
            (Self.allowed(name), String(value.prefix(Self.longestValue)))
        }
    }

    func log(_ figures: ArraySlice<Figure>) throws(Failure) {
        let run = try run()
        _ = try post(
            "runs/log-batch",
            [
                ("run_id", .string(run.id)),
                (
                    "metrics",
                    .array(
                        figures.map { figure in
                            .members([
                                ("key", .string(Self.allowed(figure.name))),
                                ("value", Self.number(figure.value)),
                                ("timestamp", .integer(figure.time)), ("step", .integer(figure.step)),
                            ])
                        })
                ),
            ])
    }

    /// Adds a file to the run.
    func upload(_ bytes: [UInt8], name: String, type: String) throws(Failure) {
        let run = try run()
        let scheme = "mlflow-artifacts:/"
        guard run.artifacts.hasPrefix(scheme) else { throw .noProxy(run.artifacts) }
        // mlflow-artifacts:/0/… or mlflow-artifacts://host/0/…
        var path = run.artifacts.dropFirst(scheme.count)
        if path.hasPrefix("/") { path = path.dropFirst().drop { $0 != "/" }.dropFirst() }
        _ = try send("PUT", "api/2.0/mlflow-artifacts/artifacts/\(path)/\(name)", bytes, type: type)
    }

    /// - Parameter status: FINISHED, FAILED or KILLED.
    func end(status: String, time: Int) throws(Failure) {
        let run = try run()
        _ = try post(
            "runs/update",
            [("run_id", .string(run.id)), ("status", .string(status)), ("end_time", .integer(time))])
    }

    /// The run, which is made when it is first needed.
    private func run() throws(Failure) -> (id: String, artifacts: String) {
        if let made { return made }
        var known: Set<String> = []
        let run: JSONValue
        if let id = settings.runID {
            run = try get("runs/get?run_id=" + Self.escaped(id))["run"] ?? .null
            known = Set(run["data"]?["params"]?.array?.compactMap { $0["key"]?.string } ?? [])
            _ = try post("runs/update", [("run_id", .string(id)), ("status", "RUNNING")])
        } else {
            run =
                try post(
                    "runs/create",
                    [
                        ("experiment_id", .string(try experiment())), ("run_name", .string(name)),
                        ("start_time", .integer(start)),
                        (
                            "tags",
                            [.members([("key", "mlflow.source.name"), ("value", "lockstep")])]
                        ),
                    ])["run"] ?? .null
        }
        guard let id = run["info"]?["run_id"]?.string, let place = run["info"]?["artifact_uri"]?.string else {
            throw .answer(settings.runID == nil ? "runs/create" : "runs/get")
        }
        // What a parameter was is never changed.
        var rest = parameters.filter { !known.contains($0.name) }[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.parametersABatch)
            rest = rest.dropFirst(Self.parametersABatch)
            let values = batch.map { name, value in
                JSONValue.members([("key", .string(name)), ("value", .string(value))])
            }
            _ = try post("runs/log-batch", [("run_id", .string(id)), ("params", .array(values))])
        }
        made = (id, place)
        return (id, place)
    }

    private func experiment() throws(Failure) -> String {
        if let id = settings.experimentID { return id }
        let query = "experiments/get-by-name?experiment_name=" + Self.escaped(settings.experimentName)
        do throws(Failure) {
            if let id = try get(query)["experiment"]?["experiment_id"]?.string { return id }
        } catch {
            guard case .http(.refused(status: 404, _)) = error else { throw error }
            let made = try post("experiments/create", [("name", .string(settings.experimentName))])
            if let id = made["experiment_id"]?.string { return id }
        }
        throw .answer("experiments/get-by-name")
    }

    private func get(_ call: String) throws(Failure) -> JSONValue {
        try parsed(try send("GET", "api/2.0/mlflow/" + call, nil), call)
    }

    private func post(_ call: String, _ members: [(String, JSONValue)]) throws(Failure) -> JSONValue {
        let body = Array(JSONValue.members(members).text(.compact).utf8)
        return try parsed(try send("POST", "api/2.0/mlflow/" + call, body), call)
    }

    private func parsed(_ bytes: [UInt8], _ call: String) throws(Failure) -> JSONValue {
        do throws(JSONSyntaxError) { return try JSONValue(parsing: bytes) } catch { throw .answer(call) }
    }

    private func send(
        _ method: String, _ path: String, _ body: [UInt8]?, type: String = "application/json"
    ) throws(Failure) -> [UInt8] {
        guard let url = URL(string: settings.address + "/" + path) else { throw .answer(path) }
        do throws(HTTPClient.Failure) { return try client.send(method, url, type: type, body) } catch {
            throw .http(error)
        }
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// What protobuf's JSON has for numbers that JSON lacks.
    private static func number(_ value: Double) -> JSONValue {
        if value.isNaN { return "NaN" }
        return value.isFinite ? .real(value) : value > 0 ? "Infinity" : "-Infinity"
    }

    /// A name as MLflow allows it: letters, digits, `_ - . / :` and spaces.
    static func allowed(_ name: String) -> String {
        String(
            name.unicodeScalars.prefix(longestName).map { scalar in
                let isAllowed =
                    scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
                    || "_-./: ".unicodeScalars.contains(scalar)
                return isAllowed ? Character(scalar) : "_"
            })
    }
}
