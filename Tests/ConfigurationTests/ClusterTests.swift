// Cluster files: placement of ranks, the commands they give, and every message about a mistake.
import Configuration
import Foundation
import Testing

private func cluster(_ yaml: String) throws -> ClusterConfiguration {
    try ClusterConfiguration(yaml: yaml, file: "c.yaml")
}

private func message(_ yaml: String) -> String {
    do throws(ConfigurationError) {
        _ = try ClusterConfiguration(yaml: yaml, file: "c.yaml")
        return "no error"
    } catch {
        return error.description
    }
}

private let twoHosts = "hosts:\n- {name: a, slots: 4}\n- {name: b, slots: 4}\ninterface: eth0\n"
private let settings = OpenMPISettings([
    OpenMPIParameter(name: "btl_tcp_flags", value: "send"),
    OpenMPIParameter(name: "mpi_yield_when_idle", value: "1"),
])
private let settingWords = ["--mca", "btl_tcp_flags", "send", "--mca", "mpi_yield_when_idle", "1"]

@Suite struct ClusterCommandTests {
    @Test("Ranks spread evenly over hosts and are bound when the cores suffice")
    func bound() throws {
        let words = try cluster(
            twoHosts + "ranks: 3\nthreads_per_rank: 2\nmpirun_arguments: [--tag-output]\n"
                + "shared_directory: /shared\nscratch_directory: /tmp/s\n"
        ).mpirunCommand(
            executable: "/bin/lockstep", arguments: ["train", "r.yaml"], settings: settings,
            variables: [("LOCKSTEP_PROGRESS", "bar")])
        let network = ["--mca", "btl_tcp_if_include", "eth0", "--mca", "oob_tcp_if_include", "eth0"]
        let expected: [[String]] = [
            ["mpirun", "-np", "3", "--host", "a:2,b:1", "--map-by", "slot:PE=2", "--bind-to", "core"],
            settingWords, network,
            ["--mca", "orte_tmpdir_base", "/tmp/s", "-x", "SWIFT_BACKTRACE=enable=no"],
            ["-x", "OMP_NUM_THREADS=2", "-x", "TMPDIR=/tmp/s", "-x", "LOCKSTEP_PROGRESS=bar"],
            ["--wdir", "/shared", "--tag-output"],
            ["/bin/lockstep", "train", "r.yaml"],
        ]
        #expect(words == expected.flatMap { $0 })
    }

