// What a run watches besides its loss: slow ranks, memory that runs out, and the time that it has.

import Foundation
import Machine
import Testing
import Training

@Suite struct RunWatchTests {
    @Test("a rank that is slow in two records running is told of once, until it is not")
    func stragglers() throws {
        var watch = StragglerWatch()
        func isNews(_ seconds: [Double]) throws -> Bool {
            watch.isNews(try #require(StragglerWatch.slowest(of: seconds)))
        }
        let (even, slow) = ([1.0, 1.1, 1.0, 1.2], [1.0, 1.0, 1.6, 1.1])
        #expect(
            try [even, slow, slow, slow, even, slow, slow].map(isNews) == [
                false, false, true, false, false, false, true,
            ])
        #expect(watch.straggler == 2, "told of once, flagged as long as it is slow")
        #expect(try !isNews([1.6, 1.0, 1.0, 1.0]) && isNews([1.6, 1.0, 1.0, 1.0]), "another rank")
        #expect(try !isNews([0.001, 0.004]) && !isNews([0.001, 0.004]), "milliseconds are noise")
    }

    @Test("the slowest rank and the median, of two ranks the faster")
    func slowest() throws {
        let four = try #require(StragglerWatch.slowest(of: [3, 1, 4, 2]))
        #expect((four.rank, four.seconds, four.medianSeconds) == (2, 4, 2))
        let two = try #require(StragglerWatch.slowest(of: [2, 1]))
        #expect((two.rank, two.seconds, two.medianSeconds) == (0, 2, 1))
        #expect(StragglerWatch.slowest(of: []) == nil)
    }

    @Test("memory that is nearly used up is warned of once")
    func memory() {
        var watch = MemoryWatch()
        func warning(_ used: Int?) -> String? {
            watch.warning(
                used.map { [MemoryLimit(.controlGroup, byteCount: 100 << 20, usedByteCount: $0 << 20)] } ?? []
            )
        }
        let found = [90, nil, 96, 99].map(warning)
        #expect(found.map { $0 == nil } == [true, true, false, true])
        #expect(
            found[2]?.hasPrefix(
                "96.0 MiB of the 100.0 MiB of the memory limit of the control group are in use, ")
                == true)
        #expect(found[2]?.contains("the kernel kills a rank when they are used up") == true)
    }

    @Test("a run stops after its own time, and before its job ends with time for a step and two saves")
    func deadline() {
        let (start, date) = (ContinuousClock.now, Date(timeIntervalSince1970: 1_000_000))
        let own = RunDeadline(maximumSeconds: 30, jobEnd: nil)
        own.start(at: start)
        #expect(!own.hasCome(asOf: start + .seconds(29)) && own.hasCome(asOf: start + .seconds(30)))
        let ofJob = RunDeadline(maximumSeconds: nil, jobEnd: date + 200)
        ofJob.start(at: start)
        #expect(!ofJob.hasCome(asOf: start, date: date + 139) && ofJob.hasCome(asOf: start, date: date + 140))
        ofJob.note(saveSeconds: 20)
        ofJob.noteStep(at: start)
        ofJob.noteStep(at: start + .seconds(10))
        #expect(!ofJob.hasCome(asOf: start, date: date + 89) && ofJob.hasCome(asOf: start, date: date + 90))
        #expect(!RunDeadline(maximumSeconds: nil, jobEnd: nil).hasCome(asOf: start + .seconds(1_000_000)))
    }
}
