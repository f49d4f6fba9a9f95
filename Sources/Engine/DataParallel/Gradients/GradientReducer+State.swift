// Optimiser state of shards: gathered for a checkpoint, scattered when a run goes on from one.

internal import Layers
package import Tensors

extension GradientReducer {
    /// Brings the pieces of an arena together of which each rank has that of its `shard`, one range after the
    /// other, in `piece`. Rank 0 gets the whole arena, the others nil. Collective, outside a step: the
    /// gradients are overwritten.
    package func gather(_ piece: Tensor, keepsResult: Bool) throws(ParallelError) -> Tensor? {
        guard let channel, let shard else { preconditionFailure("there are no shards") }
        waitForValues(slot: nil)
        // Others write into this rank's gradients from here on, so that no rank may read them any more.
        try group.barrier()
        var start = 0
        for range in shard {
            channel.gradients.arena.elements(range).copy(from: piece.elements(start..<start + range.count))
            start += range.count
        }
        precondition(start == piece.count, "the piece has \(piece.count) elements, the shard \(start)")
        for bucket in plan.buckets { try channel.gradients.allGather(bucket.range) }
        channel.gradientsWereOverwritten()
        guard keepsResult else { return nil }
        let whole = Tensor(rows: 1, columns: layout.elementCount)
        whole.copy(from: channel.gradients.arena)
        return whole
    }

    /// The inverse of `gather`: takes this rank's piece of the arena that rank 0 of `group` has in `whole`.
    /// Collective, outside a step: the gradients are overwritten.
    package func scatter(
        _ whole: Tensor?, into piece: Tensor, through group: any ProcessGroup
    ) throws(ParallelError) {
        guard let channel, let shard else { preconditionFailure("there are no shards") }
        waitForValues(slot: nil)
        let arena = channel.gradients.arena
        if let whole { arena.copy(from: whole) }
        try ParameterBroadcast.run(arena, through: group)
        channel.gradientsWereOverwritten()
        var start = 0
        for range in shard {
            piece.elements(start..<start + range.count).copy(from: arena.elements(range))
            start += range.count
        }
    }
}
