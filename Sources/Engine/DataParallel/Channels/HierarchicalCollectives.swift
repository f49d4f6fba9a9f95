// Collectives over ranges of an arena that every rank has: in shared memory inside a host, by messages
// between hosts.

internal import Kernels
package import Layers
internal import Synchronization
package import Tensors

/// The format in which gradients travel between hosts.
package enum WireType: String, Sendable, CaseIterable {
    case float32 = "fp32"
    case bfloat16 = "bf16"
}

/// An arena and its collectives, two levels deep.
///
/// Inside a host each rank sums its part of a range directly from the arenas of all ranks of the host, in
/// rank order, so that all get the same bits; between hosts the ranks with the same place on their host sum
/// that part by messages. With `WireType.bfloat16` what travels between hosts is rounded: each element of a
/// sum once by its sender, and the sum once more where all ranks get it, each time with a relative error of
/// at most 2⁻⁸; additions are in float32.
///
/// All ranks call the same collectives in the same order; one thread at a time uses a channel.
package final class HierarchicalCollectives: Sendable {
    /// This rank's arena, `[1, elementCount]`.
    package let arena: Tensor
    /// Why the ranks of a host do not share memory although they could; nil when they do, or when each is
    /// alone.
    package let refusal: String?
    /// Whether messages are needed at all.
    package var isNetworked: Bool { peers.size > 1 }
    /// Ranks of this host that share memory, 1 when none does.
    package var localSize: Int { arenas.count }

    /// The gradients of shards, when these are summed.
    let sharded: ShardedSum?

    private let window: HostWindow?
    /// The arenas of the ranks that share memory.
    let arenas: [Tensor]
    private let localRank: Int
    let peers: any ProcessGroup
    private let isSpread: Bool
    private let wire: WireType
    private let staging = Mutex<[Place: Storage]>([:])

    /// Makes an arena of zeros of a type, float32 for what is summed. Collective. Without `sharesMemory`
    /// every rank counts as a host of its own. With a `tree` every rank has an arena a node of its shards, of
    /// which `arena` is the first and gets the sums.
    package init(
        elementCount: Int, type: ElementType = .float32, topology: RankTopology, wire: WireType = .float32,
        sharesMemory: Bool = true, tree: ShardTree? = nil
    ) throws(ParallelError) {
        precondition(tree == nil || type == .float32 && wire == .float32, "shards are summed in float32")
        let floats = (elementCount * type.byteCount + 3) / 4
        let nodeCount = tree?.largestNodeCount(members: topology.everyone.size) ?? 1
        var window: HostWindow?
        var refusal: String?
        if topology.local.size > 1, sharesMemory {
            switch try topology.local.window(elementCount: nodeCount * floats) {
            case .success(let made): window = made
            case .failure(let why): refusal = why.reason
            }
        }
        var hasRefused: [Int64] = [refusal == nil ? 0 : 1]
        try topology.everyone.allReduceMaximum(&hasRefused)
        if hasRefused[0] > 0 {
            window = nil
            refusal = refusal ?? "another host could not give its ranks shared memory"
        }
        let isFlat = window == nil && topology.local.size > 1
        let used = isFlat ? topology.flat : topology
        self.window = window
        self.refusal = refusal
        self.wire = wire
        localRank = used.local.rank
        peers = used.peers
        isSpread = used.isSpread
        let windows = window?.arenas ?? [Tensor(rows: 1, columns: nodeCount * floats)]
        let nodes = windows.map { window in
            (0..<nodeCount).map { node in
                Tensor(
                    window.storage, offset: (window.offset + node * floats) * 4 / type.byteCount, rows: 1,
                    columns: elementCount, type: type)
            }
        }
        arenas = nodes.map { $0[0] }
        sharded = tree.map { tree in
            ShardedSum(
                tree, nodes: nodes, localRank: used.local.rank, host: used.peers.rank,
                hostCount: used.peers.size)
        }
        arena = arenas[window == nil ? 0 : used.local.rank]
    }

    // MARK: Parts

    /// The part of `range` that this rank owns: disjoint parts that cover it.
    package func owned(_ range: Range<Int>) -> Range<Int> {
        Self.cut(localPart(range), into: peers.size, at: peers.rank)
    }

    private func localPart(_ range: Range<Int>) -> Range<Int> {
        Self.cut(range, into: localSize, at: localRank)
    }

    /// Cuts by cache lines of 16 elements.
    static func cut(_ range: Range<Int>, into parts: Int, at index: Int) -> Range<Int> {
        let blocks = (range.count + 15) / 16
        let lower = min(range.count, blocks * index / parts * 16)
        let upper = min(range.count, blocks * (index + 1) / parts * 16)
        return range.lowerBound + lower..<range.lowerBound + upper
    }

    // MARK: Collectives

    /// Sums `range` over all ranks; all get the sum, bit for bit the same. Returns the sum of the squares of
    /// what this rank owns.
    @discardableResult
    package func allReduce(_ range: Range<Int>) throws(ParallelError) -> Double {
        let part = localPart(range)
        try window?.barrier()
        let squares: Double
        if let sharded {
            try sum(sharded, part, isForAll: true)
            if isNetworked { push(part) }
            squares = 0
        } else if window != nil, !isNetworked {
            squares = ArenaSum.toAll(arenas, range: part)
        } else {
            try sum(part, isForAll: true)
            push(part)
            squares = ArenaSum.squares(arena.elements(owned(range)))
        }
        try window?.barrier()
        return squares
    }

    /// Sums `range` over all ranks; each gets the sum of what it owns, the rest of `range` is undefined
    /// afterwards. Returns the sum of the squares of what this rank owns.
    @discardableResult
    package func reduceScatter(_ range: Range<Int>) throws(ParallelError) -> Double {
        let part = localPart(range)
        try window?.barrier()
        let squares: Double
        if let sharded {
            try sum(sharded, part, isForAll: false)
            squares = 0
        } else if window != nil, !isNetworked {
            squares = ArenaSum.toOne(arenas, target: localRank, range: part)
        } else {
            try sum(part, isForAll: false)
            squares = ArenaSum.squares(arena.elements(owned(range)))
        }
        try window?.barrier()
        return squares
    }

    /// Brings what each rank owns of `range` to all, unrounded. No rank may read `range` of its arena
    /// meanwhile.
    package func allGather(_ range: Range<Int>) throws(ParallelError) {
        let part = localPart(range)
        if isNetworked { try peers.allGather(arena.elements(part), parts: hostParts(part)) }
        push(part)
        try window?.barrier()
    }

    // MARK: Pieces of ranges

    /// Sums the elements `pieces` of `ranges`, both ascending, between the ranks of one host: into all
    /// arenas, or into that of the rank that owns them. All ranks have met since the last of them wrote.
    /// Returns the sum of the squares of what this rank owns.
    func sum(
        _ pieces: [Range<Int>], of ranges: [Range<Int>], isForAll: Bool
    ) throws(ParallelError) -> Double {
        guard let window, !isNetworked else { preconditionFailure("pieces are summed inside a host") }
        var squares = 0.0
        for piece in pieces.intersections(ranges.map(localPart)) {
            if let sharded {
                try sum(sharded, piece, isForAll: isForAll)
                continue
            }
            squares +=
                isForAll
                ? ArenaSum.toAll(arenas, range: piece)
                : ArenaSum.toOne(arenas, target: localRank, range: piece)
        }
        try window.barrier()
        return squares
    }

    /// Brings what this rank owns of the elements `pieces` of `ranges`, both ascending, to all ranks of the
    /// host.
    func allGather(_ pieces: [Range<Int>], of ranges: [Range<Int>]) throws(ParallelError) {
        push(pieces, of: ranges)
        try window?.barrier()
    }

    /// The same without waiting for the other ranks, which see it when all have met.
    func push(_ pieces: [Range<Int>], of ranges: [Range<Int>]) {
        guard !isNetworked else { preconditionFailure("pieces are gathered inside a host") }
        for piece in pieces.intersections(ranges.map(localPart)) { push(piece) }
    }

    /// Copies what the other ranks of the host own of the elements `pieces` of `ranges`, both ascending, from
    /// their arenas; the owners do not write meanwhile.
    func pull(_ pieces: [Range<Int>], of ranges: [Range<Int>]) {
        guard !isNetworked else { preconditionFailure("pieces are gathered inside a host") }
        for (rank, other) in arenas.enumerated() where rank != localRank {
            for piece in pieces.intersections(ranges.map { Self.cut($0, into: localSize, at: rank) }) {
                arena.elements(piece).copy(from: other.elements(piece))
            }
        }
    }

    /// Waits for all ranks of the host.
    func meet() throws(ParallelError) { try window?.barrier() }

    /// Sums `part` over the ranks of the host into this rank's arena, and then over the hosts.
    private func sum(_ part: Range<Int>, isForAll: Bool) throws(ParallelError) {
        if window != nil { ArenaSum.toOne(arenas, target: localRank, range: part) }
        guard isNetworked else { return }
        let tensor = arena.elements(part)
        switch wire {
        case .float32 where isForAll && !isSpread: try peers.allReduceSum(tensor)
        case .float32:
            let parts = hostParts(part)
            let own = parts[peers.rank]
            let received = staged(.received, count: peers.size * own.count, type: .float32)
            try peers.allToAll(tensor, parts: parts, into: received)
            ArenaSum.blocks(received, into: tensor.elements(own))
            if isForAll { try peers.allGather(tensor, parts: parts) }
        case .bfloat16: try sumRounded(tensor, hostParts(part), isForAll: isForAll)
        }
    }

    private func sumRounded(
        _ tensor: Tensor, _ parts: [Range<Int>], isForAll: Bool
    ) throws(ParallelError) {
        let own = parts[peers.rank]
        let sent = staged(.sent, count: tensor.count, type: .bfloat16)
        let received = staged(.received, count: peers.size * own.count, type: .bfloat16)
        WireFormat.encode(tensor, into: sent)
        try peers.allToAll(sent, parts: parts, into: received)
        ArenaSum.bfloat16Blocks(received, own: peers.rank, into: tensor.elements(own))
        guard isForAll else { return }
        WireFormat.encode(tensor.elements(own), into: sent.elements(own))
        try peers.allGather(sent, parts: parts)
        WireFormat.decode(sent, into: tensor)
    }

    /// The parts of `part` that the hosts own, counted from its start.
    func hostParts(_ part: Range<Int>) -> [Range<Int>] {
        (0..<peers.size).map { Self.cut(0..<part.count, into: peers.size, at: $0) }
    }

    /// Copies `part` into the arenas of the other ranks of the host.
    private func push(_ part: Range<Int>) {
        guard window != nil else { return }
        for (rank, other) in arenas.enumerated() where rank != localRank {
            other.elements(part).copy(from: arena.elements(part))
        }
    }

    // MARK: Staging

    enum Place: Hashable { case sent, received }

    /// A part of a staging buffer, which grows to the largest use and stays.
    func staged(_ place: Place, count: Int, type: ElementType) -> Tensor {
        let byteCount = count * type.byteCount
        let storage = staging.withLock { staging in
            if let storage = staging[place], storage.byteCount >= byteCount { return storage }
            let storage = Storage(byteCount: byteCount)
            staging[place] = storage
            return storage
        }
        return Tensor(storage, rows: 1, columns: count, type: type)
    }
}
