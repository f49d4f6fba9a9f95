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
    /// nil where there is one host.
    private let beacon: HostBeacon?

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
        beacon = hosts[0] > 1 ? try HostBeacon(group, ranks: ranks) : nil
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

    /// Tells the other hosts what was just seen here; one rank of a host does.
    package func tellOtherHosts(_ entries: [Entry], at now: ContinuousClock.Instant = .now) {
        beacon?.tell(entries, at: now)
    }

    /// What the other hosts told; nothing on a rank that is not the first of its host.
    package func observeOtherHosts(at now: ContinuousClock.Instant = .now) -> [HostBeacon.Sighting] {
        beacon?.observe(at: now) ?? []
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