    @Test("Ranks float when their threads exceed the cores")
    func unbound() throws {
        let placement = RankPlacement(try cluster(twoHosts + "ranks: 8\nthreads_per_rank: 2"), localCores: 1)
        #expect(placement.shares.map(\.ranks) == [4, 4])
        #expect(!placement.isBound && !placement.isOversubscribed)
        let words = try cluster("ranks: 4").mpirunCommand(
            executable: "x", arguments: [], settings: settings, localCores: 2)
        #expect(
            Array(words.prefix(8)) == [
                "mpirun", "-np", "4", "--map-by", "slot", "--bind-to", "none", "--oversubscribe",
            ])
        #expect(words.contains("OMP_NUM_THREADS=1"))
    }

    @Test("Ranks and threads that are not given follow from the cores")
    func derived() throws {
        func placement(_ yaml: String, cores: Int = 8) throws -> RankPlacement {
            RankPlacement(try cluster(yaml), localCores: cores)
        }
        #expect(try placement("").ranks == 8)
        #expect(try placement("ranks: 2").threadsPerRank == 4)
        #expect(try placement("threads_per_rank: 4").ranks == 2)
        #expect(try placement(twoHosts).ranks == 8)
        #expect(try placement(twoHosts + "ranks_per_host: 2").shares.map(\.ranks) == [2, 2])
        #expect(try placement(twoHosts + "ranks_per_host: 2").threadsPerRank == 2)
        #expect(try placement(twoHosts + "ranks: 1").shares.map(\.host) == ["a"])
    }

    @Test("Slurm gets its options, and the settings by the environment")
    func slurm() throws {
        let words = try cluster(
            "launcher: slurm\nslurm: {nodes: 4, ntasks_per_node: 2, cpus_per_task: 8, time: '04:00:00',"
                + " partition: batch, signal_seconds: 120}\nshared_directory: /shared\n"
        ).launchCommand(
            executable: "x", arguments: ["train", "r.yaml"], settings: settings,
            slurmScript: "launch/slurm.sbatch")
        #expect(words.first == "env")
        #expect(words.contains("OMPI_MCA_btl_tcp_flags=send"))
        #expect(words.contains("OMP_NUM_THREADS=8"))
        #expect(
            words.suffix(12) == [
                "LOCKSTEP_BINARY=x", "sbatch", "--nodes=4", "--ntasks-per-node=2", "--cpus-per-task=8",
                "--time=04:00:00",
                "--partition=batch", "--signal=B:USR1@120", "--chdir=/shared", "launch/slurm.sbatch", "train",
                "r.yaml",
            ])
    }

    @Test(
        "sbatch gets an option as the cluster file names it",
        arguments: [
            ("account: physics", "--account=physics"), ("qos: long", "--qos=long"), ("mem: 64G", "--mem=64G"),
            ("mem: 0", "--mem=0"), ("mem_per_cpu: 4G", "--mem-per-cpu=4G"),
            ("constraint: 'avx512&ib'", "--constraint=avx512&ib"), ("array: 0-4%2", "--array=0-4%2"),
            ("output: logs/%x-%A_%a.log", "--output=logs/%x-%A_%a.log"), ("error: e.log", "--error=e.log"),
            ("mail_type: END", "--mail-type=END"), ("mail_type: [END, FAIL]", "--mail-type=END,FAIL"),
            ("mail_user: a@b.org", "--mail-user=a@b.org"), ("job_name: bert", "--job-name=bert"),
            ("dependency: 'afterok:12'", "--dependency=afterok:12"),
            ("nodelist: 'n[1-4]'", "--nodelist=n[1-4]"),
            ("exclude: n3", "--exclude=n3"), ("begin: now+1hour", "--begin=now+1hour"),
            ("exclusive: true", "--exclusive"), ("exclusive: user", "--exclusive=user"),
            ("no_requeue: true", "--no-requeue"), ("hold: true", "--hold"),
            ("sbatch_arguments: ['--power=x']", "--power=x"),
        ])
    func sbatchOption(line: String, word: String) throws {
        let words = try sbatch("slurm: {nodes: 1, \(line)}")
        #expect(words == ["--nodes=1", "--ntasks-per-node=1", "--cpus-per-task=1", word])
    }

    @Test("every key of an option is handed to sbatch once, and a switch that is off is not")
    func allSbatchOptions() throws {
        let values = SlurmAllocation.valueKeys.map { "\($0): v" }
        let switches = SlurmAllocation.switchKeys
        for (state, count) in [("true", switches.count), ("false", 0)] {
            let all = values + switches.map { "\($0): \(state)" }
            let words = try sbatch("slurm: {\(all.joined(separator: ", "))}").dropFirst(3)
            let dashed = SlurmAllocation.valueKeys.map { "--\($0.replacing("_", with: "-"))=v" }
            #expect(Array(words.prefix(values.count)) == dashed)
            #expect(words.count == values.count + count)
        }
        #expect(Set(SlurmAllocation.valueKeys + switches).count == values.count + switches.count)
    }

    @Test("arguments of one's own stand behind all keys, in their order")
    func sbatchArguments() throws {
        let words = try sbatch(
            "slurm: {qos: low, sbatch_arguments: [--gpus-per-node=1, --licenses, 'a:1']}")
        #expect(words.suffix(4) == ["--qos=low", "--gpus-per-node=1", "--licenses", "a:1"])
    }

    @Test(
        "every command goes to Slurm with its own words",
        arguments: [["evaluate", "--model_name_or_path", "m"], ["cross-validate", "r.yaml"], ["predict"]])
    func slurmCommands(arguments: [String]) throws {
        let words = try cluster("launcher: slurm\nslurm: {nodes: 2}").launchCommand(
            executable: "/x/lockstep", arguments: arguments, settings: settings, slurmScript: "s.sbatch")
        #expect(words.suffix(arguments.count + 1) == ["s.sbatch"] + arguments)
        #expect(words.contains("LOCKSTEP_BINARY=/x/lockstep"))
    }

    /// The words between sbatch and the script.
    private func sbatch(_ section: String) throws -> [String] {
        let words = try cluster("launcher: slurm\n" + section).launchCommand(
            executable: "x", arguments: [], settings: settings, slurmScript: "s")
        let start = try #require(words.firstIndex(of: "sbatch"))
        return Array(words[(start + 1)...].dropLast())
    }

    @Test("A job keeps its ranks on fewer hosts and on spares, and finds the agent that reaches them")
    func chosenHosts() throws {
        let yaml =
            twoHosts + "ranks_per_host: 2\nspares:\n- {name: s, slots: 4}\nmin_hosts: 1\n"
            + "mpirun_arguments: [--mca, plm_rsh_agent, /x/agent]\n"
        let whole = try cluster(yaml)
        #expect(whole.spares == [.init(name: "s", slots: 4)] && whole.minHosts == 1)
        func hosts(_ names: [String]) throws -> [String] {
            let words = try whole.using(hosts: names).mpirunCommand(
                executable: "x", arguments: [], settings: settings)
            #expect(words.prefix(3) == ["mpirun", "-np", "4"])
            return Array(words[3...4])
        }
        #expect(try hosts(["a", "s"]) == ["--host", "a:2,s:2"])
        #expect(try hosts(["b"]) == ["--host", "b:4"])
        #expect(whole.startAgent(settings, named: ["plm_rsh_agent"]) == "/x/agent")
        #expect(try cluster(twoHosts).startAgent(settings, named: ["plm_rsh_agent"]) == nil)
        let named = OpenMPISettings([OpenMPIParameter(name: "plm_rsh_agent", value: "ssh -p 22")])
        #expect(try cluster(twoHosts).startAgent(named, named: ["plm_rsh_agent"]) == "ssh -p 22")
        #expect(throws: ConfigurationError.self) { try whole.using(hosts: ["a", "x"]) }
        let eight = try cluster(twoHosts)
        do throws(ConfigurationError) {
            _ = try eight.using(hosts: ["a"])
            Issue.record("8 ranks do not fit on 4 slots")
        } catch {
            #expect(error.description == "--hosts: the 4 slots of a are too few for 8 ranks.")
        }
    }

    @Test("Open MPI's session is where a supervision wants it")
    func session() throws {
        var shape = try cluster("scratch_directory: /scratch\nranks: 1")
        shape.sessionDirectory = "/scratch/lockstep-1-2"
        let words = shape.mpirunCommand(executable: "x", arguments: [], settings: settings, localCores: 1)
        let index = try #require(words.firstIndex(of: "orte_tmpdir_base"))
        #expect(words[index + 1] == "/scratch/lockstep-1-2" && words.contains("TMPDIR=/scratch"))
    }

    @Test("A printed command is read back by a shell as the same words")
    func shellLine() {
        #expect(ClusterConfiguration.shellLine(["a:2,b", "it's", "", "$x"]) == #"a:2,b 'it'\''s' '' '$x'"#)
    }

    @Test("Open MPI takes the command and hands settings and environment to every rank")
    func realRun() throws {
        let script = "echo $OMPI_COMM_WORLD_SIZE $OMPI_MCA_btl_tcp_flags $OMP_NUM_THREADS $SWIFT_BACKTRACE"
        let words = try cluster(
            "hosts: [{name: localhost, slots: 2}]\nranks: 2\n"
                + "mpirun_arguments: [--mca, mpi_yield_when_idle, '0', --bind-to, none]"
        ).mpirunCommand(
            executable: "sh", arguments: ["-c", script + " $OMPI_MCA_mpi_yield_when_idle"], settings: settings
        )
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"] + words
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text == String(repeating: "2 send 1 enable=no 0\n", count: 2))
    }
}

