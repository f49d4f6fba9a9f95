// What the ranks of a host leave for each other in shared memory, so that one that stalls can be named.

package import Machine
internal import Synchronization
internal import Tensors

/// A sign of life of each rank of this host: where it is in its run, and a pulse that stands still when its
/// process does.
///
/// The thread of the stall watch writes and reads it a few times a second; the thread that trains only stores
/// where it is, in memory of its own.
package final class RankRoster: Sendable {
    /// What is known of a rank.
    package struct Entry: Sendable, Equatable {
        package var rank: Int
        package var hostName: String
        package var moment: RankStatus.Moment
        /// Seconds since its pulse was last seen to move: it is stopped, or gets no core.
        package var quietSeconds: Double
        /// Seconds since it was last seen to be somewhere else in its run.
        package var sameSeconds: Double

        package init(
            rank: Int, hostName: String, moment: RankStatus.Moment, quietSeconds: Double, sameSeconds: Double
        ) {
            (self.rank, self.hostName, self.moment) = (rank, hostName, moment)
            (self.quietSeconds, self.sameSeconds) = (quietSeconds, sameSeconds)
        }
    }

    /// What was last read of a rank, and since when.
    private struct Observation {
        var pulse: Float
        var pulseSince: ContinuousClock.Instant
        var moment: RankStatus.Moment
        var momentSince: ContinuousClock.Instant
    }

    /// The places in an arena. Floats hold whole numbers up to 2²⁴: a step takes two.
    private enum Place { static let pulse = 0, activity = 1, detail = 2, step = 3, stepAbove = 4, count = 5 }
    private static let half = 1 << 20

    /// Hosts of the job.
    package let hostCount: Int
    private let group: any ProcessGroup
    private let ranks: [Int]
    private let window: HostWindow?
    private let own: Int
    private let observations: Mutex<[Observation]>

    /// Collective. Without shared memory the roster is empty, and nobody can be named.
    package init(_ group: any ProcessGroup) throws(ParallelError) {
        self.group = group
        let host = try group.splitByHost()
        ranks = try host.allGather(UInt64Bytes.bytes([UInt64(group.rank)])).map {
            Int(UInt64Bytes.words($0)[0])
        }
        own = host.rank
        var hosts: [Int64] = [host.rank == 0 ? 1 : 0]
        try group.allReduceSum(&hosts)
        hostCount = Int(hosts[0])
        switch try host.window(elementCount: Place.count) {
        case .success(let window): self.window = window
        case .failure: window = nil
        }
        let start = Observation(
            pulse: 0, pulseSince: .now, moment: RankStatus.Moment(.starting, step: 0), momentSince: .now)
        observations = Mutex(Array(repeating: start, count: ranks.count))
    }

    /// Leaves a sign of life of this rank.
    package func publish(_ moment: RankStatus.Moment) {
        guard let arena = window?.arenas[own] else { return }
        arena[0, Place.activity] = Float(moment.activity.rawValue)
        arena[0, Place.detail] = Float(moment.detail % Self.half)
        arena[0, Place.step] = Float(moment.step % Self.half)
        arena[0, Place.stepAbove] = Float(moment.step / Self.half)
        arena[0, Place.pulse] = Float((Int(arena[0, Place.pulse]) + 1) % Self.half)
    }

    /// The ranks of this host as they are now, this one included, in rank order; to be called often, since
    /// the seconds count from what was seen before.
    package func observe(at now: ContinuousClock.Instant = .now) -> [Entry] {
        guard let window else { return [] }
        return observations.withLock { observations in
            window.arenas.indices.map { index in
                let (pulse, moment) = Self.read(window.arenas[index])
                if observations[index].pulse != pulse {
                    (observations[index].pulse, observations[index].pulseSince) = (pulse, now)
                }
                if observations[index].moment != moment {
                    (observations[index].moment, observations[index].momentSince) = (moment, now)
                }
                return Entry(
                    rank: ranks[index], hostName: group.hostName, moment: moment,
                    quietSeconds: (now - observations[index].pulseSince) / .seconds(1),
                    sameSeconds: (now - observations[index].momentSince) / .seconds(1))
            }
        }
    }

    private static func read(_ arena: Tensor) -> (pulse: Float, moment: RankStatus.Moment) {
        let activity = RankActivity(rawValue: UInt8(arena[0, Place.activity])) ?? .starting
        return (
            arena[0, Place.pulse],
            RankStatus.Moment(
                activity, detail: Int(arena[0, Place.detail]),
                step: Int(arena[0, Place.stepAbove]) * half + Int(arena[0, Place.step]))
        )
    }
}

/// Which of the ranks of a host keep the others waiting.
package struct LateRanks: Sendable, Equatable, CustomStringConvertible {
    /// Longer without a pulse a rank counts as stopped; its thread may miss a second on a busy host.
    private static let quietLimitSeconds = 1.5
    /// Only so many are named.
    private static let namedCount = 4

    private let stopped: [RankRoster.Entry]
    private let busy: [RankRoster.Entry]
    private let hostCount: Int
    private let isKnown: Bool

    /// Those of `entries`, of which the rank `asking` waits.
    package init(_ entries: [RankRoster.Entry], asking: Int, hostCount: Int) {
        let others = entries.filter { $0.rank != asking }
        stopped = others.filter { $0.quietSeconds > Self.quietLimitSeconds }
        busy = others.filter {
            $0.quietSeconds <= Self.quietLimitSeconds && $0.moment.activity != .waiting
        }.sorted { ($1.sameSeconds, $0.rank) < ($0.sameSeconds, $1.rank) }
        self.hostCount = hostCount
        isKnown = !entries.isEmpty
    }

    /// Their numbers, the likeliest first.
    package var ranks: [Int] { (stopped.isEmpty ? busy : stopped).map(\.rank) }

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
            "is in \(own.moment), for \((own.sameSeconds * 10).rounded() / 10) s; ranks of other "
            + "hosts may wait for it"
    }

    package var description: String {
        let named = (stopped.isEmpty ? busy : stopped).prefix(Self.namedCount).map { entry in
            let seconds = { (value: Double) in "\((value * 10).rounded() / 10) s" }
            let place = "rank \(entry.rank) on \(entry.hostName)"
            return stopped.isEmpty
                ? "\(place) is in \(entry.moment), for \(seconds(entry.sameSeconds))"
                : "\(place) has not run for \(seconds(entry.quietSeconds)) (stopped, or without a "
                    + "core), last in "
                    + "\(entry.moment)"
        }
        if !named.isEmpty {
            let more = ranks.count - named.count
            return named.joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
        }
        guard isKnown else { return "A rank that does not report this wait is late, stopped or cut off" }
        return hostCount > 1
            ? "The ranks of this host wait too: the late one is on another host, or that is cut off"
            : "All ranks of the host wait: the exchange itself does not end"
    }
}
