// Brings the parameters of one rank to all.

package import Tensors

/// The start of a run: rank 0 has read the model, the others get it from there.
package enum ParameterBroadcast {
    /// Copies the contiguous `arena` of `root` to all ranks, in pieces of `pieceMebibytes`. Collective.
    package static func run(
        _ arena: Tensor, from root: Int = 0, through group: any ProcessGroup, pieceMebibytes: Double = 16
    ) throws(ParallelError) {
        let pieceCount = Int(pieceMebibytes * 1_048_576) / arena.type.byteCount
        precondition(pieceCount > 0, "a piece of \(pieceMebibytes) MiB holds no element")
        var start = 0
        while start < arena.count {
            let end = min(start + pieceCount, arena.count)
            try group.broadcast(arena.elements(start..<end), from: root)
            start = end
        }
    }
}
