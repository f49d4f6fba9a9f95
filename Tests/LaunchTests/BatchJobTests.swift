// The script that jobs of PBS, LSF and Kubernetes run in: signals, the queue, restarts and arrays, with
// stand-ins for mpirun and qrerun.
import Foundation
import Testing

@Suite struct BatchJobTests {
    @Test(
        "what asks the job to leave becomes USR1, and its code is handed on",
        arguments: ["USR1", "TERM", "INT"], [0, 1, 85])
    func asksToSave(signal: String, code: Int) throws {
        let copy = try Self.copy(onSignal: "USR1", code: code)
        let result = try Self.run(copy, "kill -\(signal) $job")
        #expect(result.output.contains("batch-job: asked to save and leave\n"), "\(result)")
        #expect(result.output.contains("ended with \(code)\n"), "\(result)")
    }

    @Test("a second TERM ends a job that does not leave, and the first one that has nothing to save")
    func secondSignal() throws {
        let slow = try Self.copy(onSignal: "TERM", code: 143)
        let twice = try Self.run(slow, "kill -TERM $job; sleep 0.2; kill -TERM $job")
        #expect(twice.output.contains("ended with 143\n"), "\(twice)")
        let once = try Self.run(slow, "kill -TERM $job", options: "")
        #expect(once.output.contains("ended with 143\n") && !once.output.contains("save"), "\(once)")
    }

    @Test("a command with nothing to save is not disturbed when the time limit is near")
    func nothingToSave() throws {
        let copy = try Self.copy(onSignal: "USR1", code: 9, seconds: 1)
        let result = try Self.run(copy, "kill -USR1 $job", options: "")
        #expect(result.output.contains("the command has nothing to save: it goes on\n"), "\(result)")
        #expect(result.output.contains("ended with 0\n"), "\(result)")
    }

    @Test("where the scheduler sends no signal, the script asks in time, and its timer ends with the job")
    func timer() throws {
        let copy = try Self.copy(onSignal: "USR1", code: 85)
        let result = try Self.run(copy, "true", options: "--resumable --save-after 1")
        #expect(result.output.contains("ended with 85\n"), "\(result)")
        let short = try Self.copy(onSignal: "USR1", code: 9, seconds: 0)
        let quick = try Self.run(
            short, "wait $job; pgrep -f '[s]leep 7654' && echo left", options: "--resumable --save-after 7654"
        )
        #expect(!quick.output.contains("left"), "\(quick)")
    }

    @Test("a job of PBS that saved goes back into the queue, or says how to go on")
    func requeues() throws {
        let copy = try Self.copy(onSignal: "USR1", code: 85)
        try copy.addProgram("qrerun", "echo \"qrerun $*\"")
        let environment = ["PBS_JOBID": "12.server"]
        let queued = try Self.run(copy, "kill -TERM $job", environment: environment)
        #expect(queued.output.contains("qrerun 12.server\n"), "\(queued)")
        // The same number again: it goes on.
        let again = try Self.dryRun(copy, environment)
        #expect(again.output.hasSuffix("x train r.yaml --resume_from_checkpoint auto\n"), "\(again)")
        try copy.addProgram("qrerun", "exit 1")
        let refused = try Self.run(copy, "kill -TERM $job", environment: environment)
        #expect(refused.errors.contains("submit it again, with the words --resume_from_checkpoint auto"))
        #expect(refused.output.contains("ended with 85\n"), "\(refused)")
        #expect(try !Self.dryRun(copy, environment).output.contains("resume"))
    }

    @Test("a job that ends leaves no record, and one that is killed goes on when it is started again")
    func records() throws {
        let copy = try Self.copy(onSignal: "USR1", code: 1)
        let environment = ["LSB_JOBID": "7", "LSB_JOBINDEX": "2"]
        _ = try Self.run(copy, "kill -USR1 $job", environment: environment)
        #expect(copy.names(in: ".").filter { $0.hasPrefix(".lockstep-job") } == [])
        _ = try Self.run(copy, "kill -KILL $job; kill -TERM -- -$(cat ready)", environment: environment)
        #expect(copy.names(in: ".").filter { $0.hasPrefix(".lockstep-job") } == [".lockstep-job-7-2"])
        #expect(try Self.dryRun(copy, environment).output.contains("--resume_from_checkpoint auto"))
        let other = try Self.dryRun(copy, ["LSB_JOBID": "7", "LSB_JOBINDEX": "3"])
        #expect(!other.output.contains("resume"), "\(other)")
    }

