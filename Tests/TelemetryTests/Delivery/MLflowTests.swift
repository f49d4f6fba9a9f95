// Requests to an MLflow server.

import Foundation
import JSON
import Telemetry
import TestSupport
import Testing

@Suite struct MLflowTests {
    private static let run =
        #"{"run": {"info": {"run_id": "r1", "artifact_uri": "mlflow-artifacts:/3/r1/artifacts"}, "#
        + #""data": {"params": [{"key": "seed", "value": "1"}]}}}"#

    /// A server that has no experiment yet.
    private func server() throws -> FakeServer {
        try FakeServer { request, _ in
            switch request.path {
            case let path where path.contains("get-by-name"):
                .init(404, [], #"{"error_code": "RESOURCE_DOES_NOT_EXIST"}"#)
            case let path where path.hasSuffix("experiments/create"):
                .init(200, [], #"{"experiment_id": "3"}"#)
            case let path where path.hasSuffix("runs/create") || path.contains("runs/get"):
                .init(200, [], Self.run)
            default: .init(200, [], "{}")
            }
        }
    }

    private func body(_ request: HTTPListener.Request) throws -> JSONValue {
        try JSONValue(parsing: request.body)
    }

    @Test("experiment, run, parameters, figures, report and end go to the server, within its limits")
    func whole() throws {
        let (folder, server) = (try TemporaryFolder(), try server())
        defer { server.stop() }
        let report = folder.path + "/report.html"
        try Data("<p>ä</p>".utf8).write(to: URL(fileURLWithPath: report))
        let variables = [
            "MLFLOW_TRACKING_URI": server.address + "/", "MLFLOW_EXPERIMENT_NAME": "a b/c",
            "MLFLOW_TRACKING_TOKEN": "secret",
        ]
        let observer = MLflowObserver(
            try MLflowSettings { variables[$0] }, runName: "run7",
            parameters: (0..<150).map { ("k\($0)", String(repeating: "v", count: 7000)) },
            artifacts: [report, folder.path + "/none.html"], clock: { 1.5e9 + 0.25 })
        observer.record(RunFigures(step: 5, values: [("loss", .nan), ("eval_a=b", 0.5)]))
        observer.record(
            RunFigures(step: 6, values: (0..<2500).map { ("figure\($0)", Double($0)) }))
        #expect(observer.end(.finished).isEmpty)
        let requests = server.requests
        #expect(requests.allSatisfy { $0.header("authorization") == "Bearer secret" })
        #expect(requests[0].path.hasSuffix("get-by-name?experiment_name=a%20b%2Fc"), "\(requests[0].path)")
        #expect(try body(requests[1]) == ["name": "a b/c"])
        let made = try body(requests[2])
        #expect(made["experiment_id"]?.string == "3" && made["run_name"]?.string == "run7")
        #expect(made["start_time"]?.integer == 1_500_000_000_250)

        let batches = try requests.filter { $0.path.hasSuffix("runs/log-batch") }.map(body)
        let parameters = batches.compactMap { $0["params"]?.array }
        #expect(parameters.map(\.count) == [100, 50])
        #expect(parameters.joined().allSatisfy { $0["value"]?.string?.count == 6000 })
        let figures = batches.compactMap { $0["metrics"]?.array }
        #expect(figures.joined().count == 2502 && figures.allSatisfy { $0.count <= 1000 })
        let first = Array(figures.joined().prefix(2))
        #expect(first[0]["value"]?.string == "NaN" && first[0]["step"]?.integer == 5)
        #expect(first[1]["key"]?.string == "eval_a_b" && first[1]["value"]?.double == 0.5)

        let upload = try #require(requests.first { $0.method == "PUT" })
        #expect(upload.path == "/api/2.0/mlflow-artifacts/artifacts/3/r1/artifacts/report.html")
        #expect(upload.body == Array("<p>ä</p>".utf8))
        let end = try body(try #require(requests.last))
        #expect(end["status"]?.string == "FINISHED" && end["end_time"]?.integer == 1_500_000_000_250)
    }

    @Test("a run that is there goes on, its parameters as they are; a stopped one is killed, not finished")
    func existing() throws {
        let server = try server()
        defer { server.stop() }
        for (outcome, status) in [(RunOutcome.stopped(step: 3), "KILLED"), (.failed("no room"), "FAILED")] {
            let variables = [
                "MLFLOW_TRACKING_URI": server.address, "MLFLOW_RUN_ID": "r1",
                "MLFLOW_TRACKING_USERNAME": "u", "MLFLOW_TRACKING_PASSWORD": "p",
            ]
            let observer = MLflowObserver(
                try MLflowSettings { variables[$0] }, runName: "x",
                parameters: [("seed", "2"), ("lr", "1")], artifacts: [])
            #expect(observer.end(outcome).isEmpty)
            let last = try body(try #require(server.requests.last))
            #expect(last["status"]?.string == status)
        }
        let requests = server.requests
        #expect(requests.allSatisfy { $0.header("authorization") == "Basic dTpw" })
        #expect(!requests.contains { $0.path.hasSuffix("runs/create") })
        let parameters = try requests.filter { $0.path.hasSuffix("log-batch") }.map(body)
        #expect(parameters.allSatisfy { $0["params"]?.array?.map { $0["key"]?.string } == ["lr"] })
    }

    @Test("a server that refuses costs the run nothing, and is told of once")
    func refused() throws {
        let server = try FakeServer { _, _ in .init(401, [], "You are not authenticated.") }
        defer { server.stop() }
        let observer = MLflowObserver(
            try MLflowSettings { ["MLFLOW_TRACKING_URI": server.address][$0] }, runName: "x",
            parameters: [], artifacts: [])
        observer.record(RunFigures(step: 1, values: [("loss", 1)]))
        let remarks = observer.end(.finished)
        #expect(remarks.count == 1 && remarks[0].contains("2 of 2"), "\(remarks)")
        #expect(remarks[0].contains("401: You are not authenticated."), "\(remarks)")
    }

    @Test("a server must be named, and by an address of HTTP")
    func variables() {
        #expect(throws: TelemetryError.missingVariable("MLFLOW_TRACKING_URI", purpose: "report_to: mlflow")) {
            _ = try MLflowSettings { _ in nil }
        }
        let error = #expect(throws: TelemetryError.self) {
            _ = try MLflowSettings { ["MLFLOW_TRACKING_URI": "file:///tmp/mlruns"][$0] }
        }
        #expect(error?.description.contains("file:///tmp/mlruns") == true)
    }
}
