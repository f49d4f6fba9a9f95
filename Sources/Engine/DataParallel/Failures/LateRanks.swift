// Which ranks keep the others waiting, by the signs of life of this host and of the others.

internal import Machine

/// Which ranks keep the rank that asks waiting.
package struct LateRanks: Sendable, Equatable, CustomStringConvertible {
    /// Longer without a pulse a rank counts as stopped; its thread may miss a second on a busy host.
    private static let quietLimitSeconds = 1.5
    /// Longer without a word a host counts as silent: three were lost.
    private static let silentLimitSeconds = 3.5
    /// Only so many are named.
    private static let namedCount = 4

    /// A rank or a host that is late.
    private enum Late: Sendable, Equatable {
        case stopped(RankRoster.Entry)
        case busy(RankRoster.Entry)
        case silent(HostBeacon.Sighting)
    }

    /// The likeliest first.
    private let late: [Late]
    private let hostCount: Int
    private let isKnown: Bool
    /// Whether every other host was heard of a moment ago.
    private let hearsAll: Bool

    /// Those of `entries`, of which the rank `asking` waits. Where none of them is late, those of the other
    /// hosts.
    package init(
        _ entries: [RankRoster.Entry], asking: Int, hostCount: Int, others: [HostBeacon.Sighting] = []
    ) {
        let own = Self.late(of: entries.filter { $0.rank != asking })
        let silent = others.filter { $0.silentSeconds ?? 0 > Self.silentLimitSeconds }
        let heard = others.filter { $0.silentSeconds ?? .infinity <= Self.silentLimitSeconds }
        let distant = Self.late(of: heard.flatMap(\.entries))
        if !own.isEmpty {
            late = own
        } else if case .stopped? = distant.first {
            late = distant
        } else {
            late = silent.isEmpty ? distant : silent.map { .silent($0) }
        }
        self.hostCount = hostCount
        isKnown = !entries.isEmpty
        hearsAll = heard.count == hostCount - 1
    }

    /// The stopped ones, or else those that do not wait, the one that has not moved for longest first.
    private static func late(of entries: [RankRoster.Entry]) -> [Late] {
        let stopped = entries.filter { $0.quietSeconds > quietLimitSeconds }
        guard stopped.isEmpty else { return stopped.map { .stopped($0) } }
        return entries.filter { $0.moment.activity != .waiting }
            .sorted { ($1.sameSeconds, $0.rank) < ($0.sameSeconds, $1.rank) }.map { .busy($0) }
    }

    /// Their numbers, the likeliest first.
    package var ranks: [Int] {
        late.flatMap { late in
            switch late {
            case .stopped(let entry), .busy(let entry): [entry.rank]
            case .silent(let host): host.ranks
            }
        }
    }

    /// Whether another rank of this host is to speak, because it is the first of those that can.
    package static func speaker(of entries: [RankRoster.Entry]) -> Int? {
        let alive = entries.filter { $0.quietSeconds <= quietLimitSeconds }
        return (alive.first { $0.moment.activity == .waiting } ?? alive.first)?.rank
    }

    /// What the rank `rank` says of itself when it has done the same for `seconds` without waiting for
    /// others: no rank of another host can see it.
    package static func ownSlowness(of rank: Int, in entries: [RankRoster.Entry], seconds: Double) -> String?
    {
        guard let own = entries.first(where: { $0.rank == rank }), own.moment.activity != .waiting,
            own.sameSeconds >= seconds
        else { return nil }
        return
            "is in \(own.moment), for \(Self.text(own.sameSeconds)); ranks of other hosts may wait for it"
    }

    package var description: String {
        let named = late.prefix(Self.namedCount).map(Self.sentence)
        if !named.isEmpty {
            let more = late.count - named.count
            return named.joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
        }
        guard isKnown else { return "A rank that does not report this wait is late, stopped or cut off" }
        if hostCount == 1 { return "All ranks of the host wait: the exchange itself does not end" }
        return hearsAll
            ? "All ranks of all hosts wait: the exchange itself does not end"
            : "The ranks of this host wait too: the late one is on another host, or that is cut off"
    }

    private static func sentence(_ late: Late) -> String {
        switch late {
        case .stopped(let entry):
            return
                "rank \(entry.rank) on \(entry.hostName) has not run for \(text(entry.quietSeconds)) "
                + "(stopped, or without a core), last in \(entry.moment)"
        case .busy(let entry):
            return
                "rank \(entry.rank) on \(entry.hostName) is in \(entry.moment), for "
                + text(entry.sameSeconds)
        case .silent(let host):
            let ranks = host.ranks.prefix(namedCount).map(String.init).joined(separator: ", ")
            let more = host.ranks.count > namedCount ? ", …" : ""
            let last = host.entries.first.map { "; rank \($0.rank) was last in \($0.moment)" } ?? ""
            return
                "host \(host.hostName) (rank \(ranks)\(more)) has sent no sign of life for "
                + "\(text(host.silentSeconds ?? 0)): it is down, cut off or stopped\(last)"
        }
    }

    private static func text(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10) s" }
}
