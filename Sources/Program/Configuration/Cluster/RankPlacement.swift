// How many ranks each host runs, with how many cores each, and whether ranks are bound to them.
internal import Machine

/// The ranks of a job laid out over its hosts.
package struct RankPlacement: Equatable, Sendable {
    /// Hosts that run at least one rank, in the order of the cluster file. Empty names mean this machine.
    package struct Share: Equatable, Sendable {
        package let host: String
        package let ranks: Int
    }

    package let shares: [Share]
    package let threadsPerRank: Int
    /// Whether every rank gets cores of its own; if not, ranks float.
    package let isBound: Bool
    /// Whether this machine runs more ranks than it has cores.
    package let isOversubscribed: Bool

    package var ranks: Int { shares.reduce(0) { $0 + $1.ranks } }

    /// Spreads the ranks over the hosts as evenly as the slots allow, neighbours in rank on the same host.
    ///
    /// - Parameter localCores: cores of this machine, for a cluster without hosts.
    package init(_ cluster: ClusterConfiguration, localCores: Int) {
        let isLocal = cluster.hosts.isEmpty
        let hosts = isLocal ? [ClusterConfiguration.Host(name: "", slots: localCores)] : cluster.hosts
        let room = hosts.map { max(1, $0.slots / (cluster.threadsPerRank ?? 1)) }
        let counts: [Int]
        if let ranksPerHost = cluster.ranksPerHost {
            counts = hosts.map { _ in ranksPerHost }
        } else {
            let total = cluster.ranks ?? room.reduce(0, +)
            let fits = total <= room.reduce(0, +)
            let limits = isLocal ? [max(total, localCores)] : fits ? room : hosts.map(\.slots)
            counts = Self.spread(total, limits: limits)
        }
        let used = zip(hosts, counts).filter { $0.1 > 0 }
        let threads = cluster.threadsPerRank ?? used.map { max(1, $0.slots / $1) }.min() ?? 1
        shares = used.map { Share(host: $0.name, ranks: $1) }
        threadsPerRank = threads
        isBound = used.allSatisfy { $1 * threads <= $0.slots }
        isOversubscribed = used.contains { $1 > $0.slots }
    }

    /// Gives each rank to the host that has the fewest so far and is below its limit.
    private static func spread(_ total: Int, limits: [Int]) -> [Int] {
        precondition(total <= limits.reduce(0, +), "\(total) ranks do not fit the limits \(limits)")
        // All hosts but the full ones reach a level; what is left then goes one by one to the first of them.
        func filled(to level: Int) -> Int { limits.reduce(0) { $0 + min($1, level) } }
        var (level, above) = (0, total + 1)
        while above - level > 1 {
            let middle = (level + above) / 2
            if filled(to: middle) <= total { level = middle } else { above = middle }
        }
        var left = total - filled(to: level)
        return limits.map { limit in
            let isOpen = limit > level && left > 0
            if isOpen { left -= 1 }
            return min(limit, level) + (isOpen ? 1 : 0)
        }
    }

    /// Cores of this machine: physical ones if the system tells them apart, and no more than may be used.
    package static var coresOfThisMachine: Int {
        let host = HostFacts.current
        return min(host.coreCount, host.physicalCoreCount ?? host.coreCount)
    }
}
