// Finds the hosts of a start, and says which are gone.

internal import JSON
internal import Phrases

/// The questions to the hosts of a pool, one start after another.
struct HostSearch {
    /// Seconds between two questions to hosts that do not answer.
    private static let secondsBetweenQuestions = 5.0

    private let pool: HostPool
    private let policy: RestartPolicy
    /// The hosts among these that answer, with the names that they have for themselves.
    private let ask: ([String]) -> [String: String]
    /// Waits; returns false when it was asked to end meanwhile.
    private let pause: (Double) -> Bool
    private let tell: (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void
    /// The names that hosts have told for themselves so far.
    private var ownNames: [String: String] = [:]
    /// Hosts on which a job has come to its steps.
    private var proven: Set<String> = []

    init(
        _ pool: HostPool, policy: RestartPolicy, ask: @escaping ([String]) -> [String: String],
        pause: @escaping (Double) -> Bool,
        tell: @escaping (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void
    ) {
        (self.pool, self.policy) = (pool, policy)
        (self.ask, self.pause, self.tell) = (ask, pause, tell)
    }

    /// A job has come to its steps on these hosts.
    mutating func haveWorked(_ hosts: [String]) { proven.formUnion(hosts) }

    /// The hosts of the start of this number; nil when too few are left for as long as restarts are made.
    mutating func place(_ number: Int) throws -> Supervisor.Attempt? {
        for turn in 0...policy.restarts {
            var answers = ask(pool.all)
            ownNames.merge(answers) { $1 }
            // One that has never answered and on which jobs run is named otherwise than mpirun reaches it.
            let mute = pool.hosts.filter { ownNames[$0] == nil && (number == 1 || proven.contains($0)) }
            // A host that is silent once may be busy: it is gone when it stays so.
            for _ in 0..<2 where pool.hosts.contains(where: { answers[$0] == nil && !mute.contains($0) }) {
                guard pause(Self.secondsBetweenQuestions) else { return nil }
                answers.merge(ask(pool.all.filter { answers[$0] == nil })) { $1 }
            }
            ownNames.merge(answers) { $1 }
            if number == 1, !mute.isEmpty {
                try tell(
                    "hosts",
                    "\(mute.joined(with: "and")) did not answer with a name, which only the start can tell "
                        + "more of", ["hosts": .array(mute.map { .string($0) })])
            }
            if let choice = pool.choice(answering: Set(answers.keys).union(mute)) {
                return try attempt(number, choice)
            }
            let silent = pool.hosts.filter { answers[$0] == nil && !mute.contains($0) }
            let seconds = policy.pause(before: turn + 1)
            try tell(
                "hosts",
                "\(silent.joined(with: "and")) \(silent.count == 1 ? "does" : "do") not answer, and the "
                    + "cluster file has no spare for it and allows no fewer hosts: waiting "
                    + "\(Supervisor.shown(seconds)) s", ["gone": .array(silent.map { .string($0) })])
            guard pause(seconds) else { return nil }
        }
        return nil
    }

    private func attempt(_ number: Int, _ choice: HostPool.Choice) throws -> Supervisor.Attempt {
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
        let own = choice.hosts.compactMap { ownNames[$0] }
        let gone = (choice.replaced.map(\.gone) + choice.leftOut).compactMap { ownNames[$0] }
        return Supervisor.Attempt(
            number: number, hosts: choice.hosts, ownNames: own, goneNames: gone.filter { !own.contains($0) })
    }
}
