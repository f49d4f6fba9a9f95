// What holds for every launch script: it parses, explains itself, and a dry run changes nothing.
import Foundation
import Testing

@Suite struct ScriptConventionTests {
    @Test("A script parses, is executable and runs in strict mode", arguments: Checkout.scripts + [".ci/run"])
    func isStrict(script: String) throws {
        #expect(FileManager.default.isExecutableFile(atPath: Checkout.path(script)))
        let parsed = try run(["/bin/bash", "-n", Checkout.path(script)])
        #expect(parsed.status == 0, "\(parsed)")
        let text = try Checkout.text(script)
        #expect(text.hasPrefix("#!/usr/bin/env bash\n"))
        #expect(text.contains("\nset -euo pipefail\n"))
    }

    @Test(
        "A script holds no user's folder",
        arguments: Checkout.scripts + [".ci/run", "launch/common.sh", "launch/job.sh"])
    func holdsNoUserPath(script: String) throws {
        let text = try Checkout.text(script)
        for folder in ["/home/", "/root/", "/Users/", "/work/", "/opt/"] { #expect(!text.contains(folder)) }
    }

    @Test("--help prints the usage and every option that the script knows", arguments: Checkout.scripts)
    func explainsItself(script: String) throws {
        let help = try run([Checkout.path(script), "--help"])
        #expect(help.status == 0, "\(help)")
        #expect(help.errors.isEmpty)
        #expect(help.output.contains(script))
        let cases = try Checkout.text(script).matches(of: /(?m)^ +(--[a-z-]+)(?: \| (--[a-z-]+))*\)/)
        for known in cases { #expect(help.output.contains(known.1), "\(known.1) is not in the help") }
        #expect(cases.contains { $0.1 == "--dry-run" })
        #expect(!help.output.contains("set -e"))
    }

    @Test("An unknown option ends with code 64 and points to the help", arguments: Checkout.scripts)
    func refusesUnknownOptions(script: String) throws {
        let result = try run([Checkout.path(script), "--surprise"])
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.contains("--help"))
    }

    @Test(
        "A dry run says what would be done",
        arguments: [
            (
                ["launch/quickstart"],
                ["mpirun -np 2 ", " train launch/recipes/sentiment.yaml", " evaluate ", " predict "]
            ),
            (["launch/quickstart", "--ranks", "1"], ["mpirun -np 1 "]),
            (
                ["launch/check"],
                ["swift format lint --strict", "shellcheck", "launch/common.sh", "docc convert"]
            ),
            (
                ["launch/test"],
                [
                    "launch/check", "swift test -c release --disable-testable-imports --filter",
                    "swift test -c release --disable-testable-imports --skip-build",
                ]
            ),
            (
                ["launch/test", "--peers"],
                ["swift build -c release --product lockstep", "bin/python Tests/TelemetryPeers/run.py "]
            ),
            (
                ["launch/local", "2", Self.recipe, "--seed", "7"],
                ["mpirun -np 2 ", "sentiment.yaml --seed 7 </dev/null"]
            ),
            (
                ["launch/supervise", "--restarts", "3", "--", "launch/local", "2", Self.recipe],
                ["lockstep supervise --restarts 3 -- launch/local 2 ", "sentiment.yaml </dev/null"]
            ),
            (["launch/slurm.sbatch", Self.recipe], ["mpirun -x OMP_NUM_THREADS", "/lockstep train "]),
            (
                ["launch/slurm.sbatch", "--launcher", "srun", Self.recipe, "--seed", "7"],
                ["srun --mpi=pmix", " --seed 7"]
            ),
            (["launch/batch-job", "--resumable", "mpirun", "-np", "2", "x"], ["mpirun -np 2 x"]),
            (["launch/slurm.sbatch", "train", Self.recipe], [" train \(Self.recipe)"]),
            (
                ["launch/hosts-on-one-machine", "up", "3", "--rate", "1gbit"],
                ["lockstep1 to lockstep3", "1gbit"]
            ),
            (
                ["launch/hosts-on-one-machine", "mpirun", "-np", "2", "true"],
                ["--hostfile", "plm_rsh_agent"]
            ),
            (["launch/hosts-on-one-machine", "down"], ["remove"]),
            (
                ["launch/benchmark", "--peer", "/venv", "--only", "gpt2-bf16", "--only", "sentiment"],
                [
                    "gpt2-bf16 peer: env ", "/venv/bin/python",
                    "peer/step.py --model gpt2 --dtype bf16 --batch 8",
                    "gpt2-bf16 ours: ", "lockstep bench step --model gpt2", "sentiment-fp32 peer: env ",
                    "/venv/bin/torchrun --nproc_per_node 2",
                    "sentiment-bf16 ours: env OMP_NUM_THREADS=1 mpirun -np 2",
                ]
            ),
            (
                ["launch/package"],
                ["swift build ", " --static-swift-stdlib", "dpkg-shlibdeps", "dpkg-deb ", "tar -C "]
            ),
            (["launch/benchmark", "--only", "allreduce"], ["bench allreduce --mebibytes 420"]),
        ])
    func dryRunPrints(words: [String], promised: [String]) throws {
        let withOption = [Checkout.path(words[0]), "--dry-run"] + words.dropFirst()
        let result = try run(withOption)
        #expect(result.status == 0, "\(result)")
        for text in promised { #expect(result.output.contains(text), "\(text) is missing in \(result)") }
    }

    static let recipe = Checkout.path("launch/recipes/sentiment.yaml")
}
