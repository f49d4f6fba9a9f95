// The shape of a cluster: hosts, ranks, threads, network and directories, as a file of cluster-configs
// describes it.

/// Where a job runs and how it is started.
package struct ClusterConfiguration: Equatable, Sendable {
    /// The program that starts the ranks.
    package enum Launcher: String, Sendable, CaseIterable {
        case mpirun, slurm, pbs, lsf
        /// Kubernetes, by the operator of MPIJobs or by Kubeflow's Trainer.
        case mpijob, trainjob
        case azureml

        /// The section that says what this launcher is asked for; mpirun needs none.
        var section: String? {
            switch self {
            case .mpirun: nil
            case .mpijob, .trainjob: "kubernetes"
            case .slurm, .pbs, .lsf, .azureml: rawValue
            }
        }
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
    /// InfiniBand devices for UCX, between commas; nil: messages go through TCP or what Open MPI finds.
    package var ucxDevices: String?
    /// Directory that all hosts see; ranks run in it.
    package var sharedDirectory: String?
    /// Directory local to each host, for temporary files.
    package var scratchDirectory: String?
    /// Folder for Open MPI's own temporary files in place of the scratch directory; no key of the file.
    package var sessionDirectory: String?
    /// What ranks run in place of the program that starts them.
    package var program: String?
    /// File of Open MPI's settings of every job; a cluster file's own key, else `openmpi.conf` beside it.
    package var openMPISettingsFile = OpenMPISettings.defaultFileName
    /// Further arguments of mpirun. They stand after all others, so that they win, and an Open MPI parameter
    /// among them replaces that of the settings.
    package var mpirunArguments: [String] = []
    /// What a plan is told of the hosts and the network between them.
    package var figures = ClusterFigures()
    /// What is asked of Slurm; present with `launcher: slurm` only.
    package var slurm: SlurmAllocation?
    /// What is asked of PBS; present with `launcher: pbs` only.
    package var pbs: PBSJob?
    /// What is asked of LSF; present with `launcher: lsf` only.
    package var lsf: LSFJob?
    /// The pods; present with `launcher: mpijob` and `trainjob` only.
    package var kubernetes: KubernetesJob?
    /// What is asked of Azure Machine Learning; present with `launcher: azureml` only.
    package var azureML: AzureMLJob?

    /// This machine, with a rank for each core.
    package init() {}

    /// The hosts in the form of an Open MPI hostfile.
    package var hostfileText: String { hosts.map { "\($0.name) slots=\($0.slots)\n" }.joined() }
}
