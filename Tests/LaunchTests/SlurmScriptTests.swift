// The batch script's behaviour on signals and after a requeue, with stand-ins for mpirun and scontrol.
import Foundation
import Testing

@Suite struct SlurmScriptTests {
    @Test("USR1 reaches the ranks, and a run that saved on request goes back into the queue")
    func requeuesAfterSaving() throws {
        let copy = try Self.copy(afterSignal: 85)
        let result = try Self.runAndSignal(copy)
        #expect(result.output.contains("script ended with 0\n"), "\(result)")
        #expect(try String(contentsOfFile: copy.path("scontrol-calls"), encoding: .utf8) == "requeue 4711\n")
    }

    @Test("A job that is asked to end saves, is not queued again, and says how to go on")
    func endsOnTerm() throws {
        let copy = try Self.copy(afterSignal: 85)
        let result = try Self.runAndSignal(copy, signal: "TERM")
        #expect(result.output.contains("script ended with 85\n"), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: copy.path("scontrol-calls")))
        let command =
            "sbatch launch/slurm.sbatch launch/recipes/sentiment.yaml --resume_from_checkpoint auto\n"
        #expect(result.errors.hasSuffix("if there is one: " + command), "\(result)")
    }

    @Test("Any other code is handed on and nothing is queued", arguments: [0, 1, 137])
    func handsOnOtherCodes(code: Int) throws {
        let copy = try Self.copy(afterSignal: code)
        let result = try Self.runAndSignal(copy)
        #expect(result.output.contains("script ended with \(code)\n"), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: copy.path("scontrol-calls")))
    }

    @Test("Only a job that was queued before resumes from its newest checkpoint")
    func resumesAfterRequeue() throws {
        let copy = try ScriptCopy()
        let words = [
            copy.path("launch/slurm.sbatch"), "--dry-run", copy.path("launch/recipes/sentiment.yaml"),
        ]
        let first = try run(
            words, environment: ["SLURM_RESTART_COUNT": "0", "SLURM_SUBMIT_DIR": copy.root.path])
        #expect(first.status == 0, "\(first)")
        #expect(!first.output.contains("resume_from_checkpoint"))
        let second = try run(
            words, environment: ["SLURM_RESTART_COUNT": "1", "SLURM_SUBMIT_DIR": copy.root.path])
        #expect(second.output.hasSuffix(" --resume_from_checkpoint auto\n"), "\(second)")
    }

    @Test("A command that saves nothing starts again, and is not disturbed when the time limit is near")
    func otherCommands() throws {
        let copy = try Self.copy(afterSignal: 0)
        let again = try run(
            [copy.path("launch/slurm.sbatch"), "--dry-run", "evaluate", "--validation_file", "x.csv"],
            environment: ["SLURM_RESTART_COUNT": "1", "SLURM_SUBMIT_DIR": copy.root.path])
        #expect(again.output.hasSuffix("/lockstep evaluate --validation_file x.csv\n"), "\(again)")
        try copy.addProgram("mpirun", "trap 'exit 9' USR1; touch '\(copy.path("ready"))'; sleep 1; exit 0")
        let result = try Self.runAndSignal(copy, command: "evaluate")
        #expect(result.errors.contains("evaluate has nothing to save: it goes on"), "\(result)")
        #expect(result.output.contains("script ended with 0\n"), "\(result)")
    }

    @Test("In a job array %a is the number of the task")
    func arrays() throws {
        let copy = try ScriptCopy()
        let words = [
            copy.path("launch/slurm.sbatch"), "--dry-run", copy.path("launch/recipes/sentiment.yaml"),
            "--seed",
            "%a", "--output_dir", "runs/seed-%a",
        ]
        var environment = ["SLURM_SUBMIT_DIR": copy.root.path, "SLURM_ARRAY_TASK_ID": "7"]
        let task = try run(words, environment: environment)
        #expect(task.output.hasSuffix(" --seed 7 --output_dir runs/seed-7\n"), "\(task)")
        environment["SLURM_ARRAY_TASK_ID"] = ""
        #expect(
            try run(words, environment: environment).output.hasSuffix(
                " --seed %a --output_dir runs/seed-%a\n"))
    }

    @Test("A job that was not submitted from the checkout says so")
    func needsCheckout() throws {
        let copy = try ScriptCopy()
        let result = try run(
            [copy.path("launch/slurm.sbatch"), "x"], environment: ["SLURM_SUBMIT_DIR": "/nowhere"])
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.contains("Call sbatch in the folder of the checkout."))
    }

    /// A copy whose mpirun waits for USR1, takes a moment as a checkpoint would, and then ends with that
    /// code.
    private static func copy(afterSignal code: Int) throws -> ScriptCopy {
        let copy = try ScriptCopy()
        try copy.addProgram("lockstep", "exit 0")
        try copy.addProgram("scontrol", "echo \"$*\" >>'\(copy.path("scontrol-calls"))'")
        try copy.addProgram(
            "mpirun",
            """
            trap 'sleep 0.3; exit \(code)' USR1
            touch '\(copy.path("ready"))'
            for ((i = 0; i < 600; i++)); do sleep 0.1; done
            """)
        return copy
    }

    /// Starts the script, sends it USR1 when mpirun runs, and prints its code. Threads of a Swift program may
    /// block signals, and a child inherits that; Slurm's do not, so python3 unblocks them first.
    private static func runAndSignal(
        _ copy: ScriptCopy, command: String = "launch/recipes/sentiment.yaml", signal: String = "USR1"
    ) throws -> CommandResult {
        let unblock = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execv("/bin/bash", ["bash", "-euo", "pipefail", "-c", sys.argv[1]])
            """
        let script = """
            launch/slurm.sbatch \(command) &
            script=$!
            until [[ -e ready ]]; do sleep 0.02; done
            kill -\(signal) "$script"
            code=0
            wait "$script" || code=$?
            echo "script ended with $code"
            """
        return try run(
            ["/usr/bin/env", "python3", "-c", unblock, script],
            environment: [
                "PATH": copy.searchPath, "SLURM_JOB_ID": "4711", "SLURM_SUBMIT_DIR": copy.root.path,
                "LOCKSTEP_BINARY": copy.programs.appendingPathComponent("lockstep").path,
            ], in: copy.root)
    }
}
