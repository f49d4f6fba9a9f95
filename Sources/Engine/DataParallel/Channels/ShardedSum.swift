// The sum of the gradients of shards, in the order of a fixed tree, inside a host and between hosts.

internal import Kernels
internal import Layers
internal import Tensors

/// Which arenas hold which nodes of the tree, and how the sum comes from them.
///
/// Ranks take shards in the order of their hosts, so that a host's shards lie side by side: it sums them to
/// as few nodes as they have, and only these travel.
struct ShardedSum: Sendable {
    /// The shards of this rank, and its arenas for their nodes.
    let shards: Range<Int>
    let own: [Tensor]
    /// The arenas of all nodes of this host's ranks.
    let sources: [Tensor]
    /// How each node of this host comes from them.
    let local: [TreeSum]
    /// Number of nodes of each host, and how the sum comes from them.
    let nodeCounts: [Int]
    let total: TreeSum

    /// `nodes` are the arenas of this host's ranks, at least as many as each has nodes.
    init(_ tree: ShardTree, nodes: [[Tensor]], localRank: Int, host: Int, hostCount: Int) {
        let localSize = nodes.count
        let members = localSize * hostCount
        func shards(host: Int, _ rank: Int) -> Range<Int> {
            tree.shards(of: host * localSize + rank, among: members)
        }
        func hostNodes(_ host: Int) -> [Range<Int>] {
            tree.nodes(
                covering: shards(host: host, 0).lowerBound..<shards(host: host, localSize - 1).upperBound)
        }
        self.shards = shards(host: host, localRank)
        var parts: [Range<Int>] = []
        var sources: [Tensor] = []
        for rank in 0..<localSize {
            let ranges = tree.nodes(covering: shards(host: host, rank))
            parts += ranges
            sources += nodes[rank].prefix(ranges.count)
        }
        self.sources = sources
        own = Array(nodes[localRank].prefix(tree.nodes(covering: self.shards).count))
        local = hostNodes(host).map { TreeSum(tree.sum(of: parts, to: $0)) }
        let all = (0..<hostCount).map(hostNodes)
        nodeCounts = all.map(\.count)
        total = TreeSum(tree.sum(of: all.flatMap { $0 }, to: 0..<tree.count))
    }
}

extension HierarchicalCollectives {
    /// The shards of this rank, when shards are summed, and the arenas for their nodes.
    var shards: Range<Int>? { sharded?.shards }
    var nodes: [Tensor] { sharded?.own ?? [arena] }

    /// Sums `part`, this rank's inside its host, over all ranks: into all arenas of the host where no
    /// messages are needed, else into this rank's.
    func sum(_ sharded: ShardedSum, _ part: Range<Int>, isForAll: Bool) throws(ParallelError) {
        guard isNetworked else {
            return sharded.local[0].run(sharded.sources, into: isForAll ? arenas : [arena], range: part)
        }
        let parts = hostParts(part)
        let own = parts[peers.rank]
        let most = sharded.nodeCounts.max() ?? 1
        let block = peers.size * own.count
        let sent = staged(.sent, count: most * part.count, type: .float32)
        let received = staged(.received, count: most * block, type: .float32)
        let sources = sharded.sources.map { $0.elements(part) }
        for node in 0..<most {
            let place = sent.elements(node * part.count..<(node + 1) * part.count)
            // A host with fewer nodes takes part in the exchange with what lies there.
            if node < sharded.local.count {
                sharded.local[node].run(sources, into: [place], range: 0..<part.count)
            }
            try peers.allToAll(
                place, parts: parts, into: received.elements(node * block..<(node + 1) * block))
        }
        let nodes = sharded.nodeCounts.indices.flatMap { host in
            (0..<sharded.nodeCounts[host]).map { node in
                let start = node * block + host * own.count
                return received.elements(start..<start + own.count)
            }
        }
        let tensor = arena.elements(part)
        sharded.total.run(nodes, into: [tensor.elements(own)], range: 0..<own.count)
        if isForAll { try peers.allGather(tensor, parts: parts) }
    }
}
