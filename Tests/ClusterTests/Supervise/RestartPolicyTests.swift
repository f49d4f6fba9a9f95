// When a job is started again, and when it is left alone.

import Cluster
import Testing

@Suite struct RestartPolicyTests {
    private func end(
        _ status: Int32, step: Int? = nil, checkpoint: Int? = nil, reason: String? = nil
    ) -> JobEnd {
        let record = step.map {
            JobRecord(started: "now", process: 1, step: $0 - 1, hosts: [.init(name: "a", ranks: 1)])
        }
        return JobEnd(status: status, record: record, checkpoint: checkpoint, wasEndedFor: reason)
    }

    private func isAgain(_ decision: RestartDecision) -> Bool {
        if case .again = decision { true } else { false }
    }

    @Test("a finished and a saved job end the supervision with their codes")
    func good() {
        var history = RestartHistory(RestartPolicy())
        #expect(history.decide(after: end(0)) == .end(0, reason: nil))
        #expect(history.decide(after: end(85, step: 3)) == .end(85, reason: nil))
    }

    @Test("what would fail again ends it with its own code", arguments: [1, 64, 65, 71, 74, 127] as [Int32])
    func hopeless(status: Int32) {
        var history = RestartHistory(RestartPolicy())
        let end = JobEnd(status: status, lastLines: ["error: because"])
        #expect(history.decide(after: end) == .end(status, reason: "it would fail again"))
    }

    @Test(
        "signals, lost hosts and stalls are followed by a restart",
        arguments: [137, 143, 132, 205, 75, 3] as [Int32])
    func accident(status: Int32) {
        var history = RestartHistory(RestartPolicy())
        #expect(history.decide(after: end(status, step: 5)) == .again(afterSeconds: 1))
        #expect(isAgain(history.decide(after: end(0, step: 9, reason: "no sign of life"))))
    }

    @Test("another run in the folder ends the first start; later it is what is left of this one's own job")
    func busy() {
        var history = RestartHistory(RestartPolicy())
        #expect(history.decide(after: end(73)) == .end(73, reason: "another run is at work there"))
        history = RestartHistory(RestartPolicy())
        #expect(isAgain(history.decide(after: end(137, step: 4))))
        #expect(isAgain(history.decide(after: end(73))))
    }

    @Test("the same step failing twice in a row is no accident; two steps by turns are")
    func sameStep() {
        var history = RestartHistory(RestartPolicy())
        for step in [7, 8, 7] { #expect(isAgain(history.decide(after: end(137, step: step, checkpoint: 6)))) }
        #expect(
            history.decide(after: end(139, step: 7, checkpoint: 6))
                == .end(139, reason: "step 7 failed 2 times in a row, so that it is no accident"))
        var policy = RestartPolicy()
        policy.sameStep = 3
        history = RestartHistory(policy)
        for _ in 0..<2 { #expect(isAgain(history.decide(after: end(137, step: 7)))) }
        #expect(!isAgain(history.decide(after: end(137, step: 7))))
    }

    @Test("a crash before the first step counts as a place, somebody's kill does not")
    func start() {
        var history = RestartHistory(RestartPolicy())
        for _ in 0..<3 { #expect(isAgain(history.decide(after: end(137)))) }
        #expect(isAgain(history.decide(after: end(132))))
        #expect(
            history.decide(after: end(132))
                == .end(132, reason: "the start failed 2 times in a row, so that it is no accident"))
    }

    @Test("the pause doubles without a new checkpoint, and begins anew with one")
    func pauses() {
        var policy = RestartPolicy()
        (policy.restarts, policy.longestPause) = (20, 10)
        var history = RestartHistory(policy)
        let pauses = [1.0, 2, 4, 8, 10, 10]
        for (index, seconds) in pauses.enumerated() {
            let decision = history.decide(after: end(137, step: index + 1))
            #expect(decision == .again(afterSeconds: seconds))
        }
        #expect(history.decide(after: end(137, step: 40, checkpoint: 39)) == .again(afterSeconds: 1))
        #expect(history.decide(after: end(137, step: 41, checkpoint: 39)) == .again(afterSeconds: 2))
    }

    @Test("so many restarts without a new checkpoint are enough, and a checkpoint renews them")
    func limit() {
        var policy = RestartPolicy()
        policy.restarts = 2
        var history = RestartHistory(policy, checkpoint: 10)
        for step in [11, 12] { #expect(isAgain(history.decide(after: end(205, step: step, checkpoint: 10)))) }
        for step in [13, 14] { #expect(isAgain(history.decide(after: end(205, step: step, checkpoint: 12)))) }
        #expect(
            history.decide(after: end(205, step: 15, checkpoint: 12))
                == .end(205, reason: "2 restarts in a row brought no new checkpoint"))
    }

    @Test("a job that was ended although its code is 0 does not count as done when the limit is reached")
    func stalledWithCodeZero() {
        var policy = RestartPolicy()
        policy.restarts = 0
        var history = RestartHistory(policy)
        let decision = history.decide(after: end(0, step: 3, reason: "no sign of life"))
        #expect(decision == .end(1, reason: "0 restarts in a row brought no new checkpoint"))
    }
}
