// Ranks of one host that cannot share memory: the run goes on by messages, says so and why, and learns the
// same.

import TestSupport
import Testing

@Suite(.serialized) struct SharedMemoryTests {
    /// Rank 1 may make no file of more than 4 blocks, memory files included.
    private static let limit = """
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then trap "" XFSZ; ulimit -f 4; fi; exec "$@"
        """

    @Test("train warns when ranks of a host cannot share memory")
    func warning() throws {
        let workshop = try Workshop()
        let keys: KeyValuePairs<String, String?> = ["max_steps": "4", "per_device_train_batch_size": "6"]
        let shared = try workshop.train("shared", ranks: 2, keys)
        #expect(!shared.errors.contains("gradients travel by messages"))
        let recipe = try workshop.recipe(output: "messages", keys)
        // Open MPI's own shared memory would meet the limit first.
        let outcome = try MPIRun.run(
            ranks: 2, executable: "/bin/sh",
            arguments: ["-c", Self.limit, "sh", Workshop.program, "train", recipe],
            environment: ["OMPI_MCA_btl": "self,tcp"], timeoutSeconds: 60)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.errors.contains(
                "warning: gradients travel by messages inside this host, which is slower: "))
        #expect(
            outcome.errors.contains("shared memory for each rank of a host: File too large"), "\(outcome)")
        let (found, expected) = (try workshop.values("messages"), try workshop.values("shared"))
        #expect(found.count == 4 && largestRelativeDifference(found, expected) <= 1e-5)
    }
}
