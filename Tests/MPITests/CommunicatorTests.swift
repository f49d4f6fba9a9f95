// The MPI module under mpirun, and what it reads from launchers' variables.

import MPI
import TestSupport
import Testing

@Suite("MPI communicator")
struct CommunicatorTests {
    @Test("collectives, blocks, messages and splits give closed-form answers", arguments: 1...4)
    func communicatorAnswers(ranks: Int) throws {
        let outcome = try MPIRun.run(
            ranks: ranks, executable: Products.path(of: "rank-scenarios"), arguments: ["communicator"],
            timeoutSeconds: 60)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for rank in 0..<ranks {
            #expect(outcome.output.contains("ok rank \(rank): communicator of \(ranks)\n"))
        }
    }

    @Test(
        "a launcher that MPI cannot reach is refused with the way out",
        arguments: [
            ["PMI_RANK": "0", "PMI_SIZE": "2"], ["SLURM_STEP_NUM_TASKS": "3"],
        ])
    func unreachableLauncher(variables: [String: String]) throws {
        let outcome = try MPIRun.run(
            [Products.path(of: "rank-scenarios"), "world"], environment: variables, timeoutSeconds: 30)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("srun --mpi=pmix"))
        #expect(outcome.output.isEmpty)
    }

    @Test("the library says what it is before MPI starts")
    func libraryVersion() {
        #expect(MPIEnvironment.libraryVersion.contains { $0.isNumber })
        #expect(!MPIEnvironment.hostName.isEmpty)
    }
}

@Suite("Launch variables")
struct LaunchVariablesTests {
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
}