@Suite struct ClusterErrorTests {
    @Test(
        "Mistakes in a cluster file are refused with their line",
        arguments: [
            (
                "ranks: 1\nspares: [{name: s, slots: 1}]",
                "2: spares is for a job on several hosts; list them as hosts or in a hostfile."
            ),
            (
                "min_hosts: 1",
                "1: min_hosts is for a job on several hosts; list them as hosts or in a hostfile."
            ),
            (twoHosts + "min_hosts: 3", "5: min_hosts is 3, but there are only 2 hosts; lower it."),
            (
                twoHosts + "min_hosts: 1",
                "5: 8 ranks must fit on any 1 host that may be left, but those with the fewest slots have 4; give them more slots, set fewer ranks, or raise min_hosts."
            ),
            (
                twoHosts + "spares: [{name: s, slots: 1}]",
                "5: 8 ranks must fit on any 2 hosts that may be left, but those with the fewest slots have 5; give them more slots, set fewer ranks."
            ),
            (
                twoHosts + "spares: [{name: b, slots: 1}]",
                "5: Host b is listed twice; list it once, with all its slots."
            ),
            (
                twoHosts + "spares: [{name: s}]",
                "5: slots is missing: say how many cores of s the job may use."
            ),
            (
                "launcher: slurm\nslurm: {nodes: 2}\nmin_hosts: 1",
                "3: min_hosts has no meaning with launcher: slurm; use nodes, ntasks_per_node and cpus_per_task of the slurm section."
            ),
            ("rank: 2", "1: rank is not a known key. Did you mean ranks?"),
            ("ranks: 0", "1: ranks must be an integer of at least 1, but is 0."),
            (
                "launcher: ssh",
                "1: launcher must be one of mpirun, slurm, pbs, lsf, mpijob, trainjob, azureml, but is ssh."
            ),
            ("hosts: a", "1: hosts must be a list of sections with the keys name and slots, but is a."),
            ("hosts:\n- {name: a, slot: 1}", "2: slot is not a known key in hosts. Did you mean slots?"),
            ("hosts:\n- {name: a, slots: 0}", "2: slots must be an integer of at least 1, but is 0."),
            (
                "hosts:\n- {name: a, slots: 9223372036854775807}\n- {name: b, slots: 9223372036854775807}",
                "2: slots: 9223372036854775807 is too large; counts go to 65536."
            ),
            ("hosts:\n- name: a", "2: slots is missing: say how many cores of a the job may use."),
            ("hosts:\n- slots: 1", "2: name is missing: each entry of hosts needs one."),
            ("hosts:\n- {name: -x, slots: 1}", "2: name must be a host name or an IPv4 address, but is -x."),
            (
                "hosts:\n- {name: a, slots: 1}\n- {name: a, slots: 2}",
                "3: Host a is listed twice; list it once, with all its slots."
            ),
            (
                "hosts:\n- {name: a, slots: 1}\n- {name: b, slots: 2}",
                "1: interface is missing: with several hosts, name the network interface or CIDR"
                    + " range that joins"
                    + " them."
            ),
            (
                twoHosts + "ranks: 9",
                "5: ranks is 9, but the hosts have 8 slots in all; lower it or add slots."
            ),
            (
                twoHosts + "ranks_per_host: 5",
                "5: ranks_per_host is 5, but host a has 4 slots; lower it or add slots."
            ),
            (
                "ranks: 2\nranks_per_host: 2",
                "2: ranks and ranks_per_host both set the number of ranks; keep one of them."
            ),
            (twoHosts + "hostfile: h", "5: hosts and hostfile both list the hosts; keep one of them."),
            ("mpirun_arguments: -x", "1: mpirun_arguments must be a list of texts, but is -x."),
            ("launcher: slurm", "1: slurm is missing: launcher: slurm needs this section."),
            (
                "slurm: {nodes: 1}",
                "1: The slurm section is read with launcher: slurm only; set that or remove the section."
            ),
            (
                "launcher: slurm\nslurm: {nodes: 1}\nranks: 2",
                "3: ranks has no meaning with launcher: slurm; use nodes, ntasks_per_node and"
                    + " cpus_per_task of the"
                    + " slurm section."
            ),
            (
                "launcher: slurm\nslurm: {node: 1}",
                "2: node is not a known key in slurm. Did you mean nodes?"
            ),
            (
                "launcher: slurm\nslurm: {time: soon}",
                "2: time must be a time such as 02:00:00 or 1-12:00:00, but is soon."
            ),
        ])
    func mistakes(yaml: String, expected: String) {
        #expect(message(yaml) == "c.yaml:" + expected)
    }

