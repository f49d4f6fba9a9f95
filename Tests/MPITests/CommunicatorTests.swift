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
    }
}
