// When a job that runs is taken for one that does not move any more; time is told.

import Cluster
import Testing

@Suite struct JobWatchTests {
    private static let start = ContinuousClock.now

    private func record(_ step: Int) -> JobRecord {
        JobRecord(started: "now", process: 1, step: step, hosts: [.init(name: "a", ranks: 1)])
    }

    private typealias Sign = (second: Int, bytes: Int, lines: [String], step: Int)

    /// Looks at these seconds; the answers.
    private func looks(stall: Double, _ signs: [Sign]) -> [String?] {
        var watch = JobWatch(stallSeconds: stall, now: Self.start)
        return signs.map { sign in
            watch.look(
                byteCount: sign.bytes, lines: sign.lines, record(sign.step),
                now: Self.start + .seconds(sign.second))
        }
    }

    @Test("without a new byte or a new step for so long a job has stalled; each of them is a sign of life")
    func stall() {
        let signs: [Sign] = [
            (0, 0, [], 0), (90, 5, [], 0), (180, 5, [], 1), (270, 5, [], 1), (281, 5, [], 1),
        ]
        #expect(looks(stall: 100, signs) == [nil, nil, nil, nil, "no sign of life for 100 s"])
        #expect(looks(stall: 0, signs + [(90_000, 5, [], 1)]).allSatisfy { $0 == nil })
    }

    @Test(
        "mpirun that says that it ends and does not is ended",
        arguments: [
            "mpirun noticed that process rank 1 with PID 0 on node vm exited on signal 9 (Killed).",
            "MPI_ABORT was invoked on rank 1 in communicator MPI_COMM_WORLD",
            "Primary job  terminated normally, but",
            "ORTE has lost communication with a remote daemon.",
        ])
    func hangingEnd(line: String) {
        let answers = looks(
            stall: 0,
            [(0, 0, [], 3), (1, 50, [line], 3), (20, 60, [line, "x"], 3), (22, 60, [line, "x"], 3)])
        let reason = "the launcher said that it ends the job, and did not within 20 s"
        #expect(answers == [nil, nil, nil, reason])
    }

    @Test("a rank that failed has a minute to take the others along, unless the steps go on")
    func error() {
        let line = "[rank 1 on a] error: what is wrong"
        let ends = looks(
            stall: 0, [(0, 0, [], 3), (1, 9, [line], 3), (50, 9, [line], 3), (62, 9, [line], 3)])
        #expect(ends == [nil, nil, nil, "a rank failed, and the launcher did not end within 60 s"])
        let moves = looks(
            stall: 0, [(0, 0, [], 3), (1, 9, [line], 3), (50, 9, [line], 4), (100, 9, [line], 4)])
        #expect(moves.allSatisfy { $0 == nil })
    }
}
