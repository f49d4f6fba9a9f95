// The variables by which launchers announce themselves to the processes they start.

/// What a launcher (mpirun of Open MPI or of MPICH, or srun) says about this process, known before MPI
/// starts.
package struct LaunchVariables: Sendable {
    private let variables: ProcessVariables

    /// Reads them from an environment.
    package init(_ variables: ProcessVariables) { self.variables = variables }

    /// What the launcher of this process says.
    package static var current: LaunchVariables { LaunchVariables(.current) }

    /// Whether a launcher started this process: mpirun of Open MPI or of MPICH, or a step of Slurm with
    /// several tasks. A Slurm batch script alone is no launcher.
    package var isPresent: Bool {
        variables.first(of: ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"]) != nil || (size ?? 1) > 1
    }

    /// How many processes the launcher started, where it says so.
    package var size: Int? {
        variables.firstInteger(of: ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"])
    }

    /// How many of them it started on this host, where it says so.
    package var localSize: Int? {
        variables.firstInteger(of: ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE"])
    }

    /// Whether this process is the one that speaks for all: rank 0, or the only one.
    package var isFirstRank: Bool {
        variables.first(of: Self.rankNames).map { $0 == "0" } ?? true
    }

    /// Whether this process is the first of its host, or the launcher does not say.
    package var isFirstOfHost: Bool {
        variables.first(of: ["OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"]).map {
            $0 == "0"
        }
            ?? true
    }

    /// The rank of this process, where the launcher says it.
    package var rank: Int? { variables.firstInteger(of: Self.rankNames) }

    private static let rankNames = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"]

    /// Whether a library of this version can join the launcher's processes to one world. Open MPI speaks PMIx
    /// only; other libraries find out in `MPI_Init_thread`.
    package func isUnderstood(by libraryVersion: String) -> Bool {
        !libraryVersion.hasPrefix("Open MPI") || variables["PMIX_RANK"] != nil
    }
}
