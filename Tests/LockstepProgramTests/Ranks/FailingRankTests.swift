// One error ends the whole job, and is printed once.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct FailingRankTests {
    /// A script that every rank runs; `commands` may look at `$OMPI_COMM_WORLD_RANK` and use `lockstep`.
    private func job(_ workshop: Workshop, ranks: Int, _ commands: String) throws -> JobOutcome {
        let script = try workshop.write(
            "#!/bin/bash\nlockstep='\(Workshop.program)'\n\(commands)\n", to: "rank.sh")
        // The job must end by itself: start, a second in which rank 0 may speak first, and the launcher's own
        // end.
        return try MPIRun.run(ranks: ranks, executable: "bash", arguments: [script], timeoutSeconds: 30)
    }

    /// Lines that name a rank and an error.
    private func errorLines(_ outcome: JobOutcome) -> [Substring] {
        outcome.errors.split(separator: "\n").filter { $0.contains("error: ") }
    }

    private var host: String { ProcessInfo.processInfo.hostName }

    @Test("what all ranks find wrong is printed once", arguments: ["key", "model", "row", "metric"])
    func common(mistake: String) throws {
        let workshop = try Workshop()
        let bad = try workshop.write(ToyRow.rows(4).jsonLines + "[]\n", to: "bad.jsonl")
        let cases: [String: (keys: KeyValuePairs<String, String?>, message: String)] = [
            "key": (["sed": "1"], "sed is not a known key. Did you mean seed?"),
            "model": (["model_name_or_path": "/nowhere"], "/nowhere: there is no such directory;"),
            "row": (["train_file": bad], "\(bad):5: expected a JSON object"),
            "metric": (
                [
                    "metric_for_best_model": "x", "eval_strategy": "epoch",
                    "validation_file": workshop.path + "/validation.jsonl",
                ], "metric_for_best_model: the evaluation has no \"x\""
            ),
        ]
        let (keys, message) = try #require(cases[mistake])
        let outcome = try workshop.lockstep(
            ["train", workshop.recipe(output: "run", keys)], ranks: 3, seconds: 30)
        #expect(outcome.status == 1)
        let lines = errorLines(outcome)
        #expect(lines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").last == lines.last, "\(outcome.errors)")
        #expect(lines.first?.hasPrefix("[rank 0 on \(host)] error: ") == true)
        #expect(lines.first?.contains(message) == true)
        #expect(try workshop.names("run").isEmpty)
    }

    @Test("a row that only rank 1 finds broken ends the job, with rank and host")
    func oneRank() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["per_device_train_batch_size": "4"])
        let bad = try workshop.write(ToyRow.rows(40).jsonLines + "{\"text\"\n", to: "bad.jsonl")
        let outcome = try job(
            workshop, ranks: 3,
            """
            if [[ $OMPI_COMM_WORLD_RANK == 1 ]]; then exec "$lockstep" train '\(recipe)' --train_file '\(bad)'; fi
            exec "$lockstep" train '\(recipe)'
            """)
        #expect(outcome.status == 1)
        let lines = errorLines(outcome)
        #expect(lines.count == 1, "\(outcome.errors)")
        #expect(lines.first?.hasPrefix("[rank 1 on \(host)] error: \(bad):41, column 8: ") == true)
        #expect(try workshop.names("run").isEmpty)
    }

    @Test("a checkpoint that cannot be written in mid-run ends the job and leaves the earlier files whole")
    func fullDisk() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(
            output: "run",
            [
                "per_device_train_batch_size": "6", "max_steps": "1000000", "save_strategy": "steps",
                "save_steps": "20",
            ])
        // A file may have at most 64 KiB, less than the model; the signal is ignored, so that the write
        // fails.
        let outcome = try job(
            workshop, ranks: 2,
            """
            trap '' XFSZ
            if [[ $OMPI_COMM_WORLD_RANK == 0 ]]; then ulimit -f 64; fi
            export OMPI_MCA_btl=self,tcp
            exec "$lockstep" train '\(recipe)'
            """)
        #expect(outcome.status == 74)
        let lines = errorLines(outcome)
        #expect(lines.count == 1, "\(outcome.errors)")
        let message = "[rank 0 on \(host)] error: \(workshop.path)/run/"
        #expect(lines.first?.hasPrefix(message) == true)
        #expect(lines.first?.contains("cannot be written: File too large. Check") == true, "\(lines)")
        #expect(try workshop.names("run") == ["job.json", "metrics.jsonl", "recipe.yaml", "versions.json"])
        let record = try workshop.json("run/job.json")
        #expect(record["failure"]?["kind"]?.string == "storage")
        #expect(record["failure"]?["exit_code"]?.integer == 74)
        #expect(record["failure"]?["place"]?.string == "rank 0 on \(host)")
        #expect(try #require(lines.first).contains(record["failure"]?["message"]?.string ?? "none"))
        // Steps go on beside the writing.
        #expect(try workshop.records("run").count >= 20)
    }

    @Test("a rank that is killed takes the job with it")
    func killedRank() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(
            output: "run", ["per_device_train_batch_size": "6", "max_steps": "1000000"])
        let outcome = try job(
            workshop, ranks: 2,
            """
            if [[ $OMPI_COMM_WORLD_RANK == 1 ]]; then
                until grep -qs '"step": 30,' '\(workshop.path)/run/metrics.jsonl'; do sleep 0.05; done &&
                    kill -KILL $$ &
            fi
            exec "$lockstep" train '\(recipe)'
            """)
        #expect(outcome.status == 128 + SIGKILL)
        #expect(outcome.errors.contains("exited on signal 9 (Killed)"), "\(outcome.errors)")
        // The lock of a rank that is killed stays, and locks nothing.
        let names = try workshop.names("run").filter { $0 != ".lock" }
        #expect(names == ["job.json", "metrics.jsonl", "recipe.yaml", "versions.json"])
        let record = try workshop.json("run/job.json")
        #expect(try #require(record["step"]?.integer) >= 30)
        #expect(record["hosts"] == [["name": .string(host), "ranks": 2]])
        #expect(record["failure"] == nil)
    }
}
