// The page of metrics of a run.

import Foundation
import FoundationNetworking
import Telemetry
import Testing

@Suite struct PrometheusObserverTests {
    private func get(_ port: Int, _ path: String) async throws -> (status: Int, type: String?, text: String) {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let (data, response) = try await URLSession.shared.data(from: url)
        let answer = try #require(response as? HTTPURLResponse)
        return (
            answer.statusCode, answer.value(forHTTPHeaderField: "Content-Type"),
            String(decoding: data, as: UTF8.self)
        )
    }

    @Test("what a run tells of itself stands at /metrics, a straggler among it")
    func page() async throws {
        let observer = try PrometheusObserver(host: "127.0.0.1", port: 0, run: "runs/a", version: "1.2")
        observer.record(
            RunFigures(
                step: 10,
                values: [
                    ("epoch", 0.5), ("loss", 0.25), ("grad_norm", 2), ("resident_bytes", 1e9),
                    ("eval_f1", 0.75),
                    ("waiting_seconds", 0.125), ("matrix_peak_share", 0.5), ("loss_spikes", 2),
                ]))
        for step in 9...10 {
            observer.advance(
                RunStep(
                    step: step, totalSteps: 40, rows: 16, tokens: 512, seconds: 0.3,
                    waitingForDataSeconds: 0.25))
        }
        observer.compare(RankFigures(computeSeconds: [0.25, 0.5], straggler: 1))
        let page = try await get(observer.port, "/metrics")
        #expect(page.status == 200 && page.type == PrometheusText.contentType)
        let lines = Set(page.text.split(separator: "\n").map(String.init))
        for line in [
            "lockstep_run_info{run=\"runs/a\",version=\"1.2\"} 1.0", "lockstep_loss 0.25",
            "lockstep_gradient_norm 2.0", "lockstep_resident_memory_bytes 1000000000.0",
            "lockstep_evaluation{metric=\"f1\"} 0.75", "lockstep_exposed_communication_seconds 0.125",
            "lockstep_matrix_peak_ratio 0.5", "lockstep_loss_spikes_total 2.0", "lockstep_step 10.0",
            "lockstep_planned_steps 40.0", "lockstep_rows_total 32.0", "lockstep_tokens_total 1024.0",
            "lockstep_waiting_for_data_seconds_total 0.5", "lockstep_step_seconds_bucket{le=\"0.5\"} 2",
            "lockstep_rank_step_seconds{rank=\"1\"} 0.5", "lockstep_rank_straggler{rank=\"0\"} 0.0",
            "lockstep_rank_straggler{rank=\"1\"} 1.0",
        ] {
            #expect(lines.contains(line), "\(line) in \(page.text)")
        }
        #expect(try await get(observer.port, "/").status == 404)

        let port = observer.port
        let error = #expect(throws: TelemetryError.self) {
            _ = try PrometheusObserver(host: "127.0.0.1", port: port, run: "b", version: "1")
        }
        #expect(error == .portInUse(host: "127.0.0.1", port: port))
        #expect(observer.end(.finished).isEmpty)
    }
}
