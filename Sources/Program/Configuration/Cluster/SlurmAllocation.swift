// What a cluster file asks of Slurm: the options of sbatch under sbatch's own names.

/// The resources that a Slurm job asks for, and further options of `sbatch`.
package struct SlurmAllocation: Equatable, Sendable {
    /// An option that stands on sbatch's command line as it was written.
    package struct Option: Equatable, Sendable {
        /// As in sbatch's manual, without dashes in front: `mail-type`.
        package let name: String
        /// nil for an option that takes none, such as `exclusive`.
        package let value: String?

        package init(name: String, value: String?) { (self.name, self.value) = (name, value) }

        var word: String { "--" + name + (value.map { "=" + $0 } ?? "") }
    }

    /// What starts the ranks within the job.
    package enum Launcher: String, Sendable, CaseIterable {
        case mpirun, srun
    }

    package var launcher = Launcher.mpirun
    package var nodes = 1
    package var ntasksPerNode = 1
    package var cpusPerTask = 1
    /// Longest run time in one of Slurm's forms, such as `02:00:00`; nil: the partition's.
    package var time: String?
    /// nil: the default partition.
    package var partition: String?
    /// Seconds before the end at which Slurm sends USR1, which means "save and leave".
    package var signalSeconds: Int?
    /// The others, in the order of `Self.options` and `Self.switches`.
    package var options: [Option] = []
    /// Words that stand behind all options, for those that have no key.
    package var sbatchArguments: [String] = []

    package init() {}

    /// The options as sbatch takes them.
    var words: [String] {
        var words = [
            "--nodes=\(nodes)", "--ntasks-per-node=\(ntasksPerNode)", "--cpus-per-task=\(cpusPerTask)",
        ]
        if let time { words.append("--time=\(time)") }
        if let partition { words.append("--partition=\(partition)") }
        if let signalSeconds { words.append("--signal=B:USR1@\(signalSeconds)") }
        return words + options.map(\.word) + sbatchArguments
    }
}

extension SlurmAllocation {
    /// Options of sbatch that take a value (sbatch(1), Slurm 22.05), with underscores.
    package static let valueKeys = [
        "account", "qos", "mem", "mem_per_cpu", "constraint", "array", "output", "error", "mail_type",
        "mail_user", "job_name", "dependency", "nodelist", "exclude", "reservation", "begin", "deadline",
        "time_min", "licenses", "gres", "comment", "nice", "priority", "wckey", "clusters", "export", "tmp",
        "mincpus", "sockets_per_node", "cores_per_socket", "threads_per_core", "hint", "distribution",
        "core_spec", "thread_spec", "mem_bind", "switches", "open_mode", "acctg_freq", "cpu_freq", "profile",
        "propagate", "prefer", "network", "kill_on_invalid_dep", "bb", "bbf", "mcs_label", "container",
        "get_user_env", "delay_boot", "power", "batch",
    ]
    /// Options that take none, or `exclusive` also one.
    package static let switchKeys = [
        "exclusive", "oversubscribe", "overcommit", "contiguous", "hold", "requeue", "no_requeue",
        "spread_job",
        "use_min_nodes", "reboot", "wait", "test_only", "verbose", "quiet",
    ]

    static let keys: [ClusterKey] =
        [
            ClusterKey("launcher", "what starts the ranks within the job: mpirun, the default, or srun."),
            ClusterKey("nodes", "hosts of the job; 1 if not set."),
            ClusterKey("ntasks_per_node", "ranks of each host; 1 if not set."),
            ClusterKey("cpus_per_task", "cores of each rank; 1 if not set."),
            ClusterKey("time", "longest run time, such as 02:00:00."),
            ClusterKey("partition", "sbatch's --partition."),
            ClusterKey("signal_seconds", "so long before the end Slurm asks the job to save and leave."),
        ] + (valueKeys + switchKeys).map { ClusterKey($0, "sbatch's --\($0.replacing("_", with: "-")).") } + [
            ClusterKey("sbatch_arguments", "further words of sbatch's command line, for what has no key.")
        ]

    /// nil if there is no such section.
    init?(_ section: SectionReader?) throws(ConfigurationError) {
        guard let section else { return nil }
        nodes = try section.value("nodes", .coreCount) ?? 1
        ntasksPerNode = try section.value("ntasks_per_node", .coreCount) ?? 1
        cpusPerTask = try section.value("cpus_per_task", .coreCount) ?? 1
        time = try section.value("time", .slurmTime)
        partition = try section.value("partition", .text)
        signalSeconds = try section.value("signal_seconds", .integer(atLeast: 1))
        launcher = try section.value("launcher", .choice()) ?? .mpirun
        for key in Self.valueKeys {
            guard let value = try section.textOrList(key) else { continue }
            options.append(Option(name: key.replacing("_", with: "-"), value: value))
        }
        for key in Self.switchKeys {
            // `exclusive` may name with whom nodes are not shared.
            if key == "exclusive", let value = try section.value(key, .text), ["user", "mcs"].contains(value)
            {
                options.append(Option(name: key, value: value))
            } else if try section.value(key, .boolean) == true {
                options.append(Option(name: key.replacing("_", with: "-"), value: nil))
            }
        }
        sbatchArguments = try section.texts("sbatch_arguments")
        try refuseOverruling(section)
    }

    /// Refuses words that would ask for other ranks than the keys, from which their environment is made.
    private func refuseOverruling(_ section: SectionReader) throws(ConfigurationError) {
        let own = [
            "nodes", "ntasks", "ntasks-per-node", "cpus-per-task", "time", "partition", "signal", "chdir",
            "wrap",
        ]
        for word in sbatchArguments {
            let name = word.drop { $0 == "-" }.prefix { $0 != "=" }
            guard word.hasPrefix("--"), own.contains(String(name)) else { continue }
            let advice =
                switch name {
                case "chdir": "set shared_directory"
                case "wrap": "give the command behind --"
                case "signal": "set signal_seconds"
                case "ntasks": "set nodes and ntasks_per_node"
                default: "set \(name.replacing("-", with: "_"))"
                }
            throw .contradiction(
                "sbatch_arguments", "sbatch_arguments: \(word) is decided elsewhere; \(advice) instead.",
                section.location("sbatch_arguments"))
        }
    }
}

extension ValueFormat<String> {
    /// `minutes`, `minutes:seconds`, `hours:minutes:seconds`, or days and a dash before hours (sbatch(1),
    /// `--time`).
    fileprivate static let slurmTime = Self(
        typeName: "text", expected: "a time such as 02:00:00 or 1-12:00:00",
        parse: { (text) throws(ValueProblem) in
            guard text.wholeMatch(of: /(?:[0-9]+-)?[0-9]+(?::[0-9]{1,2}){0,2}/) != nil else {
                throw .mismatch
            }
            return text
        },
        render: { .scalar($0) })
}