    @Test("in a job array %a is the number of the task, and alone it stays")
    func arrays() throws {
        let copy = try ScriptCopy()
        for (variables, seed) in [
            (["PBS_ARRAY_INDEX": "0"], "0"), (["LSB_JOBINDEX": "3"], "3"), (["LSB_JOBINDEX": "0"], "%a"),
        ] {
            let words = ["launch/batch-job", "--dry-run", "mpirun", "x", "--seed", "%a"].enumerated().map {
                $0.offset == 0 ? copy.path($0.element) : $0.element
            }
            let result = try LaunchTests.run(words, environment: variables)
            #expect(result.output.hasSuffix(" --seed \(seed)\n"), "\(result)")
        }
    }

    @Test("the image's ssh server is the one that manifests call")
    func image() throws {
        let server = try Checkout.text("cluster-configs/image/sshd_config")
        let client = try Checkout.text("cluster-configs/image/ssh_config")
        #expect(server.contains("\nPort 2222\n") && client.contains("\n    Port 2222\n"))
        #expect(server.contains("\nHostKey /home/mpiuser/.ssh/id_rsa\n"))
        let recipe = try Checkout.text("cluster-configs/image/Dockerfile")
        let copied = recipe.matches(of: #/(?m)^COPY (?:--chown=\S+ )?(cluster-configs\S+) /#).map {
            String($0.1)
        }
        #expect(copied.count == 2)
        for file in copied { #expect(FileManager.default.fileExists(atPath: Checkout.path(file)), "\(file)") }
        #expect(recipe.contains(" /home/mpiuser/.sshd_config\n") && recipe.contains("--uid 1000 mpiuser"))
        let apptainer = try Checkout.text("cluster-configs/image/lockstep.def")
        #expect(
            apptainer.contains("\nFrom: debian:bookworm-slim\n")
                && recipe.contains("FROM debian:bookworm-slim"))
    }

    /// A copy whose mpirun ends with that code on that signal, or by itself after `seconds`.
    private static func copy(onSignal signal: String, code: Int, seconds: Int = 60) throws -> ScriptCopy {
        let copy = try ScriptCopy()
        try copy.addProgram(
            "mpirun",
            """
            trap : USR1
            trap 'exit \(code)' \(signal)
            echo $$ >ready
            for ((i = 0; i < \(seconds * 20); i++)); do sleep 0.05; done
            """)
        return copy
    }

    private static func dryRun(_ copy: ScriptCopy, _ environment: [String: String]) throws -> CommandResult {
        try bash(
            "launch/batch-job --dry-run --resumable mpirun -np 2 x train r.yaml",
            environment: environment, in: copy.root)
    }

    /// Starts the script, acts when mpirun runs, and prints its code. Threads of a Swift program may block
    /// signals, and a child inherits that; a scheduler's do not, so python3 unblocks them first.
    private static func run(
        _ copy: ScriptCopy, _ action: String, options: String = "--resumable",
        environment: [String: String] = [:]
    ) throws -> CommandResult {
        let unblock = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execv("/bin/bash", ["bash", "-uo", "pipefail", "-c", sys.argv[1]])
            """
        let script = """
            set -m
            rm -f ready
            launch/batch-job \(options) mpirun -np 2 x train r.yaml &
            job=$!
            until [[ -s ready ]]; do sleep 0.02; done
            \(action)
            code=0
            wait "$job" || code=$?
            echo "ended with $code"
            """
        return try LaunchTests.run(
            ["/usr/bin/env", "python3", "-c", unblock, script],
            environment: environment.merging(["PATH": copy.searchPath]) { first, _ in first }, in: copy.root)
    }
}
