// Reads and checks a cluster file.
import Foundation
import Phrases

extension ClusterConfiguration {
    /// Reads a cluster file. A relative `hostfile` or `openmpi_settings` counts from the folder of that file.
    package init(path: String) throws(ConfigurationError) {
        try self.init(yaml: try YAMLValue.text(ofFile: path), file: path)
    }

    /// Reads a cluster description from `yaml`; `file` names it in errors and gives the folder of its
    /// hostfile and settings.
    package init(yaml: String, file: String) throws(ConfigurationError) {
        let reader = try SectionReader(
            try YAMLValue.entries(of: yaml, file: file), known: Self.keys.map(\.name), file: file)
        launcher = try reader.value("launcher", .choice()) ?? .mpirun
        ranks = try reader.value("ranks", .integer(atLeast: 1, upTo: ClusterConfiguration.mostRanks))
        ranksPerHost = try reader.value("ranks_per_host", .coreCount)
        threadsPerRank = try reader.value("threads_per_rank", .coreCount)
        interface = try reader.value("interface", .text)
        ucxDevices = try reader.textOrList("ucx_devices")
        sharedDirectory = try reader.value("shared_directory", .path)
        scratchDirectory = try reader.value("scratch_directory", .path)
        program = try reader.value("program", .path)
        openMPISettingsFile = Self.resolve(
            try reader.value("openmpi_settings", .path) ?? OpenMPISettings.defaultFileName, besides: file)
        mpirunArguments = try reader.texts("mpirun_arguments")
        hosts = try Self.hosts(reader)
        (spares, minHosts) = (
            try Self.spares(reader, besides: hosts), try reader.value("min_hosts", .integer(atLeast: 1))
        )
        figures = try ClusterFigures(reader)
        slurm = try SlurmAllocation(
            reader.subsection(
                "slurm", SlurmAllocation.keys, others: "Options of sbatch", in: "sbatch_arguments"))
        pbs = try PBSJob(
            reader.subsection("pbs", PBSJob.keys, others: "Options of qsub", in: "qsub_options"))
        lsf = try LSFJob(
            reader.subsection("lsf", LSFJob.keys, others: "Options of bsub", in: "bsub_options"))
        kubernetes = try KubernetesJob(
            reader.subsection("kubernetes", KubernetesJob.keys, others: "Fields of a pod", in: "pod_spec"),
            yaml: yaml)
        azureML = try AzureMLJob(
            reader.subsection("azureml", AzureMLJob.keys, others: "Fields of a job", in: "job_fields"),
            yaml: yaml)
        try validateLauncher(reader)
        try validateKubernetes(reader)
        try validateRanks(reader)
        try validateLosses(reader)
        if hosts.count > 1, interface == nil {
            throw .missing(
                "interface",
                help: "with several hosts, name the network interface or CIDR range that joins them.",
                reader.location("hosts"))
        }
    }

    private static func hosts(_ reader: SectionReader) throws(ConfigurationError) -> [Host] {
        let hostfile = try reader.value("hostfile", .path)
        guard let sections = try reader.sections("hosts", known: ["name", "slots"]) else {
            return try hostfile.map { (path) throws(ConfigurationError) in
                try Hostfile.hosts(ofFile: resolve(path, besides: reader.file))
            } ?? []
        }
        if hostfile != nil {
            throw .contradiction(
                "hostfile", "hosts and hostfile both list the hosts; keep one of them.",
                reader.location("hostfile"))
        }
        var names: Set<String> = []
        return try sections.map { (section) throws(ConfigurationError) in
            try host(section, of: "hosts", isNewAmong: &names)
        }
    }

    /// The host that an entry of the list `key` describes, whose name must be new.
    static func host(
        _ section: SectionReader, of key: String, isNewAmong names: inout Set<String>
    ) throws(ConfigurationError) -> Host {
        let place = section.location("name")
        guard let name = try section.value("name", .text) else {
            throw .missing("name", help: "each entry of \(key) needs one.", place)
        }
        guard let slots = try section.value("slots", .coreCount) else {
            throw .missing("slots", help: "say how many cores of \(name) the job may use.", place)
        }
        let host = Host(name: name, slots: slots)
        try Hostfile.check(host, isNewAmong: &names, at: place)
        return host
    }

