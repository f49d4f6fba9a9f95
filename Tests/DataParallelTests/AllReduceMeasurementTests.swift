// The figures of `lockstep bench allreduce`: how they follow from the times that were measured.

import DataParallel
import Testing

@Suite("All-reduce measurement")
struct AllReduceMeasurementTests {
    @Test(
        "every way is measured at every size, and its figures follow from its time as nccl-tests says",
        arguments: [[1], [2], [1, 1], [2, 1]])
    func figures(hosts: [Int]) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            let measurement = try AllReduceMeasurement(
                maximumBytes: 4_352, group: group, wire: .float32, bucketMebibytes: 1.0 / 1_024,
                repetitions: 3, sharesMemory: true)
            #expect(measurement.localRanks == (hosts == [2] ? 2 : 1))
            // A piece is 1 KiB: less than one, and several with a rest of one cache line.
            for bytes in [64, 4_160] {
                let found = try measurement.measure(bytes: bytes)
                #expect(found.map(\.way) == [.lockstep, .reduceScatter, .allGather, .mpi, .copy])
                let copy = try #require(found.last)
                #expect(copy.copyRatio == 1 && copy.busBytesPerSecond == 0)
                for figure in found {
                    #expect(figure.bytes == bytes && figure.seconds > 0)
                    #expect(figure.copyRatio == copy.seconds / figure.seconds)
                }
                let share = Double(group.size - 1) / Double(group.size)
                for (figure, factor) in zip(found, [2.0, 1, 1, 2]) {
                    let sent = factor * share * Double(bytes)
                    #expect(abs(figure.busBytesPerSecond * figure.seconds - sent) <= 1e-9 * sent)
                }
                // The slowest rank counts, so all have the same figures.
                var nanoseconds = found.map { Int64(($0.seconds * 1e9).rounded()) }
                let mine = nanoseconds
                try group.allReduceMaximum(&nanoseconds)
                #expect(nanoseconds == mine)
            }
        }
    }
}
