// How the ranks lie on hosts, as channels between them.

/// The channels of a reduction in two levels: first among the ranks of a host, then between hosts.
package struct RankTopology: Sendable {
    /// All ranks.
    package let everyone: any ProcessGroup
    /// The ranks of this host.
    package let local: any ProcessGroup
    /// The ranks with the same place on each host, in the order of the hosts.
    package let peers: any ProcessGroup
    /// Whether no two peers are on one host.
    let isSpread: Bool

    /// Makes the channels. Collective. When hosts have different numbers of ranks, each rank counts as a host
    /// of its own.
    package init(_ group: any ProcessGroup) throws(ParallelError) {
        everyone = try group.duplicate()
        let host = try group.splitByHost()
        var sizes = [Int64(host.size), Int64(-host.size)]
        try group.allReduceMaximum(&sizes)
        let isUniform = sizes[0] == -sizes[1]
        local = isUniform ? host : try group.split(color: group.rank)
        peers = try group.split(color: local.rank)
        isSpread = isUniform
    }

    private init(everyone: any ProcessGroup, local: any ProcessGroup, peers: any ProcessGroup) {
        self.everyone = everyone
        self.local = local
        self.peers = peers
        isSpread = false
    }

    /// The same ranks as if each were alone on a host.
    package var flat: RankTopology {
        RankTopology(everyone: everyone, local: SoloProcessGroup(), peers: everyone)
    }
}
