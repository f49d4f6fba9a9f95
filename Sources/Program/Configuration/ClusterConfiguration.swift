// The shape of a cluster: hosts, ranks, threads, network and directories, as a file of cluster-configs
// describes it.

/// Where a job runs and how it is started.
public struct ClusterConfiguration: Equatable, Sendable {
    /// The program that starts the ranks.
    public enum Launcher: String, Sendable, CaseIterable {
        case mpirun, slurm
    }

    /// A machine and the number of its cores that the job may use.
    public struct Host: Equatable, Sendable {
        public var name: String
        /// Cores for this job. A host runs at most as many ranks.
        public var slots: Int

        public init(name: String, slots: Int) {
            (self.name, self.slots) = (name, slots)
        }
    }

    public var launcher = Launcher.mpirun
    /// Empty: the machine on which the job is started.
    public var hosts: [Host] = []
    /// Ranks in all; nil: from `ranksPerHost`, or as many as the slots allow.
    public var ranks: Int?
    public var ranksPerHost: Int?
    /// Cores of each rank; nil: the cores of a host, shared evenly by its ranks.
    public var threadsPerRank: Int?
    /// Network interface or CIDR range that joins the hosts.
    public var interface: String?
    /// Directory that all hosts see; ranks run in it.
    public var sharedDirectory: String?
    /// Directory local to each host, for temporary files.
    public var scratchDirectory: String?
    /// File of Open MPI's settings of every job; a cluster file's own key, else `openmpi.conf` beside it.
    public var openMPISettingsFile = OpenMPISettings.defaultFileName
    /// Further arguments of mpirun. They stand after all others, so that they win, and an Open MPI parameter
    /// among them replaces that of the settings.
    public var mpirunArguments: [String] = []
    /// What is asked of Slurm; present with `launcher: slurm` only.
    public var slurm: SlurmAllocation?

    /// This machine, with a rank for each core.
    public init() {}

    /// The hosts in the form of an Open MPI hostfile.
    public var hostfileText: String { hosts.map { "\($0.name) slots=\($0.slots)\n" }.joined() }
}

/// The resources that a Slurm job asks for; names as in `sbatch`.
public struct SlurmAllocation: Equatable, Sendable {
    public var nodes = 1
    public var ntasksPerNode = 1
    public var cpusPerTask = 1
    /// Longest run time in one of Slurm's forms, such as `02:00:00`; nil: the partition's.
    public var time: String?
    /// nil: the default partition.
    public var partition: String?
    /// Seconds before the end at which Slurm sends USR1, which means "save and leave".
    public var signalSeconds: Int?

    public init() {}
}
