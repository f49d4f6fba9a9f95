// The sparse all-reduce of an embedding table's gradient: only the rows that some rank looked up are sent.

internal import Kernels
internal import Layers
internal import Tensors

/// A table whose gradient has few rows that are not zero: those of the tokens of the global batch.
///
/// All ranks agree on the union of their rows and sum these, packed. When the union is large, as with a table
/// that is also the head of a language model, they agree on that too, and the table is summed whole.
struct SparseAllReduce: Sendable {
    /// What is known of its rows beforehand.
    private let update: SparseEmbeddingUpdate?
    /// The slot's index in the layout.
    let slot: Int
    private let gradient: Tensor
    private let packed: HierarchicalCollectives
    private let everyone: any ProcessGroup
    /// Most rows that are sent packed, as a share of the table's.
    private static let largestShare = 4

    /// Collective: makes an arena for the packed rows, a quarter of the table.
    init(
        _ slot: ParameterSlot, update: SparseEmbeddingUpdate?, gradients: Tensor, topology: RankTopology,
        wire: WireType, sharesMemory: Bool
    ) throws(ParallelError) {
        self.slot = slot.index
        self.update = update
        gradient = gradients.elements(slot.range).reshaped(rows: slot.rows, columns: slot.columns)
        everyone = topology.everyone
        packed = try HierarchicalCollectives(
            elementCount: slot.rows / Self.largestShare * slot.columns, topology: topology, wire: wire,
            sharesMemory: sharesMemory)
    }

    /// Whether a slot is worth looking at: a tall matrix of many rows.
    static func isTable(_ slot: ParameterSlot) -> Bool {
        slot.rows >= 8_192 && slot.rows >= 8 * slot.columns
    }

    /// Sums the table over all ranks if that takes few rows; nil means that nothing was done. Collective; all
    /// ranks come to the same result. Returns the number of bytes of the packed rows.
    func sum() throws(ParallelError) -> Int? {
        let union = try Self.union(update?.reported() ?? notZero, over: everyone)
        update?.agree(on: union)
        let rows = union.rows
        let count = rows.count * gradient.columns
        guard count <= packed.arena.count else { return nil }
        guard count > 0 else { return 0 }
        let view = packed.arena.elements(0..<count).reshaped(rows: rows.count, columns: gradient.columns)
        SparseRows.gather(gradient, rows: rows, into: view)
        try packed.allReduce(0..<count)
        SparseRows.scatter(view, rows: rows, into: gradient)
        return count * 4
    }

    /// Rows of the gradient that are not zero.
    private var notZero: RowSet {
        var rows = RowSet(rowCount: gradient.rows)
        for (row, flag) in SparseRows.flags(of: gradient).enumerated() where flag != 0 { rows.insert(row) }
        return rows
    }

    /// The rows that some rank names.
    static func union(_ own: RowSet, over group: any ProcessGroup) throws(ParallelError) -> RowSet {
        var union = own
        for bytes in try group.allGather(own.bytes) {
            union.formUnion(RowSet(rowCount: own.rowCount, bytes: bytes))
        }
        return union
    }
}
