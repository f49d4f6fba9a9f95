// The watch over waits for other ranks. Waits are real, but nothing is concluded from how long they took.

import DataParallel
import Dispatch
import Synchronization
import Testing

/// What the watch said, and a signal when it gave up.
private final class Record: Sendable {
    let lines = Mutex<[String]>([])
    let codes = Mutex<[Int32]>([])
    let gaveUp = DispatchSemaphore(value: 0)
}

@Suite("Stall watch")
struct WatchdogTests {
    @Test("a wait that does not end is first warned of, then given up with code 75")
    func stall() throws {
        let record = Record()
        let watch = Watchdog(
            group: SoloProcessGroup(), warnSeconds: 0.05, abortSeconds: 0.5,
            report: { line in record.lines.withLock { $0.append(line) } },
            abort: { code in
                record.codes.withLock { $0.append(code) }
                record.gaveUp.signal()
            })
        watch.watching("the all-reduce of bucket 3 of 9") { record.gaveUp.wait() }
        watch.stop()
        #expect(record.codes.withLock { $0 } == [75])
        let lines = record.lines.withLock { $0 }
        #expect(lines.last?.contains("error: gave up after") == true)
        #expect(lines.allSatisfy { $0.hasPrefix("[rank 0 on ") && $0.contains("bucket 3 of 9") })
        #expect(lines.dropLast().allSatisfy { $0.contains("warning: has waited") })
    }

    @Test("waits that end, and results and errors of their bodies, pass through")
    func passing() throws {
        let record = Record()
        let watch = Watchdog(
            group: SoloProcessGroup(), warnSeconds: 600, abortSeconds: 600,
            report: { line in record.lines.withLock { $0.append(line) } },
            abort: { code in record.codes.withLock { $0.append(code) } })
        for number in 0..<100 { #expect(watch.watching("a barrier") { number } == number) }
        #expect(throws: ParallelError.communication("cut")) {
            try watch.watching("a barrier") { () throws(ParallelError) in throw .communication("cut") }
        }
        #expect(record.lines.withLock { $0.isEmpty })
        #expect(record.codes.withLock { $0.isEmpty })
    }

    @Test("a job that does not come together is warned of and given up, and one that does is left alone")
    func join() throws {
        let record = Record()
        func join(_ body: () throws -> Void) rethrows {
            try JoinLimit.run(
                warnSeconds: 0.05, endSeconds: 0.2,
                report: { line in record.lines.withLock { $0.append(line) } },
                end: { record.gaveUp.signal() }, body)
        }
        join { record.gaveUp.wait() }
        let lines = record.lines.withLock { $0 }
        #expect(lines.count == 2 && lines[0].hasPrefix("warning: has waited 0 s for the other ranks to join"))
        #expect(lines.last?.contains("gives up (code 75): start the job again") == true)
        #expect(JoinLimit.run { 7 } == 7)
        #expect(throws: ParallelError.communication("cut")) {
            try JoinLimit.run { () throws(ParallelError) in throw .communication("cut") }
        }
    }

    @Test("a watched group answers as the group it watches")
    func watchedGroup() throws {
        try ThreadProcessGroup.run(size: 3) { base in
            let group = WatchedProcessGroup(base, watch: Watchdog(group: base))
            var values = [Int64(group.rank)]
            try group.allReduceSum(&values)
            #expect(values == [3])
            try group.allReduceMaximum(&values)
            let other = try group.duplicate()
            #expect(try other.allGather([UInt8(group.rank)]) == [[0], [1], [2]])
            try other.barrier()
        }
    }
}
