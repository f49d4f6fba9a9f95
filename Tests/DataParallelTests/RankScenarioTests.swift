// The data-parallel layer under mpirun, by the programs of rank-scenarios.

import Foundation
import TestSupport
import Testing

@Suite("Ranks under mpirun")
struct RankScenarioTests {
    private func run(_ ranks: Int, _ arguments: String...) throws -> JobOutcome {
        try MPIRun.run(
            ranks: ranks, executable: Products.path(of: "rank-scenarios"), arguments: arguments,
            timeoutSeconds: 60)
    }

    @Test(
        "every rank gets the closed-form answers",
        arguments: 1...4,
        ["reductions", "broadcast", "gather", "questions", "reducer", "channels", "arenas", "shards"])
    func answers(ranks: Int, scenario: String) throws {
        let outcome = try run(ranks, scenario)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for rank in 0..<ranks { #expect(outcome.output.contains("ok rank \(rank): ")) }
    }

    @Test(
        "without a launcher the world has one rank", arguments: ["reductions", "gather", "reducer", "world"])
    func alone(scenario: String) throws {
        let outcome = try MPIRun.run(
            [Products.path(of: "rank-scenarios"), scenario], timeoutSeconds: 30)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("ok rank 0: "))
    }

    @Test("a changed bit is found, with slot and rank, on all ranks", arguments: [1, 2])
    func plantedDifference(rank: Int) throws {
        let outcome = try run(3, "replicas", String(rank))
        #expect(outcome.status == 0, "\(outcome.errors)")
        for reporter in 0..<3 {
            let line = "ok rank \(reporter): replicas differ in 1 slots, first slot.7, ranks [\(rank)]\n"
            #expect(outcome.output.contains(line))
        }
    }

    @Test("a difference on rank 0 shows on all other ranks")
    func differenceOnRankZero() throws {
        let outcome = try run(3, "replicas", "0")
        #expect(outcome.output.contains("first slot.7, ranks [1, 2]\n"))
    }

    @Test("a rank that does not ask in time is known to rank 0, and the others get their answers")
    func silentRank() throws {
        let outcome = try run(4, "silence", "2")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("ok rank 0: missed [2]\n"))
        for rank in [1, 3] { #expect(outcome.output.contains("ok rank \(rank): missed []\n")) }
    }

    @Test("equal replicas pass")
    func equalReplicas() throws {
        let outcome = try run(2, "replicas", "9")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("ok rank 1: replicas are equal\n"))
    }

    @Test("a rank that throws ends the job and names rank and host", arguments: [0, 1, 2])
    func throwingRank(rank: Int) throws {
        let outcome = try run(3, "throw", String(rank))
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("[rank \(rank) on "))
        #expect(outcome.errors.contains("error: this rank was told to fail"))
        #expect(!outcome.output.contains("ok"))
    }

    @Test("a stalled rank is given up with code 75, and the others say where they wait")
    func stalledRank() throws {
        let outcome = try run(2, "stall", "1")
        #expect(outcome.status == 75)
        #expect(outcome.errors.contains("[rank 0 on "))
        #expect(outcome.errors.contains("the all-reduce of bucket 1 of "))
        #expect(!outcome.errors.contains("[rank 1 on "))
        #expect(!outcome.output.contains("ok"))
    }
}

@Suite("Shared memory of a killed job")
struct SharedMemoryTests {
    @Test("nothing stays in /dev/shm when a rank dies in the middle of a job")
    func nothingStays() throws {
        let before = try names()
        let outcome = try MPIRun.run(
            ranks: 2, executable: Products.path(of: "rank-scenarios"), arguments: ["killed", "1"],
            timeoutSeconds: 60)
        #expect(outcome.status == 137)
        #expect(outcome.output.contains("ok rank 0: has an arena\n"))
        #expect(try names().subtracting(before) == [])
    }

    /// What is there besides Open MPI's own segments, which come and go with every job on the machine.
    private func names() throws -> Set<String> {
        let names = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
        return Set(names.filter { !$0.hasPrefix("vader_segment.") })
    }
}
