// Memory, clocks, networks and launchers: what is judged of figures, and figures that ranks measure.

import Cluster
import DataParallel
import Foundation
import Machine
import Synchronization
import Testing

@Suite struct MeasurementTests {
    private func reports(available: Int, addressSpace: Int? = nil) -> [RankReport] {
        (0..<4).map { rank in
            var report = RankReport(rank: rank, host: rank < 2 ? "a" : "b")
            report.memory.available = rank < 2 ? 64 << 30 : available
            if rank == 3 { report.memory.addressSpaceLeft = addressSpace }
            return report
        }
    }

    private let memory = RankMemory(
        parameterCount: 500_000_000, trainedCount: 500_000_000, bf16: false, shards: 1,
        activations: 1 << 30)

    @Test("a host without the memory of its ranks is named, one that has it is not")
    func memoryOfHosts() {
        let short = MemoryJudgement(memory, reports: reports(available: 8 << 30), countsActivations: true)
        #expect(short.findings.map(\.severity) == [.error])
        #expect(short.findings[0].text.hasPrefix("b: 2 ranks need") && short.findings[0].ranks == [2, 3])
        let tight = MemoryJudgement(
            memory, reports: reports(available: 2 * memory.total * 10 / 9), countsActivations: true)
        #expect(tight.findings.map(\.severity) == [.warning])
        let enough = MemoryJudgement(memory, reports: reports(available: 64 << 30), countsActivations: true)
        #expect(enough.findings == [])
    }

    @Test("ulimit -v below the need of a rank is named")
    func addressSpace() {
        let judgement = MemoryJudgement(
            memory, reports: reports(available: 64 << 30, addressSpace: 4 << 30), countsActivations: true)
        #expect(judgement.findings.map(\.severity) == [.error])
        let text = judgement.findings[0].text
        #expect(text.contains("rank 3 on b") && text.contains("ulimit -v"))
    }

    @Test("a clock five seconds off is measured and named, those that agree are not")
    func clocks() throws {
        let results = Mutex<[Int: JobMeasurement]>([:])
        try ThreadProcessGroup.run(ranksOnHosts: [1, 1, 1]) { group in
            let start = ContinuousClock.now
            let ahead = group.rank == 2 ? 5.0 : 0
            let measurement = try JobMeasurement.run(group) {
                1_000 + ahead + (ContinuousClock.now - start) / .seconds(1)
            }
            results.withLock { $0[group.rank] = measurement }
        }
        let measured = results.withLock { $0 }
        #expect(measured.count == 3)
        // Threads start at different moments, which is part of their clocks.
        let clocks = try #require(measured[0]).clocks
        #expect(abs(clocks[2].seconds - 5) < 0.9 && abs(clocks[1].seconds) < 0.9)
        #expect(clocks[0] == ClockOffset(seconds: 0, uncertainty: 0))
        let judgement = MeasurementJudgement(
            try #require(measured[0]), hosts: ["a", "b", "c"], gradientBytes: nil)
        let found = judgement.findings.filter { $0.topic == .clocks }
        #expect(found.count == 1 && found[0].ranks == [2])
        #expect(found[0].text.contains("rank 2 on c") && found[0].text.contains("ahead"))
    }

    @Test("all ranks get the same figures of the all-reduce")
    func allReduce() throws {
        let results = Mutex<[JobMeasurement]>([])
        try ThreadProcessGroup.run(size: 2) { group in
            let measurement = try JobMeasurement.run(group)
            results.withLock { $0.append(measurement) }
        }
        let measured = results.withLock { $0 }
        #expect(measured.count == 2 && measured[0] == measured[1])
        #expect(measured[0].latencySeconds ?? 0 > 0 && measured[0].busBytesPerSecond ?? 0 > 0)
    }

    @Test("a slow network between hosts is named with the time of a step's gradients")
    func slowNetwork() {
        var measurement = JobMeasurement()
        measurement.busBytesPerSecond = 10e6
        let slow = MeasurementJudgement(measurement, hosts: ["a", "b"], gradientBytes: 100_000_000)
        #expect(slow.findings.count == 1 && slow.findings[0].text.contains("10.0 s"))
        #expect(MeasurementJudgement(measurement, hosts: ["a", "a"], gradientBytes: nil).findings == [])
    }

    @Test("the mpirun of another MPI, srun without PMIx and a launcher without a word are refused")
    func singletons() {
        func findings(_ variables: ProcessVariables, _ ancestors: [String] = []) -> [Finding] {
            LaunchJudgement(variables, library: "Open MPI v4.1.4", ancestors: ancestors).findings
        }
        let hydra = findings(["PMI_RANK": "0", "PMI_SIZE": "4"], ["hydra_pmi_proxy"])
        #expect(hydra.count == 1 && hydra[0].text.contains("4 jobs of one rank"))
        #expect(findings(["SLURM_STEP_NUM_TASKS": "8"]).count == 1)
        let silent = findings([:], ["sh", "mpiexec.hydra"])
        #expect(silent.count == 1 && silent[0].text.contains("mpiexec.hydra"))
        #expect(findings(["OMPI_COMM_WORLD_SIZE": "4", "PMIX_RANK": "1"], ["orted"]) == [])
        #expect(findings([:], ["bash", "sshd"]) == [])
        #expect(findings(["SLURM_JOB_ID": "1"], ["bash", "slurmstepd"]) == [])
    }

    @Test("work that hangs is left alone after its limit, and its error is told")
    func bounded() throws {
        let start = ContinuousClock.now
        let hanging = BoundedWork.run("disk", seconds: 0.2) { Thread.sleep(forTimeInterval: 3) }
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(throws: ProbeFailure(probe: "disk", reason: "no answer within 1 s")) { try hanging.get() }
        #expect(try BoundedWork.run("sum", seconds: 5) { 1 + 1 }.get() == 2)
        struct Broken: Error, CustomStringConvertible { let description = "it is broken" }
        let broken = BoundedWork.run("sum", seconds: 5) { () throws -> Int in throw Broken() }
        #expect(throws: ProbeFailure(probe: "sum", reason: "it is broken")) { try broken.get() }
    }
}
