// Jobs that stall, are told to end through a launch script, or run out of memory: named, saved, said.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct StallTests {
    private var host: String { ProcessInfo.processInfo.hostName }

    private func recipe(_ workshop: Workshop) throws -> String {
        try workshop.recipe(
            output: "run",
            [
                "max_steps": "1000000", "save_strategy": "steps", "save_steps": "3", "save_total_limit": "2",
                "ddp_timeout": "4", "per_device_train_batch_size": "4",
            ])
    }

    private func hasCheckpoint(_ workshop: Workshop) throws -> Bool {
        try workshop.names("run").contains { $0.hasPrefix("checkpoint-") }
    }

    @Test("a stopped rank is named by one that waits, and the job ends within its limit and two seconds")
    func stopped() throws {
        let workshop = try Workshop()
        let job = try LiveJob(workshop, ranks: 4, ["train", recipe(workshop)])
        try job.wait(for: "a checkpoint") { try hasCheckpoint(workshop) }
        // Where a rank is, it tells four times a second: it must have told of a step.
        Thread.sleep(forTimeInterval: 1)
        try job.send(SIGSTOP, toRank: 2)
        let start = Date()
        #expect(try job.end() == 75)
        // mpirun takes up to 4 s to end the ranks.
        #expect(Date().timeIntervalSince(start) < 4 + 2 + 4)
        let lines = try workshop.text("live.log").split(separator: "\n").filter { $0.contains("has waited") }
        let name = ": rank 2 on \(host) has not run for "
        #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(name) }, "\(lines)")
        #expect(lines.first?.contains("(stopped, or without a core), last in step ") == true, "\(lines)")
        let log = try workshop.text("live.log")
        #expect(log.contains("error: gave up after "), "\(log)")
    }

    @Test("TERM to launch/local in the middle of a step: the step is saved, and the command goes on")
    func launchScript() throws {
        let workshop = try Workshop()
        let script =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path + "/launch/local"
        let job = try LiveJob(workshop, command: [script, "2", recipe(workshop)])
        try job.wait(for: "a checkpoint") { try hasCheckpoint(workshop) }
        #expect(try job.end(by: SIGTERM) == 85)
        let log = try workshop.text("live.log")
        let step = try #require(try workshop.values("run", "step").last)
        #expect(log.contains("local: asked to stop (TERM)"), "\(log)")
        #expect(log.contains("stopped on request after step \(Int(step)), which is saved"), "\(log)")
        #expect(try workshop.names("run").contains("checkpoint-\(Int(step))"))
        let command = "\(script) 2 \(workshop.path)/run.yaml --resume_from_checkpoint auto\n"
        #expect(log.hasSuffix("go on from the newest checkpoint, if there is one: " + command), "\(log)")
    }

    @Test("a request while rows are read ends the job with nothing to save, or saves the step that had begun")
    func early() throws {
        let workshop = try Workshop()
        let rows = try workshop.write(
            String(repeating: ToyRow.rows(100).jsonLines, count: 2_000), to: "many.jsonl")
        let job = try LiveJob(workshop, ranks: 2, ["train", recipe(workshop), "--train_file", rows])
        try job.wait(for: "both ranks to listen") { try job.listeningRankCount() == 2 }
        #expect(try job.end(by: SIGUSR1) == 85)
        let log = try workshop.text("live.log")
        let isEarly = log.contains("before the first step: nothing had to be saved; start again with: ")
        #expect(try isEarly != hasCheckpoint(workshop), "\(log)")
        #expect(isEarly || log.contains(", which is saved; go on with "), "\(log)")
        #expect(log.components(separatedBy: "stopped on request").count == 2, "\(log)")
    }

    @Test("TERM to mpirun says what may be lost and how to go on")
    func told() throws {
        let workshop = try Workshop()
        let job = try LiveJob(workshop, ranks: 2, ["train", recipe(workshop)])
        try job.wait(for: "a checkpoint") { try hasCheckpoint(workshop) }
        #expect(try job.end(by: SIGTERM) != 0)
        let log = try workshop.text("live.log")
        #expect(log.contains("told to end (SIGTERM) in step "), "\(log)")
        #expect(log.contains(" is on the disk. Go on with: "), "\(log)")
    }

    @Test("under ulimit -v a run works or says what the limit is and what makes it smaller")
    func addressSpace() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["max_steps": "2", "overwrite_output_dir": "true"])
        var sentences = 0
        for mebibytes in stride(from: 110, through: 400, by: 15) {
            let run = try MPIRun.run(
                [
                    "bash", "-c", "ulimit -v \(mebibytes << 10); exec \"$@\"", "bash", Workshop.program,
                    "train",
                    recipe,
                ], timeoutSeconds: 60)
            if run.status == 0 { break }
            // Below that the loader finds no room for the program's libraries, and says so.
            if run.status == 127 { continue }
            let isSaid = [
                "MiB that ulimit -v allows", "of ulimit -v are", "is reached (ulimit -u, ulimit -v,",
            ].contains { run.errors.contains($0) }
            #expect(run.status == 71 && isSaid, "\(mebibytes) MiB: \(run)")
            sentences += 1
        }
        #expect(sentences > 0)
    }
}
