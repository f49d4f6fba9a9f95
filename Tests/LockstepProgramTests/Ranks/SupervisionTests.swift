// A supervised run that is killed goes on to the weights of one that was not, and what would fail again
// ends it.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct SupervisionTests {
    private static let local = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("launch/local").path

    private static let schedule: KeyValuePairs<String, String?> = [
        "per_device_train_batch_size": "6", "max_steps": "120", "save_strategy": "steps", "save_steps": "3",
        "save_total_limit": "2",
    ]

    /// The variables of a supervision. Its ranks run `commands` first, which may look at
    /// `$OMPI_COMM_WORLD_RANK` and `$run`, the folder of the run.
    private func environment(_ workshop: Workshop, _ commands: String) throws -> [String: String] {
        let script = try workshop.write(
            "#!/bin/bash\nrun='\(workshop.path)/run'\n\(commands)\nexec '\(Workshop.program)' \"$@\"\n",
            to: "rank.sh")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        try FileManager.default.createDirectory(
            atPath: workshop.path + "/tmp", withIntermediateDirectories: true)
        return [
            "LOCKSTEP_BINARY": script, "TMPDIR": workshop.path + "/tmp", "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        ]
    }

    private func command(_ recipe: String, ranks: Int, _ flags: [String] = []) -> [String] {
        [Workshop.program, "supervise", "--pause", "0.1", "--", Self.local, "\(ranks)", recipe] + flags
    }

    private func supervise(
        _ workshop: Workshop, _ recipe: String, ranks: Int = 2, flags: [String] = [], _ commands: String = ""
    ) throws -> JobOutcome {
        try MPIRun.run(
            command(recipe, ranks: ranks, flags), environment: environment(workshop, commands),
            timeoutSeconds: 120)
    }

    private func events(_ workshop: Workshop, _ name: String) throws -> [JSONValue] {
        try workshop.text("run/supervise.jsonl").split(separator: "\n").map { line in
            try JSONValue(parsing: Array(line.utf8))
        }.filter { $0["event"]?.string == name }
    }

    private func sharedMemory() throws -> Set<String> {
        Set(
            try FileManager.default.contentsOfDirectory(atPath: "/dev/shm").filter {
                $0.hasPrefix("vader_segment.")
            })
    }

    @Test(
        "after kill -9 of a rank or of mpirun the weights are those of an undisturbed run, and nothing is left over",
        arguments: ["rank 0", "rank 1", "mpirun"])
    func killed(victim: String) throws {
        let workshop = try Workshop()
        try workshop.train("whole", ranks: 2, Self.schedule)
        let recipe = try workshop.recipe(output: "run", Self.schedule)
        let before = try sharedMemory()
        let outcome = try supervise(
            workshop, recipe,
            """
            if [[ ! -e '\(workshop.path)/once' && $OMPI_COMM_WORLD_RANK == \(victim == "rank 0" ? 0 : 1) ]]; then
                until compgen -G "$run/checkpoint-*" >/dev/null; do sleep 0.01; done &&
                    touch '\(workshop.path)/once' && kill -KILL \(victim == "mpirun" ? "$PPID" : "$$") &
            fi
            """)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(FileManager.default.fileExists(atPath: workshop.path + "/once"))
        let jobs = try events(workshop, "job").compactMap { $0["exit_code"]?.integer }
        #expect(jobs == [137, 0], "\(outcome.errors)")
        #expect(outcome.errors.contains("resuming from \(workshop.path)/run/checkpoint-"))
        #expect(try workshop.bytes("run/model.safetensors") == workshop.bytes("whole/model.safetensors"))
        #expect(try workshop.records("run") == workshop.records("whole"))
        #expect(try workshop.names("run").allSatisfy { !$0.hasPrefix(".") && $0 != "job.json" })
        #expect(try workshop.names("tmp") == [])
        let name = ProcessInfo.processInfo.hostName
        #expect(try events(workshop, "running").last?["hosts"] == [.string(name)])
        // What other jobs have there now is not looked at: only what this one has cleared may be gone.
        for file in try events(workshop, "cleared").flatMap({ $0["files"]?.array ?? [] }) {
            #expect(!before.contains(file.string ?? ""))
            #expect(!FileManager.default.fileExists(atPath: "/dev/shm/" + (file.string ?? "?")))
        }
        if victim == "mpirun" { #expect(try !events(workshop, "cleared").isEmpty) }
    }

    @Test("a run that diverges is not started again")
    func diverges() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(
            output: "run", ["learning_rate": "1e30", "max_steps": "9", "lr_scheduler_type": "constant"])
        let outcome = try supervise(workshop, recipe)
        #expect(outcome.status == 65, "\(outcome.errors)")
        #expect(try events(workshop, "start").count == 1)
        let job = try #require(try events(workshop, "job").last?["message"]?.string)
        #expect(
            job.contains("(not_finite): the ") && job.contains(" is not a finite number at step "), "\(job)")
        #expect(try workshop.json("run/job.json")["failure"]?["kind"]?.string == "not_finite")
    }

    @Test("what is wrong with the recipe is said before a start, what is wrong with the model after one")
    func mistakes() throws {
        let workshop = try Workshop()
        let bad = try workshop.recipe(output: "run", ["sed": "1"])
        let recipe = try supervise(workshop, bad)
        #expect(recipe.status == 1 && recipe.errors.contains("sed is not a known key"), "\(recipe.errors)")
        #expect(try workshop.names("run") == [])
        let lost = try workshop.recipe(output: "run", ["model_name_or_path": "/nowhere"])
        let model = try supervise(workshop, lost)
        #expect(
            model.status == 1 && model.errors.contains("no restart: it would fail again"), "\(model.errors)")
        #expect(try events(workshop, "start").count == 1)
        let command = try MPIRun.run(
            [Workshop.program, "supervise", "--", Self.local, "2", "evaluate", "x"], timeoutSeconds: 60)
        #expect(
            command.status == 64 && command.errors.contains("only train has checkpoints"), "\(command.errors)"
        )
    }

    @Test("a step that fails twice in a row ends the supervision, with the code of the job")
    func sameStep() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", [:])
        let outcome = try supervise(
            workshop, recipe, ranks: 1,
            """
            printf '{"started": "%s", "process": %s, "step": 6, "hosts": [{"name": "a", "ranks": 1}]}' \
                "$(date +%s%N)" $$ >"$run/job.json"
            kill -SEGV $$
            """)
        #expect(outcome.status == 139, "\(outcome.errors)")
        #expect(try events(workshop, "start").count == 2)
        #expect(
            outcome.errors.contains("no restart: step 7 failed 2 times in a row, so that it is no accident"))
    }

    @Test("a job that saves because it was asked to is not started again, and its code is handed on")
    func saved() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(
            output: "run", ["max_steps": "1000000", "per_device_train_batch_size": "6"])
        let job = try LiveJob(
            workshop, command: command(recipe, ranks: 2), variables: environment(workshop, ""))
        try job.wait(for: "step 20") {
            try workshop.names("run").contains("metrics.jsonl")
                && workshop.records("run").count >= 20
        }
        #expect(try job.end(by: SIGUSR1) == 85)
        #expect(try events(workshop, "start").count == 1)
        #expect(try workshop.names("run").contains { $0.hasPrefix("checkpoint-") })
        #expect(try workshop.names("run").allSatisfy { !$0.hasPrefix(".") && $0 != "job.json" })
    }
}
