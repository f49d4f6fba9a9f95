// What a cluster file asks of PBS (OpenPBS, PBS Professional), under PBS's own names, and the batch file of
// it.

/// The resources that a PBS job asks for, and further options of `qsub`.
package struct PBSJob: Equatable, Sendable {
    /// Chunks, one a host.
    package var select = 1
    /// Cores of a chunk.
    package var ncpus = 1
    /// Ranks of a chunk.
    package var mpiprocs = 1
    /// Threads of a rank.
    package var ompthreads = 1
    /// Memory of a chunk, such as `64gb`.
    package var mem: String?
    package var place = "scatter"
    var walltime: JobDuration?
    package var queue: String?
    package var account: String?
    package var jobName = "lockstep"
    package var array: String?
    package var output: String?
    /// Seconds before the end at which the job is asked to save and leave.
    package var signalSeconds: Int?
    /// Directives that stand behind all others.
    package var options: [String] = []

    package init() {}

    /// Ranks of the job.
    package var ranks: Int { select * mpiprocs }

    /// Whether the hosts belong to this job alone, so that ranks may be bound to their cores.
    var isExclusive: Bool { place.contains("excl") }

    var directives: [String] {
        var chunk = "select=\(select):ncpus=\(ncpus):mpiprocs=\(mpiprocs):ompthreads=\(ompthreads)"
        if let mem { chunk += ":mem=\(mem)" }
        var lines = ["-N \(jobName)", "-l \(chunk)", "-l place=\(place)"]
        if let walltime { lines.append("-l walltime=\(walltime.clock)") }
        if let queue { lines.append("-q \(queue)") }
        if let account { lines.append("-A \(account)") }
        if let array { lines.append("-J \(array)") }
        lines += ["-j oe", "-r y"]
        if let output { lines.append("-o \(output)") }
        return lines + options
    }
}

extension PBSJob {
    static let keys = [
        ClusterKey("select", "chunks, which are hosts with place: scatter; 1 if not set."),
        ClusterKey("ncpus", "cores of a chunk; mpiprocs times ompthreads if not set."),
        ClusterKey("mpiprocs", "ranks of a chunk; 1 if not set."),
        ClusterKey("ompthreads", "threads of a rank; 1 if not set."),
        ClusterKey("mem", "memory of a chunk, such as 64gb."),
        ClusterKey("place", "where chunks go: scatter if not set; scatter:excl also binds ranks to cores."),
        ClusterKey("walltime", "longest run time, as hours:minutes:seconds."),
        ClusterKey("queue", "qsub's -q."), ClusterKey("account", "qsub's -A."),
        ClusterKey("job_name", "qsub's -N; lockstep if not set."),
        ClusterKey("array", "qsub's -J; %a in the words of the job is the number of its task."),
        ClusterKey("output", "qsub's -o."),
        ClusterKey("signal_seconds", "so long before walltime ends the job is asked to save and leave."),
        ClusterKey("qsub_options", "a list of options that have no key, each as it stands behind #PBS."),
    ]

    /// nil if there is no such section.
    init?(_ section: SectionReader?) throws(ConfigurationError) {
        guard let section else { return nil }
        select = try section.value("select", .integer(atLeast: 1)) ?? 1
        mpiprocs = try section.value("mpiprocs", .integer(atLeast: 1)) ?? 1
        ompthreads = try section.value("ompthreads", .integer(atLeast: 1)) ?? 1
        ncpus = try section.value("ncpus", .integer(atLeast: 1)) ?? mpiprocs * ompthreads
        mem = try section.value("mem", .directive)
        place = try section.value("place", .directive) ?? place
        walltime = try section.value("walltime", .clock)
        queue = try section.value("queue", .directive)
        account = try section.value("account", .directive)
        jobName = try section.value("job_name", .directive) ?? jobName
        array = try section.value("array", .arrayRange)
        output = try section.value("output", .directive)
        signalSeconds = try section.value("signal_seconds", .integer(atLeast: 1))
        options = try section.directives(
            "qsub_options",
            decided: [
                ("-l select", "select"), ("-l place", "place"), ("-l walltime", "walltime"),
                ("-N", "job_name"),
                ("-q", "queue"), ("-A", "account"), ("-J", "array"), ("-o", "output"),
            ].map { (option: $0.0, key: $0.1) })
        guard ncpus >= mpiprocs * ompthreads else {
            throw .contradiction(
                "ncpus",
                "ncpus is \(ncpus), but mpiprocs times ompthreads is \(mpiprocs * ompthreads); raise it.",
                section.location("ncpus"))
        }
        try section.refuseEarlySignal(signalSeconds, limit: walltime, key: "walltime")
    }
}

extension ClusterConfiguration {
    /// The batch file that qsub reads.
    func pbsScript(_ job: PBSJob, _ request: JobRequest) -> String {
        let folder = sharedDirectory.map { Self.shellLine([$0]) } ?? "\"$PBS_O_WORKDIR\""
        var saveAfter: Int?
        if let limit = job.walltime, let early = job.signalSeconds { saveAfter = limit.seconds - early }
        return BatchScript(
            prefix: "#PBS", directives: job.directives,
            setup: ["cd \(folder)", "export OMPI_MCA_orte_default_hostfile=$PBS_NODEFILE"],
            command: request.batchWords(saveAfter: saveAfter)
                + mpirunWords(
                    ranks: job.ranks, threadsPerRank: job.ompthreads, isBound: job.isExclusive, request)
        ).text
    }
}
