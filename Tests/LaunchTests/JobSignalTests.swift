// What a launch script does about signals, a launcher that hangs and a job that was lost, with a stand-in
// for mpirun.
import Foundation
import Testing

@Suite struct JobSignalTests {
    private static let recipe = "launch/recipes/sentiment.yaml"

    @Test(
        "A first signal asks the ranks to save, and the last line starts the job again",
        arguments: ["INT", "TERM", "HUP"])
    func asksToSave(signal: String) throws {
        let copy = try Self.copy(
            mpirun: "trap 'echo asked; sleep 0.2; exit 85' USR1; trap 'exit 1' INT TERM HUP")
        let words = [Self.recipe, "--overwrite_output_dir", "true", "--seed", "7"]
        let result = try Self.signal(copy, words, [signal])
        #expect(result.output == "asked\nended with 85\n", "\(result)")
        #expect(
            result.errors.contains(
                "local: asked to stop (\(signal)): the ranks finish their step, save and leave"))
        let command = "launch/local 2 \(Self.recipe) --seed 7 --resume_from_checkpoint auto\n"
        #expect(result.errors.hasSuffix("if there is one: " + command), "\(result)")
    }

    @Test("A second signal ends the job at once, and says what is lost")
    func endsAtOnce() throws {
        let copy = try Self.copy(mpirun: "trap 'echo asked' USR1; trap 'exit 143' TERM")
        let result = try Self.signal(copy, [Self.recipe], ["INT", "INT"])
        #expect(result.output == "ended with 143\n", "\(result)")
        #expect(result.errors.contains("what came after the last checkpoint is lost"))
        #expect(result.errors.contains("local: ended at once, as asked (code 143)"))
    }

    @Test("A command that saves nothing is ended by the first signal")
    func nothingToSave() throws {
        let copy = try Self.copy(mpirun: "trap 'echo asked' USR1; trap 'exit 143' TERM")
        let result = try Self.signal(copy, ["evaluate"], ["USR1", "TERM"])
        #expect(result.output == "ended with 143\n", "\(result)")
        #expect(result.errors.contains("local: evaluate has nothing to save: it goes on"))
        #expect(!result.errors.contains("go on from the newest checkpoint"))
    }

    @Test("A launcher that hangs after its last rank is ended by force, and so is one that ignores the end")
    func hangs() throws {
        let sleeping = "exec python3 -c 'import time; time.sleep(60)'"
        let copy = try Self.copy(mpirun: "sleep 1.5; touch ready; \(sleeping)")
        try Self.hasten(copy)
        let alone = try Self.signal(copy, [Self.recipe], [])
        #expect(alone.output == "ended with 137\n", "\(alone)")
        #expect(
            alone.errors.contains("local: the launcher has no process and did not end in 15 s"),
            "\(alone)")
        #expect(alone.errors.contains("local: ended by force (code 137)\n"), "\(alone)")
        let deaf = try Self.copy(mpirun: "trap '' USR1 TERM; sleep 60 &")
        try Self.hasten(deaf)
        let ended = try Self.signal(deaf, [Self.recipe], ["TERM", "TERM"])
        #expect(ended.output == "ended with 137\n", "\(ended)")
        #expect(
            ended.errors.contains("local: the job did not end in 10 s, and is ended by force"), "\(ended)")
    }

    @Test(
        "A job that was lost says why, as far as its code tells, and how to go on",
        arguments: [
            (75, "a rank stalled"),
            (71, "the memory did not suffice (code 71); lower per_device_train_batch_size"),
            (205, "a host was lost"), (137, "ended by signal 9 (code 137), most likely by the memory limit"),
            (139, "ended by signal 11"),
        ])
    func lost(code: Int, reason: String) throws {
        let copy = try Self.copy(mpirun: "exit \(code)")
        let result = try Self.signal(copy, [Self.recipe], [])
        #expect(result.output == "ended with \(code)\n")
        #expect(result.errors.contains(reason), "\(result)")
        #expect(
            result.errors.hasSuffix("launch/local 2 \(Self.recipe) --resume_from_checkpoint auto\n"),
            "\(result)")
    }

    @Test("A wrong recipe is no reason to go on", arguments: [0, 1, 64])
    func plainEnd(code: Int) throws {
        let copy = try Self.copy(mpirun: "exit \(code)")
        let result = try Self.signal(copy, [Self.recipe, "--resume_from_checkpoint", "auto"], [])
        #expect(result.output == "ended with \(code)\n")
        #expect(!result.errors.contains("go on"), "\(result)")
    }

    /// A copy whose mpirun does this and then waits for a minute.
    private static func copy(mpirun script: String) throws -> ScriptCopy {
        let copy = try ScriptCopy()
        try copy.addProgram("lockstep", "exit 0")
        try copy.addProgram(
            "mpirun",
            script
                + "\ntouch '\(copy.path("ready"))'\n"
                + "for ((i = 0; i < 600; i++)); do sleep 0.1; done"
        )
        return copy
    }

    /// Lets the bounds of the copy's scripts come ten times as early.
    private static func hasten(_ copy: ScriptCopy) throws {
        let path = copy.path("launch/job.sh")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacing("while sleep 3; do", with: "while sleep 0.3; do").replacing(
            "    sleep \"$1\"\n", with: "    sleep 1\n"
        ).write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Starts launch/local on two ranks, sends it these signals once mpirun runs, and prints its code.
    /// Threads of a Swift program may block signals, and a child inherits that: python3 unblocks them first.
    private static func signal(
        _ copy: ScriptCopy, _ words: [String], _ signals: [String]
    ) throws -> CommandResult {
        let unblock = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            for number in (signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_DFL)
            os.execv("/bin/bash", ["bash", "-euo", "pipefail", "-c", sys.argv[1]])
            """
        // With job control the script's SIGINT is not ignored, as that of a plain background job is.
        let script = """
            set -m
            launch/local 2 \(words.joined(separator: " ")) &
            set +m
            script=$!
            until [[ -e ready ]] || ! kill -0 "$script" 2>/dev/null; do sleep 0.02; done
            for signal in \(signals.joined(separator: " ")); do kill -"$signal" "$script"; sleep 0.3; done
            code=0
            wait "$script" || code=$?
            echo "ended with $code"
            """
        return try run(
            ["/usr/bin/env", "python3", "-c", unblock, script],
            environment: [
                "PATH": copy.searchPath,
                "LOCKSTEP_BINARY": copy.programs.appendingPathComponent("lockstep").path,
            ], in: copy.root)
    }
}
