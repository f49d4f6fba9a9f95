// launch/local and launch/cluster: the command that they end in, and what they refuse.
import Foundation
import Testing

@Suite struct JobStartTests {
    private static let recipe = Checkout.path("launch/recipes/sentiment.yaml")
    private static let cluster = Checkout.path("cluster-configs/workstation.yaml")

    @Test("The cores are divided by the ranks, and more ranks than cores share them")
    func dividesCores() throws {
        let copy = try ScriptCopy()
        try copy.addProgram("nproc", "echo 8")
        try copy.addProgram("mpirun", "echo \"threads $OMP_NUM_THREADS: $*\"")
        try copy.addProgram("lockstep", "exit 0")
        // Four physical cores with two hardware threads each, on one socket or on two.
        let cases = [
            (sockets: 1, ranks: "1", expected: "threads 4: -np 1 --bind-to none "),
            (sockets: 1, ranks: "2", expected: "threads 2: -np 2 --bind-to none "),
            (sockets: 1, ranks: "3", expected: "threads 1: -np 3 --bind-to none "),
            (sockets: 1, ranks: "5", expected: "threads 1: -np 5 --oversubscribe --bind-to none "),
            (sockets: 2, ranks: "2", expected: "threads 2: -np 2 --map-by socket:PE=2 --bind-to core "),
        ]
        for (sockets, ranks, expected) in cases {
            try copy.addProgram(
                "lscpu",
                """
                echo '# comment'
                for core in 0 1 2 3 0 1 2 3; do
                    case $1 in *=SOCKET) echo $((core % \(sockets))) ;; *) echo "$core,0" ;; esac
                done
                """)
            let result = try Self.start(copy, ["launch/local", ranks, Self.recipe])
            #expect(result.output.hasPrefix(expected), "\(result)")
        }
    }

    @Test("The exit code of the job is the exit code of the script, and standard input is closed")
    func handsOnExitCode() throws {
        let copy = try ScriptCopy()
        try copy.addProgram("lockstep", "exit 0")
        try copy.addProgram("mpirun", "[[ $(readlink /proc/self/fd/0) == /dev/null ]] && exit 137")
        #expect(try Self.start(copy, ["launch/local", "1", Self.recipe]).status == 137)
        try copy.addProgram("lockstep", "[[ $(readlink /proc/self/fd/0) == /dev/null ]] && exit 75")
        #expect(try Self.start(copy, ["launch/cluster", Self.cluster, Self.recipe]).status == 75)
    }

    @Test("The cluster file goes to lockstep launch, and a dry run asks it to print")
    func asksProgramToLaunch() throws {
        let copy = try ScriptCopy()
        try copy.addProgram("lockstep", "printf '<%s>' \"$@\"")
        let words = ["launch/cluster", Self.cluster, Self.recipe, "--run_name", "a b"]
        let command = "<--><train><\(Self.recipe)><--run_name><a b>"
        let script = copy.root.resolvingSymlinksInPath().path + "/launch/slurm.sbatch"
        let start = "<launch><--cluster><\(Self.cluster)><--slurm_script><\(script)>"
        #expect(try Self.start(copy, words).output == start + command)
        let dry = try Self.start(copy, words + ["--dry-run"])
        #expect(dry.output == start + "<--print>" + command)
    }

    @Test("Every launcher starts any command with its own words, not training alone")
    func otherCommands() throws {
        let copy = try ScriptCopy()
        try copy.addProgram("lockstep", "printf '<%s>' \"$@\"")
        try copy.addProgram("mpirun", "echo \"$*\"")
        let words = ["evaluate", "--model_name_or_path", "a b"]
        let cluster = try Self.start(copy, ["launch/cluster", Self.cluster] + words)
        #expect(cluster.output.hasSuffix("<--><evaluate><--model_name_or_path><a b>"), "\(cluster)")
        let local = try Self.start(copy, ["launch/local", "2"] + words)
        #expect(local.output.hasSuffix("/lockstep evaluate --model_name_or_path a b\n"), "\(local)")
        for launcher in [[], ["--launcher", "srun"]] {
            let batch = try Self.start(copy, ["launch/slurm.sbatch", "--dry-run"] + launcher + words)
            #expect(batch.output.hasSuffix("/lockstep evaluate --model_name_or_path a\\ b\n"), "\(batch)")
        }
    }

    @Test("A dry run before the first build prints the command that would ask")
    func dryRunBeforeBuild() throws {
        let copy = try ScriptCopy()
        let result = try run([copy.path("launch/cluster"), "--dry-run", Self.cluster, Self.recipe])
        #expect(result.status == 0, "\(result)")
        #expect(
            result.output.contains(
                "/launch/slurm.sbatch --print -- train \(Self.recipe)\n"))
    }

    @Test(
        "Files that are not there and wrong numbers are named",
        arguments: [
            (["launch/local", "2", "/no/such.yaml"], Int32(1), "There is no recipe at '/no/such.yaml'"),
            (["launch/local", "2"], 64, "Expected a number of ranks and a recipe or a command."),
            (["launch/local", "many", recipe], 64, "The number of ranks is 'many'"),
            (["launch/cluster", "/no/such.yaml", recipe], 1, "There is no cluster file at '/no/such.yaml'"),
            (["launch/cluster", cluster, "/no/such.yaml"], 1, "There is no recipe at '/no/such.yaml'"),
            (["launch/local", "2", "train", "no.yaml"], 1, "There is no recipe at 'no.yaml'"),
            (["launch/slurm.sbatch", "/no/such.yaml"], 1, "There is no recipe at '/no/such.yaml'"),
            (["launch/slurm.sbatch", "--launcher", "ssh", recipe], 64, "--launcher must be mpirun or srun."),
        ])
    func refusesWrongInput(words: [String], status: Int32, message: String) throws {
        let result = try run([Checkout.path(words[0])] + words.dropFirst())
        #expect(result.status == status, "\(result)")
        #expect(result.errors.contains(message), "\(result)")
    }

    private static func start(_ copy: ScriptCopy, _ words: [String]) throws -> CommandResult {
        let environment = [
            "PATH": copy.searchPath, "LOCKSTEP_BINARY": copy.programs.appendingPathComponent("lockstep").path,
            "OMP_NUM_THREADS": "",
        ]
        return try run([copy.path(words[0])] + words.dropFirst(), environment: environment)
    }
}
