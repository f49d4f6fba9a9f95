// Arenas in shared memory and between hosts: closed-form sums, the same bits on all ranks, parts that cover
// the range.

import DataParallel
import Synchronization
import Tensors
import Testing

/// Bits of every rank's result, by rank.
private final class Results: Sendable {
    private let bits = Mutex<[Int: [UInt32]]>([:])
    func add(_ rank: Int, _ values: [Float]) { bits.withLock { $0[rank] = values.map(\.bitPattern) } }
    var all: [[UInt32]] { bits.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } }
}

/// Rank r gives (r + 1) · (i % 100).
private func fill(_ arena: Tensor, rank: Int) {
    arena.copy(from: (0..<arena.count).map { Float((rank + 1) * ($0 % 100)) })
}

/// Sums `range` of 6,000 elements on one rank and compares with the closed form.
private func checkSum(_ group: any ProcessGroup, range: Range<Int>, sharesMemory: Bool) throws {
    let channel = try HierarchicalCollectives(
        elementCount: 6_000, topology: RankTopology(group), sharesMemory: sharesMemory)
    fill(channel.arena, rank: group.rank)
    try channel.allReduce(range)
    let triangle = group.size * (group.size + 1) / 2
    let expected = (0..<6_000).map { index in
        Float((range.contains(index) ? triangle : group.rank + 1) * (index % 100))
    }
    #expect(channel.arena.values() == expected)
}

@Suite("Arena channel")
struct HierarchicalCollectivesTests {
    static let clusters: [[Int]] = [
        [1], [2], [3], [1, 1], [1, 1, 1], [2, 2], [3, 3], [2, 1], [2, 2, 2],
    ]
    /// Whole cache lines, an odd end, less than a line, more ranks than lines, and more than a block of the
    /// kernel.
    static let ranges: [Range<Int>] = [0..<64, 16..<5_001, 32..<39, 0..<6_000, 48..<48]

    @Test(
        "all-reduce gives the closed form in the range and touches nothing else", arguments: clusters, ranges)
    func allReduce(hosts: [Int], range: Range<Int>) throws {
        for sharesMemory in [true, false] {
            try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
                try checkSum(group, range: range, sharesMemory: sharesMemory)
            }
        }
    }

    @Test(
        "each rank owns a part, and after reduce-scatter and all-gather all have the sum",
        arguments: clusters, ranges)
    func shards(hosts: [Int], range: Range<Int>) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            let channel = try HierarchicalCollectives(elementCount: 6_000, topology: RankTopology(group))
            let own = channel.owned(range)
            var covered = range.map { Int64(own.contains($0) ? 1 : 0) }
            try group.allReduceSum(&covered)
            #expect(covered.allSatisfy { $0 == 1 })
            fill(channel.arena, rank: group.rank)
            try channel.reduceScatter(range)
            let triangle = group.size * (group.size + 1) / 2
            #expect(own.allSatisfy { channel.arena.values()[$0] == Float(triangle * ($0 % 100)) })
            try group.barrier()
            for index in range where !own.contains(index) { channel.arena[0, index] = -1 }
            try group.barrier()
            try channel.allGather(range)
            let values = channel.arena.values()
            #expect(range.allSatisfy { values[$0] == Float(triangle * ($0 % 100)) })
        }
    }

    @Test("all ranks get the same bits, in fp32 and bf16", arguments: clusters, WireType.allCases)
    func bits(hosts: [Int], wire: WireType) throws {
        let results = Results()
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            let channel = try HierarchicalCollectives(
                elementCount: 3_001, topology: RankTopology(group), wire: wire)
            let key = RandomKey(seed: 7).derived(UInt64(group.rank))
            channel.arena.copy(from: (0..<3_001).map { Float(key.normal(UInt64($0))) })
            try channel.allReduce(0..<3_001)
            results.add(group.rank, channel.arena.values())
        }
        let all = results.all
        #expect(all.count == hosts.reduce(0, +))
        #expect(all.allSatisfy { $0 == all[0] })
    }

    @Test(
        "ranks of one host add in rank order, whatever the number format between hosts",
        arguments: WireType.allCases)
    func rankOrder(wire: WireType) throws {
        try ThreadProcessGroup.run(size: 3) { group in
            let channel = try HierarchicalCollectives(
                elementCount: 32, topology: RankTopology(group), wire: wire)
            for index in 0..<32 {
                let terms: [Float] = index % 2 == 0 ? [1e8, -1e8, 1] : [1, 1e8, -1e8]
                channel.arena[0, index] = terms[group.rank]
            }
            try channel.allReduce(0..<32)
            #expect(channel.arena.values() == (0..<32).map { $0 % 2 == 0 ? 1 : 0 })
        }
    }

    @Test(
        "bf16 between hosts is off by at most two roundings, and not exact",
        arguments: [[1, 1], [2, 2], [1, 1, 1]])
    func rounding(hosts: [Int]) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            let channel = try HierarchicalCollectives(
                elementCount: 4_096, topology: RankTopology(group), wire: .bfloat16)
            let keys = (0..<group.size).map { RandomKey(seed: 3).derived(UInt64($0)) }
            let parts = keys.map { key in (0..<4_096).map { Float(key.normal(UInt64($0))) } }
            channel.arena.copy(from: parts[group.rank])
            try channel.allReduce(0..<4_096)
            var isExact = true
            for (index, value) in channel.arena.values().enumerated() {
                let sum = parts.reduce(0.0) { $0 + Double($1[index]) }
                let magnitude = parts.reduce(0.0) { $0 + abs(Double($1[index])) }
                #expect(abs(Double(value) - sum) <= magnitude / 128)
                if Float(sum) != value { isExact = false }
            }
            #expect(!isExact)
        }
    }

    @Test("hosts with different numbers of ranks share nothing; equal ones share with their host alone")
    func topology() throws {
        try ThreadProcessGroup.run(ranksOnHosts: [2, 1]) { group in
            let topology = try RankTopology(group)
            #expect(topology.local.size == 1 && topology.peers.size == 3)
            #expect(try HierarchicalCollectives(elementCount: 16, topology: topology).localSize == 1)
        }
        try ThreadProcessGroup.run(ranksOnHosts: [2, 2, 2]) { group in
            let topology = try RankTopology(group)
            #expect(topology.local.rank == group.rank % 2 && topology.local.size == 2)
            #expect(topology.peers.rank == group.rank / 2 && topology.peers.size == 3)
            let channel = try HierarchicalCollectives(elementCount: 16, topology: topology)
            #expect(channel.localSize == 2 && channel.isNetworked)
        }
    }
}
