// The shape of a cluster: hosts, ranks, threads, network and directories, as a file of cluster-configs
// describes it.

/// Where a job runs and how it is started.
package struct ClusterConfiguration: Equatable, Sendable {
    /// The program that starts the ranks.
    package enum Launcher: String, Sendable, CaseIterable {
        case mpirun, slurm
    }

    /// A machine and the number of its cores that the job may use.
    package struct Host: Equatable, Sendable {
        package var name: String
        /// Cores for this job. A host runs at most as many ranks.
        package var slots: Int

        package init(name: String, slots: Int) {
            (self.name, self.slots) = (name, slots)
        }
    }

    /// The most ranks of a job: layouts count them one by one.
    static let mostRanks = 1 << 20

    package var launcher = Launcher.mpirun
    /// Empty: the machine on which the job is started.
    package var hosts: [Host] = []
    /// Hosts that take the places of others that are gone.
    package var spares: [Host] = []
    /// The fewest hosts that a job goes on with when others are gone and no spare is left; nil: all of
    /// `hosts`.
    package var minHosts: Int?
    /// Ranks in all; nil: from `ranksPerHost`, or as many as the slots allow.
    package var ranks: Int?
    package var ranksPerHost: Int?
    /// Cores of each rank; nil: the cores of a host, shared evenly by its ranks.
    package var threadsPerRank: Int?
    /// Network interface or CIDR range that joins the hosts.
    package var interface: String?
    /// Directory that all hosts see; ranks run in it.
    package var sharedDirectory: String?
    /// Directory local to each host, for temporary files.
    package var scratchDirectory: String?
    /// Folder for Open MPI's own temporary files in place of the scratch directory; no key of the file.
    package var sessionDirectory: String?
    /// File of Open MPI's settings of every job; a cluster file's own key, else `openmpi.conf` beside it.
    package var openMPISettingsFile = OpenMPISettings.defaultFileName
    /// Further arguments of mpirun. They stand after all others, so that they win, and an Open MPI parameter
    /// among them replaces that of the settings.
    package var mpirunArguments: [String] = []
    /// What is asked of Slurm; present with `launcher: slurm` only.
    package var slurm: SlurmAllocation?

    /// This machine, with a rank for each core.
    package init() {}

    /// The hosts in the form of an Open MPI hostfile.
    package var hostfileText: String { hosts.map { "\($0.name) slots=\($0.slots)\n" }.joined() }
}
