// The loop of a supervision, with jobs, hosts and time that are told beforehand.

import Cluster
import JSON
import Testing

@Suite struct SupervisorTests {
    /// What happens to a supervision, and what it does.
    private final class Scene {
        var ends: [JobEnd]
        /// The hosts that answer at each question; the last stays.
        var answering: [Set<String>]
        var names: [String: String] = [:]
        var attempts: [Supervisor.Attempt] = []
        var pauses: [Double] = []
        var events: [(event: String, sentence: String)] = []
        var isAsked = false
        /// The signal comes while the job of this number runs.
        var askedDuring: Int?
        /// The signal comes in the pause of this number.
        var askedInPause: Int?

        init(_ ends: [JobEnd], answering: [Set<String>] = []) {
            (self.ends, self.answering) = (ends, answering)
        }

        func supervisor(_ policy: RestartPolicy = RestartPolicy(), _ pool: HostPool? = nil) -> Supervisor {
            Supervisor(
                policy: policy, pool: pool,
                run: { attempt in
                    self.attempts.append(attempt)
                    if self.attempts.count == self.askedDuring { self.isAsked = true }
                    return self.ends.isEmpty ? JobEnd(status: 0) : self.ends.removeFirst()
                },
                ask: { hosts in
                    let now = self.answering.count > 1 ? self.answering.removeFirst() : self.answering[0]
                    let pairs = hosts.filter(now.contains).map { ($0, self.names[$0] ?? $0) }
                    return Dictionary(uniqueKeysWithValues: pairs)
                },
                pause: { seconds in
                    self.pauses.append(seconds)
                    if self.pauses.count == self.askedInPause { self.isAsked = true }
                    return !self.isAsked
                },
                isAskedToEnd: { self.isAsked },
                tell: { event, sentence, _ in self.events.append((event, sentence)) })
        }
    }

    private func killed(step: Int, checkpoint: Int? = nil) -> JobEnd {
        JobEnd(
            status: 137,
            record: JobRecord(started: "now", process: 1, step: step, hosts: [.init(name: "a", ranks: 1)]),
            checkpoint: checkpoint)
    }

    @Test("a job is started until it is finished, with pauses between")
    func untilFinished() throws {
        let scene = Scene([killed(step: 3), killed(step: 8, checkpoint: 5), JobEnd(status: 205)])
        #expect(try scene.supervisor()() == 0)
        #expect(scene.attempts.map(\.number) == [1, 2, 3, 4])
        #expect(scene.pauses == [1, 1, 2])
        #expect(scene.events.map(\.event) == ["job", "restart", "job", "restart", "job", "restart", "job"])
    }

    @Test("what would fail again is started once and its code handed on")
    func hopeless() throws {
        let scene = Scene([JobEnd(status: 65, lastLines: ["error: the loss is nan"])])
        #expect(try scene.supervisor()() == 65)
        #expect(scene.attempts.count == 1)
        #expect(scene.events.last?.sentence == "no restart: it would fail again")
        #expect(scene.events.contains { $0.sentence.contains("the loss is nan") })
    }

    @Test("a signal during the job ends the supervision with the job's code, unless the job is finished")
    func askedDuringJob() throws {
        for (end, code) in [(JobEnd(status: 85), 85), (killed(step: 2), 137), (JobEnd(status: 0), 0)]
            as [(JobEnd, Int32)]
        {
            let scene = Scene([end])
            scene.askedDuring = 1
            #expect(try scene.supervisor()() == code)
            #expect(scene.attempts.count == 1)
        }
    }

    @Test("a signal in a pause ends the supervision before the next start")
    func askedInPause() throws {
        let scene = Scene([killed(step: 2), killed(step: 3)])
        scene.askedInPause = 2
        #expect(try scene.supervisor()() == Supervisor.endedStatus)
        #expect(scene.attempts.count == 2)
    }

    @Test("a host that does not answer three times is replaced; its own name is that of a host that is gone")
    func replaced() throws {
        let pool = HostPool(hosts: ["n1", "n2"], spares: ["n3"])
        let scene = Scene(
            [killed(step: 4)],
            answering: [["n1", "n2", "n3"], ["n1", "n3"], [], []])
        scene.names = ["n1": "one", "n2": "two", "n3": "three"]
        #expect(try scene.supervisor(RestartPolicy(), pool)() == 0)
        #expect(scene.attempts.map(\.hosts) == [["n1", "n2"], ["n1", "n3"]])
        #expect(scene.attempts[1].ownNames == ["one", "three"] && scene.attempts[1].goneNames == ["two"])
        #expect(scene.pauses == [1, 5, 5])
        #expect(
            scene.events.contains { $0.event == "replaced" && $0.sentence.contains("n3 takes its place") })
    }

    @Test("a host that answers at the second question is not gone")
    func late() throws {
        let pool = HostPool(hosts: ["n1", "n2"], spares: ["n3"])
        let scene = Scene([killed(step: 4)], answering: [["n1", "n2"], ["n1"], ["n2"]])
        #expect(try scene.supervisor(RestartPolicy(), pool)() == 0)
        #expect(scene.attempts.map(\.hosts) == [["n1", "n2"], ["n1", "n2"]])
        #expect(scene.attempts[1].goneNames.isEmpty)
    }

    @Test("a host that has never answered is not gone as long as jobs run there, and is when none has")
    func mute() throws {
        let pool = HostPool(hosts: ["n1", "10.0.0.2"], spares: ["n3"])
        let scene = Scene([killed(step: 4), killed(step: 9)], answering: [["n1", "n3"]])
        #expect(try scene.supervisor(RestartPolicy(), pool)() == 0)
        #expect(scene.attempts.map(\.hosts) == Array(repeating: ["n1", "10.0.0.2"], count: 3))
        let down = Scene([JobEnd(status: 205)], answering: [["n1", "n3"]])
        #expect(try down.supervisor(RestartPolicy(), pool)() == 0)
        #expect(down.attempts.map(\.hosts) == [["n1", "10.0.0.2"], ["n1", "n3"]])
    }

    @Test("a host is left out as far as allowed, and a job waits for hosts without which it may not run")
    func fewer() throws {
        let both: Set<String> = ["n1", "n2"]
        let scene = Scene([killed(step: 4)], answering: [both, ["n1"]])
        #expect(try scene.supervisor(RestartPolicy(), HostPool(hosts: ["n1", "n2"], fewest: 1))() == 0)
        #expect(scene.attempts[1].hosts == ["n1"] && scene.attempts[1].goneNames == ["n2"])
        let waiting = Scene([killed(step: 4)], answering: [both, ["n1"], ["n1"], ["n1"], both])
        #expect(try waiting.supervisor(RestartPolicy(), HostPool(hosts: ["n1", "n2"]))() == 0)
        #expect(waiting.attempts.map(\.hosts) == [["n1", "n2"], ["n1", "n2"]])
        #expect(
            waiting.events.contains { $0.event == "hosts" && $0.sentence.hasPrefix("n2 does not answer") })
        var policy = RestartPolicy()
        policy.restarts = 1
        let never = Scene([killed(step: 4)], answering: [both, ["n1"]])
        #expect(try never.supervisor(policy, HostPool(hosts: ["n1", "n2"]))() == 137)
        #expect(never.attempts.count == 1)
    }
}
