// Runs a job until it is finished, or until nothing speaks for another try.

internal import Files
internal import Foundation
package import JSON
internal import Phrases

/// The loop of a supervision; how a job is run, hosts are asked and time passes comes from outside.
package struct Supervisor {
    /// One start of the job.
    package struct Attempt: Equatable, Sendable {
        /// From 1.
        package let number: Int
        /// The hosts to run on; nil: those that the command itself names.
        package let hosts: [String]?
        /// The names that these hosts have for themselves.
        package let ownNames: [String]
        /// Names of hosts that are gone: no rank may say that it runs there.
        package let goneNames: [String]
    }

    private let policy: RestartPolicy
    private let pool: HostPool?
    /// Seconds between two questions to hosts that do not answer.
    private let secondsBetweenProbes: Double
    private let run: (Attempt) throws -> JobEnd
    /// The hosts among these that answer, with the names that they have for themselves.
    private let ask: ([String]) -> [String: String]
    /// Waits; returns false when it was asked to end meanwhile.
    private let pause: (Double) -> Bool
    /// Whether the supervision was asked to end.
    private let isAskedToEnd: () -> Bool
    private let tell: (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void

    package init(
        policy: RestartPolicy, pool: HostPool?, secondsBetweenProbes: Double = 5,
        run: @escaping (Attempt) throws -> JobEnd, ask: @escaping ([String]) -> [String: String],
        pause: @escaping (Double) -> Bool, isAskedToEnd: @escaping () -> Bool,
        tell: @escaping (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void
    ) {
        (self.policy, self.pool, self.secondsBetweenProbes) = (policy, pool, secondsBetweenProbes)
        (self.run, self.ask, self.pause) = (run, ask, pause)
        (self.isAskedToEnd, self.tell) = (isAskedToEnd, tell)
    }

    /// Exit code of a supervision that was asked to end while no job ran: TERM's.
    package static let endedStatus: Int32 = 143

    /// The names that hosts of the pool have told for themselves so far.
    private struct Names {
        var own: [String: String] = [:]
    }

    /// Runs the job to its end and returns the exit code of the supervision. `checkpoint` is the newest
    /// before.
    package func callAsFunction(checkpoint: Int? = nil) throws -> Int32 {
        var history = RestartHistory(policy, checkpoint: checkpoint)
        var names = Names()
        var lastStatus: Int32 = 1
        var number = 1
        while true {
            var attempt = Attempt(number: number, hosts: nil, ownNames: [], goneNames: [])
            if pool != nil {
                guard let placed = try place(number, &names, isFirst: number == 1) else {
                    if isAskedToEnd() { return Self.endedStatus }
                    try tell("end", "too few hosts answer, so there is no further restart", [:])
                    return lastStatus
                }
                attempt = placed
            }
            let end = try run(attempt)
            lastStatus = end.status == 0 ? 0 : end.status
            let decision = history.decide(after: end)
            try report(end, attempt)
            if isAskedToEnd(), end.outcome != .finished {
                try tell("end", "asked to end: there is no restart", [:])
                return end.status
            }
            switch decision {
            case .end(let code, let reason):
                if let reason { try tell("end", "no restart: \(reason)", ["exit_code": .integer(Int(code))]) }
                return code
            case .again(let seconds):
                try tell(
                    "restart",
                    "restart \(history.restartsWithoutCheckpoint) of at most \(policy.restarts) in a row without "
                        + "a new checkpoint, in \(Self.shown(seconds)) s",
                    ["seconds": .shortest(seconds)])
                guard pause(seconds) else {
                    try tell("end", "asked to end: there is no restart", [:])
                    return Self.endedStatus
                }
            }
            number += 1
        }
    }

    private func report(_ end: JobEnd, _ attempt: Attempt) throws {
        var details: JSONObject = [
            "attempt": .integer(attempt.number), "exit_code": .integer(Int(end.status)),
        ]
        if let step = end.failedStep { details["step"] = .integer(step) }
        if let checkpoint = end.checkpoint { details["checkpoint"] = .integer(checkpoint) }
        try tell("job", "the job \(end.words)", details)
    }

    /// Seconds without a fraction where they have none.
    private static func shown(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    }

    /// The hosts of the next start; nil when too few answer for as long as restarts are made.
    private func place(_ number: Int, _ names: inout Names, isFirst: Bool) throws -> Attempt? {
        guard let pool else { return nil }
        for turn in 0...policy.restarts {
            var answers = ask(pool.all)
            // A host that is silent once may be busy: it is gone when it stays so.
            for _ in 0..<2 where pool.hosts.contains(where: { answers[$0] == nil }) {
                guard pause(secondsBetweenProbes) else { return nil }
                answers.merge(ask(pool.all.filter { answers[$0] == nil })) { $1 }
            }
            names.own.merge(answers) { $1 }
            if let choice = pool.choice(answering: Set(answers.keys)) {
                return try attempt(number, choice, answers, names)
            }
            let silent = pool.hosts.filter { answers[$0] == nil }
            let seconds = policy.pause(before: turn + 1)
            try tell(
                "hosts",
                "\(silent.joined(with: "and")) \(silent.count == 1 ? "does" : "do") not answer, and the "
                    + "cluster file has no spare for it and allows no fewer hosts: waiting "
                    + "\(Self.shown(seconds)) s", ["gone": .array(silent.map { .string($0) })])
            guard pause(seconds) else { return nil }
        }
        return nil
    }

    private func attempt(
        _ number: Int, _ choice: HostPool.Choice, _ answers: [String: String], _ names: Names
    ) throws -> Attempt {
        for (gone, spare) in choice.replaced {
            try tell(
                "replaced", "host \(gone) does not answer: \(spare) takes its place",
                ["gone": .string(gone), "spare": .string(spare)])
        }
        for host in choice.leftOut {
            try tell(
                "left_out", "host \(host) does not answer and is left out: the others run its ranks",
                ["gone": .string(host)])
        }
        let own = choice.hosts.compactMap { answers[$0] }
        let gone = (choice.replaced.map(\.gone) + choice.leftOut).compactMap { names.own[$0] }
        return Attempt(
            number: number, hosts: choice.hosts, ownNames: own, goneNames: gone.filter { !own.contains($0) })
    }
}
