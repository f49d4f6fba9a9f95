// The fixed binary tree in which the gradients of a step's shards are added.

package import Kernels

/// A binary tree over the shards `0..<count` of a global batch, which does not depend on the number of
/// ranks: a node is the sum of its two halves, and an inner node without a right half is its left one. So
/// whoever adds which part of it, the sum has the same bits.
package struct ShardTree: Sendable, Equatable {
    /// Number of shards.
    package let count: Int

    package init(count: Int) {
        precondition(count > 0, "a batch has at least one shard")
        self.count = count
    }

    /// The shards of the member `index` of `members` that share them all, in order: they differ by one at
    /// most.
    package func shards(of index: Int, among members: Int) -> Range<Int> {
        count * index / members..<count * (index + 1) / members
    }

    private struct Place {
        var start, size: Int
        var left: Place { Place(start: start, size: size / 2) }
        var right: Place { Place(start: start + size / 2, size: size / 2) }
    }

    private var root: Place {
        var size = 1
        while size < count { size *= 2 }
        return Place(start: 0, size: size)
    }

    /// The shards below a place, which may be none.
    private func range(_ place: Place) -> Range<Int> {
        min(place.start, count)..<min(place.start + place.size, count)
    }

    /// The largest nodes that together hold these shards alone, in order.
    package func nodes(covering shards: Range<Int>) -> [Range<Int>] {
        func visit(_ place: Place) -> [Range<Int>] {
            let range = range(place)
            if range.isEmpty || !range.overlaps(shards) { return [] }
            if range.clamped(to: shards) == range { return [range] }
            return visit(place.left) + visit(place.right)
        }
        return visit(root)
    }

    /// The most nodes of one of so many members' shards.
    package func largestNodeCount(members: Int) -> Int {
        (0..<members).reduce(1) { max($0, nodes(covering: shards(of: $1, among: members)).count) }
    }

    // MARK: Sums of nodes

    /// How the node `whole` comes from `parts`, nodes that cover it.
    package func sum(of parts: [Range<Int>], to whole: Range<Int>) -> [TreeSum.Instruction] {
        var result: [TreeSum.Instruction] = []
        func emit(_ place: Place) {
            let range = range(place)
            if let index = parts.firstIndex(of: range) { return result.append(.push(index)) }
            precondition(place.size > 1, "shard \(place.start) is in none of the parts")
            emit(place.left)
            let right = self.range(place.right)
            if right.isEmpty { return }
            if let index = parts.firstIndex(of: right) { return result.append(.add(index)) }
            emit(place.right)
            result.append(.merge)
        }
        var place = root
        while range(place) != whole {
            precondition(place.size > 1, "shards \(whole) are no node")
            place = whole.lowerBound < place.right.start ? place.left : place.right
        }
        emit(place)
        return result
    }

    // MARK: Sums of shards, one after the other

    /// What becomes of the gradient of one shard: computed in arena `target`, to which the arenas `addends`
    /// are then added in order.
    package struct Step: Sendable, Equatable {
        package let target: Int
        package let addends: [Int]
    }

    /// How one member computes its shards, in order, so that arena i becomes the i-th of the nodes that cover
    /// them; and how many arenas that takes: with one node, the logarithm of the number of shards, and one.
    package func schedule(for shards: Range<Int>) -> (steps: [Step], arenaCount: Int) {
        let nodes = nodes(covering: shards)
        var steps: [Step] = []
        var arenaCount = nodes.count
        var free: [Int] = []
        var stored: [Range<Int>: Int] = [:]
        for (index, node) in nodes.enumerated() {
            for shard in node {
                var place = Place(start: shard, size: 1)
                var addends: [Int] = []
                var target = index
                while range(place) != node {
                    let isLeft = place.start / place.size % 2 == 0
                    let sibling = Place(
                        start: isLeft ? place.start + place.size : place.start - place.size, size: place.size)
                    if isLeft, !range(sibling).isEmpty {
                        target = free.popLast() ?? arenaCount
                        arenaCount = max(arenaCount, target + 1)
                        stored[range(place)] = target
                        break
                    }
                    if !isLeft, let arena = stored.removeValue(forKey: range(sibling)) {
                        addends.append(arena)
                    }
                    place = Place(start: min(place.start, sibling.start), size: place.size * 2)
                }
                steps.append(Step(target: target, addends: addends))
                free += addends
            }
        }
        return (steps, arenaCount)
    }
}
