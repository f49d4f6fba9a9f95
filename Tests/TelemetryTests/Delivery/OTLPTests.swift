// Requests to a collector of OpenTelemetry.

import Foundation
import JSON
import Telemetry
import Testing

@Suite struct OTLPTests {
    private func settings(_ variables: [String: String]) throws -> OTLPSettings {
        let settings = try OTLPSettings { variables[$0] }
        return try #require(settings)
    }

    private func observer(_ address: String, endSeconds: Double = 5) throws -> OTLPObserver {
        OTLPObserver(
            try settings([
                "OTEL_EXPORTER_OTLP_ENDPOINT": address + "/",
                "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b,x=1",
                "OTEL_RESOURCE_ATTRIBUTES": "service.name=other,team=nlp", "OTEL_SERVICE_NAME": "nightly",
            ]), run: "runs/a", hostName: "node07", version: "1.2", clock: { 1.5e9 + 0.25 },
            firstPauseSeconds: 0.01, endSeconds: endSeconds)
    }

    @Test("figures go to /v1/metrics and spans to /v1/traces, as OTLP's JSON has them")
    func bodies() throws {
        let server = try FakeServer { _, _ in .init(200, [], "{}") }
        defer { server.stop() }
        let observer = try observer(server.address)
        observer.record(RunFigures(step: 50, values: [("loss", 0.5), ("eval_loss", .nan)]))
        observer.close(RunSpan(.epoch, start: 1.5e9, end: 1.5e9 + 0.125, step: 50))
        #expect(observer.end(.stopped(step: 50)).isEmpty)
        let metrics = server.requests.filter { $0.path == "/v1/metrics" }
        let traces = server.requests.filter { $0.path == "/v1/traces" }
        #expect(metrics.count + traces.count == server.requests.count)
        for request in server.requests {
            #expect(request.method == "POST")
            #expect(request.header("content-type") == "application/json")
            #expect(request.header("api-key") == "a b" && request.header("x") == "1")
        }
        let text = metrics.map { String(decoding: $0.body, as: UTF8.self) }.joined()
        for part in [
            #"{"key":"service.name","value":{"stringValue":"nightly"}}"#,
            #"{"key":"team","value":{"stringValue":"nlp"}}"#,
            #""name":"lockstep.step","unit":"1","gauge""#,
            #"{"timeUnixNano":"1500000000250000000","asDouble":0.5}"#,
            #"{"timeUnixNano":"1500000000250000000","flags":1}"#,
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        let spans = try traces.flatMap { request -> [JSONValue] in
            let body = try JSONValue(parsing: request.body)
            return body["resourceSpans"]?.array?.first?["scopeSpans"]?.array?.first?["spans"]?.array ?? []
        }
        #expect(spans.map { $0["name"]?.string } == ["epoch", "run"])
        let (epoch, run) = (try #require(spans.first), try #require(spans.last))
        #expect(epoch["parentSpanId"] == run["spanId"] && run["parentSpanId"] == nil)
        #expect(epoch["traceId"] == run["traceId"] && epoch["traceId"]?.string?.count == 32)
        #expect(epoch["spanId"]?.string?.count == 16)
        #expect(epoch["startTimeUnixNano"]?.string == "1500000000000000000")
        #expect(epoch["endTimeUnixNano"]?.string == "1500000000125000000")
        #expect(run.json.contains(#"{"stringValue": "stopped"}"#))
    }

    @Test("what is put off is sent again, what is refused or has no collector is not, and the loss is told")
    func retries() throws {
        let busy = try FakeServer { _, count in
            count == 0 ? .init(503) : count == 1 ? .init(429, [("Retry-After", "0")]) : .init(200, [], "{}")
        }
        defer { busy.stop() }
        let patient = try observer(busy.address)
        patient.record(RunFigures(step: 1, values: [("loss", 1)]))
        #expect(patient.end(.finished).isEmpty)
        #expect(busy.requests.filter { $0.path == "/v1/metrics" }.count == 3)

        let refusing = try FakeServer { _, _ in .init(400, [], "bad\n request") }
        defer { refusing.stop() }
        let refused = try observer(refusing.address)
        refused.record(RunFigures(step: 1, values: [("loss", 1)]))
        let remarks = refused.end(.finished)
        #expect(refusing.requests.count == 2, "one of figures, one of the run's span")
        #expect(remarks.count == 1 && remarks[0].contains("3 of 3"), "\(remarks)")
        #expect(remarks[0].contains("status 400: bad request"), "\(remarks)")
    }

    @Test("a collector that is gone or never answers loses what it is sent, and holds nothing up")
    func dead() throws {
        let gone = try FakeServer { _, _ in .init(200) }
        let address = gone.address
        gone.stop()
        let observer = try observer(address)
        for step in 0..<20_000 { observer.record(RunFigures(step: step, values: [("loss", 1)])) }
        let remarks = observer.end(.finished)
        #expect(remarks.first?.contains("40001 of 40001") == true, "\(remarks)")

        let asleep = try FakeServer { _, _ in
            Thread.sleep(forTimeInterval: 1.5)
            return .init(200)
        }
        defer { asleep.stop() }
        let late = try self.observer(asleep.address, endSeconds: 0.2)
        late.record(RunFigures(step: 1, values: [("loss", 1)]))
        #expect(late.end(.finished).first?.contains("of 3") == true)
    }

    @Test("the variables are those of the standard: an address of one signal wins and is used as it is")
    func variables() throws {
        let own = try settings([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1/base",
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "https://b/x", "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
            "OTEL_EXPORTER_OTLP_HEADERS": "k=1,l=2", "OTEL_EXPORTER_OTLP_METRICS_HEADERS": "k=3",
        ])
        #expect(own.metrics == "https://b/x" && own.traces == "http://a:1/base/v1/traces")
        #expect(own.metricsHeaders == ["k": "3", "l": "2"] && own.tracesHeaders == ["k": "1", "l": "2"])
        #expect(own.timeoutSeconds == 2.5)
        #expect(try settings([:]).metrics == "http://localhost:4318/v1/metrics")
        #expect(try settings([:]).attributes == ["service.name": "lockstep"])
        #expect(try OTLPSettings { ["OTEL_SDK_DISABLED": "true"][$0] } == nil)
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ] {
            let error = #expect(throws: TelemetryError.self) { _ = try settings([name: value]) }
            guard case .variable(name, value: value, _) = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
        }
        let secret = #expect(throws: TelemetryError.self) {
            _ = try settings(["OTEL_EXPORTER_OTLP_HEADERS": "token"])
        }
        #expect(secret?.description.contains("token") == false)
    }
}