    private static func resolve(_ path: String, besides file: String) -> String {
        path.hasPrefix("/") ? path : URL(fileURLWithPath: file).deletingLastPathComponent().path + "/" + path
    }

    private func validateLauncher(_ reader: SectionReader) throws(ConfigurationError) {
        let own = launcher.section
        for section in Self.sections where section != own && reader.entry(section) != nil {
            let readers = Launcher.allCases.filter { $0.section == section }.map(\.rawValue)
            throw .contradiction(
                section,
                "The \(section) section is read with launcher: \(readers.joined(with: "or")) only; set that"
                    + " or remove the section.",
                reader.location(section))
        }
        guard let section = launcher.section else { return }
        guard reader.entry(section) != nil else {
            throw .missing(
                section, help: "launcher: \(launcher.rawValue) needs this section.",
                reader.location("launcher"))
        }
        for key in unusedKeys where reader.entry(key) != nil {
            throw .contradiction(
                key, "\(key) has no meaning with launcher: \(launcher.rawValue); leave it out.",
                reader.location(key))
        }
        for key in Self.hostKeys
        where reader.entry(key) != nil {
            throw .contradiction(
                key,
                "\(key) has no meaning with launcher: \(launcher.rawValue); use \(shapeKeys) of the"
                    + " \(section) section.",
                reader.location(key))
        }
    }

    /// Refuses what belongs to an MPIJob and would be lost in a TrainJob.
    private func validateKubernetes(_ reader: SectionReader) throws(ConfigurationError) {
        guard launcher == .trainjob, kubernetes?.runPolicy != nil else { return }
        throw .contradiction(
            "run_policy", "run_policy is read with launcher: mpijob only; leave it out.",
            reader.location("kubernetes"))
    }

    private static let sections = ["slurm", "pbs", "lsf", "kubernetes", "azureml"]

    /// What a scheduler is told by its own section.
    private static let hostKeys = [
        "hosts", "hostfile", "spares", "min_hosts", "ranks", "ranks_per_host", "threads_per_rank",
    ]

    /// Keys that others decide: the scheduler's own script, or the image.
    private var unusedKeys: [String] {
        switch launcher {
        case .slurm: ["mpirun_arguments"]
        case .mpijob, .trainjob: ["program"]
        case .azureml: ["program", "mpirun_arguments", "shared_directory", "scratch_directory"]
        case .mpirun, .pbs, .lsf: []
        }
    }

    /// The keys by which this launcher is told hosts, ranks and threads.
    private var shapeKeys: String {
        switch launcher {
        case .mpirun: "hosts, ranks and threads_per_rank"
        case .slurm: "nodes, ntasks_per_node and cpus_per_task"
        case .pbs: "select, mpiprocs and ompthreads"
        case .lsf: "hosts, tasks_per_host and cores_per_task"
        case .mpijob, .trainjob: "workers, slots_per_worker and threads_per_rank"
        case .azureml: "instance_count, process_count_per_instance and threads_per_rank"
        }
    }

    private func validateRanks(_ reader: SectionReader) throws(ConfigurationError) {
        if ranks != nil, ranksPerHost != nil {
            throw .contradiction(
                "ranks_per_host", "ranks and ranks_per_host both set the number of ranks; keep one of them.",
                reader.location("ranks_per_host"))
        }
        let slots = hosts.reduce(0) { $0 + $1.slots }
        if let ranks, !hosts.isEmpty, ranks > slots {
            throw .contradiction(
                "ranks",
                "ranks is \(ranks), but the hosts have \(slots, "slot") in all; lower it or add slots.",
                reader.location("ranks"))
        }
        if let ranksPerHost, let host = hosts.first(where: { $0.slots < ranksPerHost }) {
            throw .contradiction(
                "ranks_per_host",
                "ranks_per_host is \(ranksPerHost), but host \(host.name) has \(host.slots)"
                    + " slots; lower it or add"
                    + " slots.",
                reader.location("ranks_per_host"))
        }
    }
}
