// What a job's end was, told from its code, its words and its record.

import Cluster
import Testing

@Suite struct JobEndTests {
    private static let record = JobRecord(
        started: "2026-12-01T00:00:00.000Z", process: 7, step: 12, hosts: [.init(name: "a", ranks: 2)])

    private static func failed(_ kind: FailureKind) -> JobRecord {
        var record = Self.record
        record.failure = .init(kind: kind, message: "what is wrong", place: "rank 1 on a")
        return record
    }

    @Test(
        "the code alone tells finished, saved, signals, the program's own kinds and the launcher's codes",
        arguments: [
            (0, .finished), (85, .saved), (65, .failed(.notFinite)), (71, .failed(.memory)),
            (73, .failed(.busy)),
            (74, .failed(.storage)), (75, .failed(.peers)), (64, .failed(.input)), (127, .failed(.input)),
            (126, .failed(.input)), (137, .signal(9)), (132, .signal(4)), (143, .signal(15)),
            (205, .launcher(205)),
            (213, .launcher(213)), (1, .launcher(1)), (3, .launcher(3)),
        ] as [(Int32, JobVerdict)])
    func codes(status: Int32, expected: JobVerdict) {
        #expect(JobEnd(status: status).outcome == expected)
    }

    @Test(
        "code 1 is a mistake of the user's when the program has said a sentence, and the launcher's otherwise"
    )
    func codeOne() {
        let said = [
            ["[rank 0 on node7] error: recipe.yaml:3: sed is not a known key.", "a box of mpirun's"],
            ["error: there is no such directory"], ["Error: Unknown option '--x'"],
        ]
        for lines in said {
            #expect(JobEnd(status: 1, lastLines: lines).outcome == .failed(.input), "\(lines)")
        }
        let lines = [
            "ORTE was unable to reliably start one or more daemons.", "no error: at all in the front",
        ]
        #expect(JobEnd(status: 1, lastLines: lines).outcome == .launcher(1))
        let sentence = JobEnd(status: 1, lastLines: said[0]).sentence
        #expect(sentence == "recipe.yaml:3: sed is not a known key.")
    }

    @Test(
        "the record beats the code, of which mpirun knows that of one rank alone",
        arguments: FailureKind.allCases)
    func record(kind: FailureKind) {
        for status in [1, 137, 205] as [Int32] {
            let end = JobEnd(status: status, record: Self.failed(kind))
            #expect(end.outcome == .failed(kind) && end.sentence == "what is wrong")
        }
        #expect(JobEnd(status: 85, record: Self.failed(kind)).outcome == .saved)
    }

    @Test("a kill for want of memory is no accident; one without is")
    func memory() {
        #expect(JobEnd(status: 137, record: Self.record, lackedMemory: true).outcome == .failed(.memory))
        #expect(JobEnd(status: 137, record: Self.record).outcome == .signal(9))
        #expect(JobEnd(status: 139, lackedMemory: true).outcome == .signal(11))
    }

    @Test(
        "a job that was ended because it stalled has stalled, whatever its code, unless a rank has said why")
    func stalled() {
        for status in [0, 137, 143, 75] as [Int32] {
            #expect(JobEnd(status: status, wasEndedFor: "no sign of life").outcome == .stalled)
            let said = JobEnd(status: status, record: Self.failed(.storage), wasEndedFor: "no end")
            #expect(said.outcome == .failed(.storage))
        }
    }

    @Test("the step that failed is the one behind the last that was finished")
    func step() {
        let end = JobEnd(status: 137, record: Self.record)
        #expect(end.failedStep == 13 && end.words == "ended in step 13 by signal 9")
        #expect(JobEnd(status: 205).failedStep == nil)
        #expect(JobEnd(status: 205).words == "was lost before its first step (code 205 of the launcher)")
        let failed = JobEnd(status: 65, record: Self.failed(.notFinite))
        #expect(failed.words == "failed in step 13 (not_finite): what is wrong")
    }

    @Test("every kind of failure has a code of its own that is no signal's and not that of a saved job")
    func codesDiffer() {
        let codes = FailureKind.allCases.map(\.exitCode)
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { (1..<128).contains($0) && $0 != JobEnd.savedStatus })
    }
}
