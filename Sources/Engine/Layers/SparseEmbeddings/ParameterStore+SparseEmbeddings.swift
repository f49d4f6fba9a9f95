// Embedding tables with sparse updates: values and gradients of some rows.

internal import Tensors

extension ParameterStore {
    static func tables(_ layout: ParameterLayout) -> [Int: SparseEmbeddingUpdate] {
        let indices = trainableIndices(layout)
        let trained = layout.trainable.slots
        return Dictionary(
            uniqueKeysWithValues: layout.slots.compactMap { slot in
                guard let index = indices[slot.index], slot.isTable, !slot.isOperand,
                    slot.rows >= SparseEmbeddingUpdate.minimumRows
                else { return nil }
                return (slot.index, SparseEmbeddingUpdate(trained[index]))
            })
    }

    /// The tables whose rows are looked up one by one and which no product reads, in the order of the arena.
    package var sparseEmbeddings: [SparseEmbeddingUpdate] {
        (whole ?? self).tables.values.sorted { $0.slot < $1.slot }
    }

    func applyDeferredDecay() {
        for (slot, rows) in tables { rows.applyDeferredDecay(toAllOf: matrix(slot)) }
    }

    /// The values of a table, `[rows, columns]`, of which the caller reads the rows `ids` alone.
    func value(_ slot: Int, rows ids: [Int32]) -> Tensor {
        guard let rows = tables[slot] else { return value(slot) }
        onValueUse?(slot, .reading)
        let matrix = matrix(slot)
        rows.applyDeferredDecay(to: ids, of: matrix)
        return matrix
    }

    /// The gradient of a table, `[rows, columns]`, of which the caller adds to the rows `ids` alone.
    func gradient(_ slot: Int, rows ids: [Int32]) -> Tensor {
        guard let rows = tables[slot] else { return gradient(slot) }
        defer { rows.add(ids) }
        return clearedGradient(slot)
    }
}