    @Test("Mistakes among the options of sbatch are refused with their line and what to write")
    func slurmMistakes() {
        let cases: [String: String] = [
            "gpu_fan: 1": "gpu_fan is not a known key in slurm. Options of sbatch that have no key stand in "
                + "sbatch_arguments.",
            "acount: x": "acount is not a known key in slurm. Did you mean account?",
            "exclusive: maybe": "exclusive must be true or false, but is maybe.",
            "sbatch_arguments: ['--ntasks=4']":
                "sbatch_arguments: --ntasks=4 is decided elsewhere; set nodes and ntasks_per_node instead.",
            "sbatch_arguments: ['--time=4']":
                "sbatch_arguments: --time=4 is decided elsewhere; set time instead.",
        ]
        for (line, expected) in cases {
            #expect(message("launcher: slurm\nslurm: {\(line)}") == "c.yaml:2: " + expected)
        }
    }

    @Test("A hostfile stands beside the cluster file and gives back its own text")
    func hostfile() throws {
        let directory = NSTemporaryDirectory() + "lockstep-hostfile-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: directory) } }
        func write(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/hosts"))
        }
        func decoded() throws -> ClusterConfiguration {
            try ClusterConfiguration(yaml: "hostfile: hosts\ninterface: eth0", file: directory + "/c.yaml")
        }
        try write("# two\na slots=4\nb  slots=2 # half\n")
        #expect(try decoded().hostfileText == "a slots=4\nb slots=2\n")
        try write("a slots=4\r\nb slots=2\r\n")
        #expect(try decoded().hostfileText == "a slots=4\nb slots=2\n", "lines end in CR LF")
        for (text, expected) in [
            ("a slots=4\nb\n", "hosts:2: A line of a hostfile must read: name slots=N."),
            ("a slots=x\n", "hosts:1: slots must be an integer of at least 1, but is x."),
            ("a slots=1\na slots=1\n", "hosts:2: Host a is listed twice; list it once, with all its slots."),
            ("# none\n", "hosts: The hostfile names no host."),
        ] {
            try write(text)
            let error = #expect(throws: ConfigurationError.self) { try decoded() }
            #expect(error?.description == directory + "/" + expected)
        }
    }
}
