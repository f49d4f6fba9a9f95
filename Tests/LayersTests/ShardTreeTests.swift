// The tree in which shards are added: the same sum, however its leaves are divided.

import Kernels
import Layers
import Testing

@Suite struct ShardTreeTests {
    /// Gradients whose sum depends on the order of additions.
    private static func gradient(_ shard: Int) -> Float {
        1 / Float(3 + shard * shard) - Float(shard % 3) * 1e4
    }

    /// The sum of shards `start..<start + size` that are there, by the definition of the tree.
    private func reference(_ start: Int, _ size: Int, _ count: Int) -> Float? {
        guard start < count else { return nil }
        guard size > 1 else { return Self.gradient(start) }
        let left = reference(start, size / 2, count)
        guard let right = reference(start + size / 2, size / 2, count) else { return left }
        return left.map { $0 + right }
    }

    private func run(_ program: [TreeSum.Instruction], _ parts: [Float]) -> Float? {
        var stack: [Float] = []
        for instruction in program {
            switch instruction {
            case .push(let index): stack.append(parts[index])
            case .add(let index): stack[stack.count - 1] += parts[index]
            case .merge:
                let top = stack.removeLast()
                stack[stack.count - 1] += top
            }
        }
        return stack.count == 1 ? stack[0] : nil
    }

    /// What a member's arenas hold after its shards, node by node.
    private func nodeSums(_ tree: ShardTree, _ shards: Range<Int>) -> [Float] {
        let (steps, arenaCount) = tree.schedule(for: shards)
        var arenas = [Float](repeating: .nan, count: arenaCount)
        for (shard, step) in zip(shards, steps) {
            arenas[step.target] = Self.gradient(shard)
            for addend in step.addends { arenas[step.target] += arenas[addend] }
        }
        return Array(arenas.prefix(tree.nodes(covering: shards).count))
    }

    @Test("any number of members come to the bits of the tree", arguments: 1...19)
    func sums(count: Int) throws {
        let tree = ShardTree(count: count)
        let expected = try #require(reference(0, 32, count))
        for members in 1...count {
            let shares = (0..<members).map { tree.shards(of: $0, among: members) }
            #expect(shares.flatMap { Array($0) } == Array(0..<count))
            #expect((shares.map(\.count).max() ?? 0) - (shares.map(\.count).min() ?? 0) <= 1)
            let nodes = shares.flatMap(tree.nodes(covering:))
            let sums = shares.flatMap { nodeSums(tree, $0) }
            #expect(run(tree.sum(of: nodes, to: 0..<count), sums) == expected, "\(members) members")
            let counts = shares.map { tree.nodes(covering: $0).count }
            #expect(tree.largestNodeCount(members: members) == counts.max())
        }
    }

    @Test("hosts sum their members' nodes first, and come to the same bits")
    func hosts() throws {
        let tree = ShardTree(count: 12)
        let expected = try #require(reference(0, 16, 12))
        for (hosts, ranks) in [(2, 1), (2, 2), (3, 1), (3, 2), (2, 3), (4, 3), (5, 1)] {
            var nodes: [Range<Int>] = []
            var sums: [Float] = []
            for host in 0..<hosts {
                let shares = (0..<ranks).map { tree.shards(of: host * ranks + $0, among: hosts * ranks) }
                let parts = shares.flatMap(tree.nodes(covering:))
                let values = shares.flatMap { nodeSums(tree, $0) }
                let whole = try #require(shares.first).lowerBound..<#require(shares.last).upperBound
                for node in tree.nodes(covering: whole) {
                    nodes.append(node)
                    sums.append(try #require(run(tree.sum(of: parts, to: node), values)))
                }
            }
            #expect(run(tree.sum(of: nodes, to: 0..<12), sums) == expected, "\(hosts) × \(ranks)")
        }
    }

    @Test("with one node a member needs the logarithm of its shards in arenas, and one")
    func arenas() {
        for (count, arenas) in [(1, 1), (2, 2), (4, 3), (8, 4), (16, 5)] {
            #expect(ShardTree(count: count).schedule(for: 0..<count).arenaCount == arenas)
        }
        #expect(ShardTree(count: 8).nodes(covering: 3..<6) == [3..<4, 4..<6])
    }
}
