// From a trained classifier to one that is watched: monitoring.json, `monitor`, and documents for Azure.

import Foundation
import JSON
import Lockstep
import TestSupport
import Testing

@Suite(.serialized) struct WatchedModelTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("train leaves the statistics of its data, the same on one rank and on two")
    func statistics() throws {
        let workshop = try Workshop()
        let validation = workshop.path + "/validation.jsonl"
        try workshop.train("one", ["max_steps": "2", "validation_file": validation])
        let found = try workshop.json("one/monitoring.json")
        #expect(found["inputs"]?["rows"] == 60)
        #expect(found["answers"]?["rows"] == 23)
        #expect(found["answers"]?["metrics"]?.array?.count == 2)
        #expect(found["inputs"]?["tokens"]?.array?.count == 60)
        try workshop.train(
            "two", ranks: 2,
            ["max_steps": "2", "validation_file": validation, "per_device_train_batch_size": "6"])
        let other = try workshop.json("two/monitoring.json")
        #expect(other["inputs"] == found["inputs"])
        #expect(other["answers"]?["labels"] == found["answers"]?["labels"])
        try workshop.train("plain", ["max_steps": "1"])
        #expect(try !workshop.names("plain").contains("monitoring.json"))
    }

    @Test("monitor finds nothing in requests like the training rows, and much in others")
    func monitor() throws {
        let workshop = try Workshop(validationRows: 200)
        try workshop.train(
            "run", ["max_steps": "2", "validation_file": workshop.path + "/validation.jsonl"])
        let statistics = try workshop.json("run/monitoring.json")
        let lengths = try #require(statistics["inputs"]?["tokens"]?.array).compactMap(\.integer)
        let counts = try #require(statistics["inputs"]?["languages"]?.object)
        let languages = try counts.names.flatMap { name in
            [String](repeating: name, count: try #require(counts[name]?.integer))
        }
        func write(_ folder: String, _ change: (Int) -> Int) throws {
            try FileManager.default.createDirectory(
                atPath: workshop.path + "/" + folder, withIntermediateDirectories: true)
            let lines = (0..<120).map { index in
                "{\"time\": \(1_800_000_000 + index), \"tokens\": \(change(lengths[index % lengths.count])), "
                    + "\"language\": \"\(languages[index % languages.count])\", \"seconds\": 0.01}\n"
            }
            try workshop.write(lines.joined(), to: folder + "/requests-00001-1-000001.jsonl")
        }
        try write("quiet") { $0 }
        let model = ["--model", workshop.path + "/run"]
        let quiet = try workshop.succeed(["monitor", workshop.path + "/quiet", "--json"] + model)
        let findings = try JSONValue(parsing: Array(quiet.output.utf8))
        #expect(findings["requests"] == 120 && findings["alarms"]?.array?.isEmpty == true)
        #expect(try workshop.text("quiet/monitor.html").contains("No alarm"))
        try write("loud") { $0 * 3 }
        let loud = try workshop.lockstep(["monitor", workshop.path + "/loud"] + model)
        #expect(loud.status == 1)
        #expect(loud.errors.contains("alarm: lengths of inputs differ from training"), "\(loud.errors)")
        #expect(try workshop.text("loud/monitor.prom").contains("{signal=\"input_length\"} 1"))
        let missing = try workshop.lockstep(["monitor", workshop.path + "/loud"])
        #expect(missing.status == 1 && missing.errors.contains("monitoring.json is missing"))
    }

    @Test("an export for Azure names what it was made of, and its job the number of its ranks")
    func azure() throws {
        let workshop = try Workshop()
        try workshop.train(
            "My run", ["max_steps": "1", "validation_file": workshop.path + "/validation.jsonl"])
        let run = workshop.path + "/My run"
        let cluster = Self.root.path + "/cluster-configs/azureml.yaml"
        let words = ["export", "--format", "azureml", run, "--output_dir", workshop.path + "/azure"]
        try workshop.succeed(words + ["--cluster", cluster])
        let names = try workshop.names("azure")
        for name in [
            "deployment.yml", "endpoint.yml", "environment.yml", "job.yml", "model.yml", "monitor.yml",
        ] {
            #expect(names.contains(name), "\(names)")
        }
        let job = try workshop.text("azure/job.yml")
        #expect(job.contains("LOCKSTEP_EXPECTED_RANKS: \"8\"") && job.contains("azureml:my-run-env:1"))
        #expect(try workshop.text("azure/monitor.yml").contains("normalized_wasserstein_distance"))
        #expect(try workshop.names("azure/environment/program").contains("lockstep"))
        let again = try workshop.lockstep(words + ["--cluster", cluster])
        #expect(again.status != 0 && again.errors.contains("--replace_output_dir"), "\(again.errors)")
        let without = try workshop.lockstep(words)
        #expect(without.status != 0 && without.errors.contains("--cluster"))
    }

    @Test("a job that starts with another number of ranks than declared is refused")
    func ranks() throws {
        try DeclaredRanks.check(nil, found: 3)
        try DeclaredRanks.check("3", found: 3)
        #expect(throws: DeclaredRanks.Mismatch.otherCount(declared: 8, found: 3)) {
            try DeclaredRanks.check("8", found: 3)
        }
        #expect(throws: DeclaredRanks.Mismatch.noCount("many")) { try DeclaredRanks.check("many", found: 1) }
    }
}
