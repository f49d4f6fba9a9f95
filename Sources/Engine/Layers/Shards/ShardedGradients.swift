// Where the gradients of this rank's shards of a step are computed, each by itself, and added.

internal import Kernels
package import Tensors

/// Arenas of gradients for the shards that this rank computes one after the other.
///
/// Each shard's gradient is written, not added, to an arena of its own; when a slot is complete, the sums of
/// `ShardTree` that end with it are made while it lies in cache. So the passes over memory are those of
/// micro-batches whose gradients are added up, and the sum does not depend on the number of ranks.
package final class ShardedGradients {
    /// The shards of this rank.
    package let shards: Range<Int>
    private let steps: [ShardTree.Step]
    private let arenas: [Tensor]
    private var step: Int?
    private var isReported: [Bool] = []

    /// `nodes` are the arenas of this rank's nodes of the tree, the first of which gets the sum of all ranks;
    /// what else it takes is allocated.
    package init(_ tree: ShardTree, shards: Range<Int>, nodes: [Tensor]) {
        let (steps, arenaCount) = tree.schedule(for: shards)
        self.shards = shards
        self.steps = steps
        let own = nodes.prefix(tree.nodes(covering: shards).count)
        precondition(!own.isEmpty && own.count == tree.nodes(covering: shards).count, "a node lacks an arena")
        arenas =
            own
            + (own.count..<arenaCount).map { _ in Tensor(rows: 1, columns: nodes[0].count) }
    }

    /// For rows that mostly stay zero.
    func useSmallPages(for elements: Range<Int>) {
        for arena in arenas { arena.elements(elements).useSmallPages() }
    }

    /// The arena of the sum of all ranks.
    var total: Tensor { arenas[0] }

    /// Starts with the shard `index` of this rank's; returns its arena and number.
    func begin(_ index: Int, slotCount: Int) -> (arena: Tensor, number: Int) {
        precondition(step.map { $0 + 1 == index } ?? (index == 0), "shards come in order")
        requireAllReported()
        step = index
        isReported = [Bool](repeating: false, count: slotCount)
        return (arenas[steps[index].target], steps[index].target)
    }

    /// Ends the last shard.
    func end() {
        precondition(step == steps.count - 1, "every shard is computed")
        requireAllReported()
        step = nil
    }

    private func requireAllReported() {
        precondition(step == nil || isReported.allSatisfy { $0 }, "a shard reported too few slots")
    }

    /// Takes the gradient of a slot, complete for this shard; returns whether it was the last shard's.
    func complete(_ slot: Int, elements: Range<Int>, table: SparseEmbeddingUpdate?) -> Bool {
        guard let index = step else { preconditionFailure("no shard is being computed") }
        precondition(!isReported[slot], "slot \(slot) was reported twice in a shard")
        isReported[slot] = true
        let target = arenas[steps[index].target].elements(elements)
        for addend in steps[index].addends {
            let source = arenas[addend].elements(elements)
            if let table {
                table.add(memory: addend, source, to: target)
            } else {
                Elementwise.add(source, to: target)
            }
        }
        return index == steps.count - 1
    }
}

extension ParameterStore {
    /// Computes gradients shard by shard from here on, in these arenas; the store's own is that of the sum.
    package func computeShards(in gradients: ShardedGradients) {
        if let whole { return whole.computeShards(in: gradients) }
        sharded = gradients
        moveGradients(to: gradients.total)
        for slot in tables.keys {
            let start = layout.slots[slot].range.lowerBound - layout.frozenElementCount
            gradients.useSmallPages(for: start..<start + layout.slots[slot].range.count)
        }
    }

    /// Starts the shard `index` of this rank's: all gradients are zero.
    package func beginShard(_ index: Int) {
        guard let sharded else { preconditionFailure("gradients are not computed shard by shard") }
        let (arena, number) = sharded.begin(index, slotCount: trainableIndices.count { $0 != nil })
        gradientArena = arena
        for table in tables.values { table.select(memory: number) }
        zeroGradients()
    }

    /// Ends the shards of a step: the store's gradients are those of the sum.
    package func endShards() {
        guard let sharded else { preconditionFailure("gradients are not computed shard by shard") }
        sharded.end()
        gradientArena = sharded.total
        for table in tables.values { table.select(memory: 0) }
    }
}
