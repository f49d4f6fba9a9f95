// Azure Machine Learning's data collector: its configuration, and what a collector is sent.

import Foundation
import JSON
import Monitoring
import TestSupport
import Testing

@Suite struct DataCollectorTests {
    @Test("the configuration of a deployment names enabled collections and their sampling rates")
    func configuration() throws {
        let folder = try TemporaryFolder()
        let text = """
            {"collections": {"Model_Inputs": {"enabled": true, "sampleRatePercentage": 25},
             "model_outputs": {"enabled": true}, "other": {"enabled": false}, "request": {"enabled": true}},
             "runMode": "cloud"}
            """
        let path = try folder.write(text, to: "mdc.json")
        let variables = ["AZUREML_MDC_CONFIG_PATH": path, "AZUREML_MDC_PORT": "4567"]
        let settings = try #require(try DataCollectorSettings(variables: variables))
        #expect(
            settings
                == DataCollectorSettings(
                    host: "127.0.0.1", port: 4567,
                    samplingPercentages: ["model_inputs": 25, "model_outputs": 100]))
        #expect(try DataCollectorSettings(variables: [:]) == nil)
        #expect(throws: MonitoringError.self) {
            try DataCollectorSettings(variables: variables.merging(["AZUREML_MDC_PORT": "no"]) { $1 })
        }
    }

    @Test("a collector gets rows as JSON with the headers of its protocol, and a missing one costs nothing")
    func protocolOfCollector() throws {
        let folder = try TemporaryFolder()
        let port = try CollectorProcess.start(in: folder)
        let settings = DataCollectorSettings(
            host: "127.0.0.1", port: port.number, samplingPercentages: ["model_inputs": 100])
        let collector = try DataCollector(settings)
        #expect(collector.collects("model_inputs") && !collector.collects("model_outputs"))
        let rows: [JSONObject] = [["text": "a \"quoted\" text"], ["text": "ü"]]
        collector.collect("model_inputs", rows: rows, requestID: "r-1")
        collector.collect("model_outputs", rows: rows, requestID: "r-1")
        collector.finish()
        #expect(collector.counts == DataCollector.Counts(sent: 1))
        let log = try folder.text(of: "log.json")
        let seen = try JSONValue(parsing: Array(log.utf8))
        #expect(seen["path"] == "/modeldata/log")
        #expect(seen["ce-type"] == "azureml.inference.model_inputs")
        #expect(seen["ce-x-request-id"] == "r-1")
        #expect(seen["ce-collect-data-type"] == "pandas.core.frame.DataFrame")
        #expect(seen["trace-id"]?.string?.count == 36)
        #expect(Int(seen["ce-time"]?.string ?? "") != nil)
        #expect(seen["body"] == .array(rows.map { .object($0) }))
        // The collector is gone after one request.
        port.process.waitUntilExit()
        collector.collect("model_inputs", rows: rows, requestID: "r-2")
        collector.finish()
        #expect(collector.counts == DataCollector.Counts(sent: 1, lost: 1))
    }

    @Test("a collection that is drawn at 0% is never sent")
    func sampling() throws {
        let collector = try DataCollector(
            DataCollectorSettings(
                host: "127.0.0.1", port: 9, samplingPercentages: ["a": 0, "b": 0]))
        for number in 0..<100 {
            collector.collect("a", rows: [], requestID: "\(number)")
        }
        collector.finish()
        #expect(collector.counts == DataCollector.Counts(unsampled: 100))
    }
}

/// A server that writes one request down and ends; Python's own, which stands for the collector.
private enum CollectorProcess {
    static let program = """
        import http.server, json, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen = {name.lower(): value for name, value in self.headers.items()}
                seen.update(path=self.path, body=json.loads(body))
                json.dump(seen, open(sys.argv[1], "w"))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            def log_message(self, *words): pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        server.timeout = 60
        print(server.server_port, flush=True)
        server.handle_request()
        """

    static func start(in folder: TemporaryFolder) throws -> (process: Process, number: Int) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program, folder.path + "/log.json"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        return (process, try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines))))
    }
}
