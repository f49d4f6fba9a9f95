// Picks the process group for the way this process was started.

import MPI
internal import Machine

/// How a command joins its job.
package enum ProcessGroups {
    /// All ranks of the job if a launcher such as mpirun or srun started this process, else a group of one
    /// without MPI. To be called once in a process.
    package static func start() throws(ParallelError) -> any ProcessGroup {
        guard LaunchVariables.current.isPresent else { return SoloProcessGroup() }
        return try MPIProcessGroup()
    }
}
