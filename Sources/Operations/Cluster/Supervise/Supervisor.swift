// Runs a job until it is finished, or until nothing speaks for another try.

package import JSON

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
    private let search: HostSearch?
    private let run: (Attempt) throws -> JobEnd
    /// Waits; returns false when it was asked to end meanwhile.
    private let pause: (Double) -> Bool
    /// Whether the supervision was asked to end.
    private let isAskedToEnd: () -> Bool
    private let tell: (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void

    package init(
        policy: RestartPolicy, pool: HostPool?, run: @escaping (Attempt) throws -> JobEnd,
        ask: @escaping ([String]) -> [String: String],
        pause: @escaping (Double) -> Bool, isAskedToEnd: @escaping () -> Bool,
        tell: @escaping (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void
    ) {
        search = pool.map { HostSearch($0, policy: policy, ask: ask, pause: pause, tell: tell) }
        (self.policy, self.run, self.pause) = (policy, run, pause)
        (self.isAskedToEnd, self.tell) = (isAskedToEnd, tell)
    }

    /// Exit code of a supervision that was asked to end while no job ran: TERM's.
    package static let endedStatus: Int32 = 143

    /// Runs the job to its end and returns the exit code of the supervision. `checkpoint` is the newest
    /// before.
    package func callAsFunction(checkpoint: Int? = nil) throws -> Int32 {
        var history = RestartHistory(policy, checkpoint: checkpoint)
        var search = self.search
        var lastStatus: Int32 = 1
        var number = 1
        while true {
            var attempt = Attempt(number: number, hosts: nil, ownNames: [], goneNames: [])
            if search != nil {
                guard let placed = try search?.place(number) else {
                    if isAskedToEnd() { return Self.endedStatus }
                    try tell("end", "too few hosts answer, so there is no further restart", [:])
                    return lastStatus
                }
                attempt = placed
            }
            let end = try run(attempt)
            lastStatus = end.status
            if end.record != nil { search?.haveWorked(attempt.hosts ?? []) }
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
    static func shown(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    }
}
