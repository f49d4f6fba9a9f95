// Whether the processes that a launcher started are the ranks of one job.

package import Machine

/// Judges how this process was started, before MPI starts. Pure.
package struct LaunchJudgement: Sendable {
    private let launch: LaunchVariables
    private let library: String
    private let ancestors: [String]

    /// - Parameters:
    ///   - library: the MPI library of the program, as it names itself.
    ///   - ancestors: names of the processes that started this one, the parent first.
    package init(_ variables: ProcessVariables, library: String, ancestors: [String]) {
        launch = LaunchVariables(variables)
        (self.library, self.ancestors) = (library, ancestors)
    }

    /// Processes that start ranks.
    private static let launchers: Set<String> = [
        "mpirun", "mpiexec", "orterun", "prterun", "orted", "prted", "hydra_pmi_proxy", "mpiexec.hydra",
        "hydra_bstrap_pr", "mpirun_rsh",
    ]

    package var findings: [Finding] {
        if let size = launch.size, size > 1, !launch.isUnderstood(by: library) {
            return [
                Finding(
                    .error, .launch,
                    "the launcher started \(size) processes that would be \(size) jobs of one rank each: it is "
                        + "the mpirun of another MPI, or srun without PMIx, and the program is built with "
                        + "\(library). Use that library's mpirun, or srun --mpi=pmix")
            ]
        }
        guard !launch.isPresent, let launcher = ancestors.first(where: Self.launchers.contains) else {
            return []
        }
        return [
            Finding(
                .error, .launch,
                "started by \(launcher), which says nothing of ranks: each process would be a job of its own, and "
                    + "they would write to one folder. Use the mpirun of the program's MPI (\(library))")
        ]
    }

    /// Whether this process is the one to say so.
    package var isFirstRank: Bool { launch.isFirstRank }
}
