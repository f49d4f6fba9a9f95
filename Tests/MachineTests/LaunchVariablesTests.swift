// What launchers say in the environment, without any of them.

import Machine
import Testing

@Suite struct LaunchVariablesTests {
    @Test("a process without a launcher, and one in a plain Slurm batch script, is alone")
    func alone() {
        #expect(!LaunchVariables([:]).isPresent)
        #expect(!LaunchVariables(["SLURM_PROCID": "0", "SLURM_NTASKS": "8"]).isPresent)
        #expect(!LaunchVariables(["SLURM_STEP_NUM_TASKS": "1"]).isPresent)
    }

    @Test("mpirun's own size comes before that of the Slurm step it runs in")
    func mpirunInsideSlurm() {
        let launch = LaunchVariables([
            "OMPI_COMM_WORLD_SIZE": "4", "SLURM_STEP_NUM_TASKS": "1", "PMIX_RANK": "2",
        ])
        #expect(launch.isPresent)
        #expect(launch.size == 4)
        #expect(launch.isUnderstood(by: "Open MPI v4.1.4"))
    }

    @Test("srun reaches Open MPI through PMIx only")
    func srun() {
        let pmix = LaunchVariables(["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "2"])
        #expect(pmix.isPresent && pmix.size == 2 && pmix.isUnderstood(by: "Open MPI v4.1.4"))
        let plain = LaunchVariables(["PMI_RANK": "0", "PMI_SIZE": "2"])
        #expect(plain.isPresent && !plain.isUnderstood(by: "Open MPI v4.1.4"))
        #expect(plain.isUnderstood(by: "MPICH Version: 4.0"))
    }

    @Test("a rank of Open MPI, MPICH or Slurm is known by its launcher's variables")
    func ranks() {
        let first: [ProcessVariables] = [
            [:], ["OMPI_COMM_WORLD_RANK": "0"], ["PMIX_RANK": "0", "SLURM_PROCID": "3"],
            ["PMI_RANK": "0"], ["SLURM_PROCID": "0"], ["RANK": "1"],
        ]
        for variables in first { #expect(LaunchVariables(variables).isFirstRank, "\(variables)") }
        let others: [ProcessVariables] = [
            ["OMPI_COMM_WORLD_RANK": "1", "PMIX_RANK": "0"], ["PMIX_RANK": "2"], ["SLURM_PROCID": "1"],
        ]
        for variables in others { #expect(!LaunchVariables(variables).isFirstRank, "\(variables)") }
    }

    @Test("the ranks of a host are counted where the launcher says so")
    func localSize() {
        #expect(LaunchVariables([:]).localSize == nil)
        #expect(LaunchVariables(["OMPI_COMM_WORLD_LOCAL_SIZE": "4", "MPI_LOCALNRANKS": "2"]).localSize == 4)
        #expect(LaunchVariables(["MPI_LOCALNRANKS": "2"]).localSize == 2)
        #expect(LaunchVariables(["SLURM_NTASKS_PER_NODE": "8"]).localSize == 8)
        #expect(LaunchVariables(["SLURM_NTASKS_PER_NODE": "8(x2)"]).localSize == nil)
    }

    @Test("variables of other things are read by their kind")
    func variables() {
        let variables: ProcessVariables = [
            "OMP_NUM_THREADS": "3", "LOCKSTEP_PROGRESS": "lines", "COLUMNS": "0", "TERM": "dumb",
        ]
        #expect(variables.requestedThreadCount == 3)
        #expect(variables.progressStyle == .lines)
        #expect(variables.columnCount == nil && variables.hasDumbTerminal)
        let others: ProcessVariables = ["OMP_NUM_THREADS": "2,2", "LOCKSTEP_PROGRESS": "no", "COLUMNS": "99"]
        #expect(others.requestedThreadCount == nil && others.progressStyle == nil)
        #expect(others.columnCount == 99 && !others.hasDumbTerminal)
        #expect(ProcessVariables.current["PATH"]?.isEmpty == false)
    }
}
