// What a cluster file asks of IBM Spectrum LSF, and the batch file of it.

/// The resources that an LSF job asks for, and further options of `bsub`.
package struct LSFJob: Equatable, Sendable {
    package var hosts = 1
    package var tasksPerHost = 1
    package var coresPerTask = 1
    /// Memory of a task in the cluster's units, such as `8GB`.
    package var memory: String?
    package var isExclusive = false
    var runLimit: JobDuration?
    package var queue: String?
    package var project: String?
    package var gpu: String?
    package var jobName = "lockstep"
    package var array: String?
    package var output = "lockstep-%J.log"
    /// Seconds before the end at which LSF sends USR1, which means "save and leave".
    package var signalSeconds: Int?
    /// Directives that stand behind all others.
    package var options: [String] = []

    package init() {}

    /// Ranks of the job.
    package var ranks: Int { hosts * tasksPerHost }

    var directives: [String] {
        var lines = ["-J \"\(jobName)\(array.map { "[\($0)]" } ?? "")\"", "-n \(ranks)"]
        lines.append("-R \"span[ptile=\(tasksPerHost)] affinity[core(\(coresPerTask))]\"")
        if let memory { lines.append("-R \"rusage[mem=\(memory)]\"") }
        if let runLimit { lines.append("-W \(runLimit.hoursAndMinutes)") }
        if let queue { lines.append("-q \"\(queue)\"") }
        if let project { lines.append("-P \"\(project)\"") }
        if let gpu { lines.append("-gpu \"\(gpu)\"") }
        if isExclusive { lines.append("-x") }
        if let signalSeconds { lines += ["-wa USR1", "-wt \(JobDuration(seconds: signalSeconds).minutes)"] }
        // 85 is the code of a run that saved on request; -r runs a job again whose host was lost.
        return lines + ["-Q \"85\"", "-r", "-o \"\(output)\""] + options
    }
}

extension LSFJob {
    static let keys = [
        ClusterKey("hosts", "hosts of the job; 1 if not set."),
        ClusterKey("tasks_per_host", "ranks of each host, span[ptile=N]; 1 if not set."),
        ClusterKey("cores_per_task", "cores of each rank, affinity[core(N)]; 1 if not set."),
        ClusterKey("memory", "memory of each task, rusage[mem=X]."),
        ClusterKey("exclusive", "true asks for hosts of the job's own (-x), and binds ranks to cores."),
        ClusterKey("run_limit", "longest run time, as hours:minutes:seconds; bsub's -W in minutes."),
        ClusterKey("queue", "bsub's -q."), ClusterKey("project", "bsub's -P."),
        ClusterKey("gpu", "bsub's -gpu, for queues that give every job GPUs; not sent if not set."),
        ClusterKey("job_name", "bsub's -J; lockstep if not set."),
        ClusterKey("array", "tasks, such as 1-5; %a in the words of the job is the number of its task."),
        ClusterKey("output", "bsub's -o; lockstep-%J.log if not set."),
        ClusterKey("signal_seconds", "so long before run_limit ends the job is asked to save and leave."),
        ClusterKey("bsub_options", "a list of options that have no key, each as it stands behind #BSUB."),
    ]

    /// nil if there is no such section.
    init?(_ section: SectionReader?) throws(ConfigurationError) {
        guard let section else { return nil }
        hosts = try section.value("hosts", .integer(atLeast: 1)) ?? 1
        tasksPerHost = try section.value("tasks_per_host", .integer(atLeast: 1)) ?? 1
        coresPerTask = try section.value("cores_per_task", .integer(atLeast: 1)) ?? 1
        memory = try section.value("memory", .directive)
        isExclusive = try section.value("exclusive", .boolean) ?? false
        runLimit = try section.value("run_limit", .clock)
        queue = try section.value("queue", .directive)
        project = try section.value("project", .directive)
        gpu = try section.value("gpu", .directive)
        jobName = try section.value("job_name", .directive) ?? jobName
        array = try section.value("array", .arrayRange)
        output = try section.value("output", .directive) ?? output
        signalSeconds = try section.value("signal_seconds", .integer(atLeast: 1))
        options = try section.directives(
            "bsub_options",
            decided: [
                ("-n", "hosts and tasks_per_host"), ("-W", "run_limit"), ("-q", "queue"), ("-P", "project"),
                ("-J", "job_name"), ("-gpu", "gpu"), ("-x", "exclusive"), ("-o", "output"),
                ("-wa", "signal_seconds"), ("-wt", "signal_seconds"),
            ].map { (option: $0.0, key: $0.1) })
        if let array, array.hasPrefix("0-") {
            throw .contradiction(
                "array", "array is \(array), but tasks of LSF are counted from 1.", section.location("array"))
        }
        try section.refuseEarlySignal(signalSeconds, limit: runLimit, key: "run_limit")
    }
}

extension ClusterConfiguration {
    /// The batch file that bsub reads.
    func lsfScript(_ job: LSFJob, _ request: JobRequest) -> String {
        var setup = sharedDirectory.map { ["cd \(Self.shellLine([$0]))"] } ?? []
        // An Open MPI that was built without LSF starts its daemons by LSF's own remote shell.
        setup += [
            "export OMPI_MCA_orte_default_hostfile=$LSB_DJOB_HOSTFILE",
            "export OMPI_MCA_plm_rsh_agent=${OMPI_MCA_plm_rsh_agent:-blaunch}",
        ]
        return BatchScript(
            prefix: "#BSUB", directives: job.directives, setup: setup,
            command: request.batchWords()
                + mpirunWords(
                    ranks: job.ranks, threadsPerRank: job.coresPerTask, isBound: job.isExclusive, request)
        ).text
    }
}
