// A trained model for Azure Machine Learning, and jobs that declare their ranks.

import Foundation
import JSON
import Lockstep
import TestSupport
import Testing

@Suite(.serialized) struct WatchedModelTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

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
            "deployment.yml", "endpoint.yml", "environment.yml", "job.yml", "model.yml",
        ] {
            #expect(names.contains(name), "\(names)")
        }
        let job = try workshop.text("azure/job.yml")
        #expect(job.contains("LOCKSTEP_EXPECTED_RANKS: \"8\"") && job.contains("azureml:my-run-env:1"))
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
