// `lockstep plan` as a user runs it: measured alone and on ranks, saved and read, and what it refuses.

import Foundation
import JSON
import TestSupport
import Testing

@Suite struct PlanTests {
    private let network = "network_gbit_per_s: 10\nnetwork_latency_us: 30\nmemory_per_host_gib: 16\n"

    private func document(_ outcome: JobOutcome) throws -> JSONValue {
        let start = try #require(outcome.output.firstIndex(of: "{"), "\(outcome)")
        return try JSONValue(parsing: Array(outcome.output[start...].utf8))
    }

    @Test("a calibration is measured, saved, and makes the same plan when it is read")
    func saved() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", [:])
        let cluster = try workshop.write(network + "ranks: 1\nthreads_per_rank: 1\n", to: "cluster.yaml")
        let file = workshop.path + "/node.json"
        let words = ["plan", recipe, "--cluster", cluster, "--nodes", "1,4,1024", "--json"]
        let measured = try document(
            workshop.succeed(
                words + ["--save_calibration", file, "--report", workshop.path + "/plan.html"]))
        let plans = try #require(measured["plans"]?.array)
        #expect(plans.map { $0["nodes"]?.integer } == [1, 4])
        let notes = measured["notes"]?.array?.compactMap(\.string) ?? []
        #expect(notes.contains { $0.hasPrefix("not for 1024 nodes: a step has fewer rows") }, "\(notes)")
        for plan in plans {
            let best = try #require(plan["best"])
            #expect((best["step_seconds"]?.double ?? 0) > 0 && (best["hours"]?.double ?? 0) > 0)
            #expect((best["rank_memory_bytes"]?.integer ?? 0) > 1 << 20)
        }
        #expect(try workshop.text("plan.html").contains("<svg"))
        #expect((measured["calibration_seconds"]?.double ?? 0) > 0)
        let read = try document(workshop.succeed(words + ["--calibration", file]))
        #expect(read["plans"] == measured["plans"] && read["calibration_seconds"] == .null)
        // Nothing is trained.
        #expect(try workshop.names("run") == [])
        let other = try workshop.lockstep(
            words + ["--calibration", file, "--max_seq_length", "7"])
        #expect(other.status == 1 && other.errors.contains("max_seq_length: 7"), "\(other)")
    }

    @Test("ranks of one host measure what they cost each other")
    func ranks() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", [:])
        let cluster = try workshop.write("ranks: 2\nthreads_per_rank: 1\n", to: "cluster.yaml")
        let file = workshop.path + "/node.json"
        let outcome = try workshop.succeed(
            ["plan", recipe, "--cluster", cluster, "--nodes", "1", "--save_calibration", file], ranks: 2)
        #expect(outcome.output.contains("best shapes"), "\(outcome)")
        let calibration = try workshop.json("node.json")
        #expect(calibration["shared_memory"]?["ranks"]?.integer == 2)
        #expect(calibration["contention"]?["ratio"]?.double ?? 0 >= 1)
        #expect(calibration["network"] == nil)
    }

    @Test(
        "what cannot be planned is refused in a sentence",
        arguments: [
            (["--nodes", "0"], "", "'0' is no number of nodes from 1 to 1024", Int32(64)),
            (["--nodes", "1,,2"], "", "'' is no number of nodes", 64),
            (["--price_per_node_hour=-1"], "", "--price_per_node_hour is a number of at least 0", 64),
            (["--nodes", "1,2"], "", "does not describe the network: set network_gbit_per_s", 1),
            (["--nodes", "1"], "network_speed: 3\n", "network_speed is not a known key", 1),
            (["--nodes", "1"], "network_gbit_per_s: 0\n", "network_gbit_per_s must be a number above 0", 1),
            (["--nodes", "1"], "network_gbit_per_s: 10\n", "network_latency_us is missing", 1),
            (["--nodes", "1"], "memory_per_host_gib: 0.001\n", "no shape fits: a rank takes at least", 1),
            (["--nodes", "1", "--reproducible", "true"], "", "plan does not know what shards", 1),
            (["--nodes", "1", "--calibration", "/nowhere.json"], "", "/nowhere.json", 1),
        ])
    func refusals(flags: [String], keys: String, sentence: String, status: Int32) throws {
        let workshop = try Workshop(trainRows: 12, validationRows: 3)
        let recipe = try workshop.recipe(output: "run", [:])
        let cluster = try workshop.write("ranks: 1\nthreads_per_rank: 1\n" + keys, to: "cluster.yaml")
        let outcome = try workshop.lockstep(["plan", recipe, "--cluster", cluster] + flags)
        #expect(outcome.status == status && outcome.errors.contains(sentence), "\(outcome)")
    }
}
