// A table of vectors, looked up by id.

internal import Kernels
package import Tensors

/// An embedding table `[count, width]`.
package final class Embedding: Layer {
    package let count: Int
    package let width: Int
    /// The name of the table in files.
    package let tensorName: String
    /// The slot of the table, which a tied output layer shares.
    let table: Int
    private let paddingID: Int?

    /// Adds the slot `name.weight`. The row `paddingID` gets no gradient, as `padding_idx` in PyTorch. With
    /// `isSinusoidal` it is a table of sines and cosines that is never trained.
    package init(
        _ layout: inout ParameterLayout, _ name: String, count: Int, width: Int, standardDeviation: Float,
        paddingID: Int? = nil, isSinusoidal: Bool = false
    ) {
        self.paddingID = paddingID
        self.count = count
        self.width = width
        tensorName = name + ".weight"
        table = layout.add(
            tensorName, rows: count, columns: width, hasWeightDecay: true,
            initialization: isSinusoidal ? .sinusoids : .normal(standardDeviation: standardDeviation),
            tensors: [CheckpointTensor(name: tensorName, shape: [count, width])])
        layout.addTable(table)
        if isSinusoidal { layout.addConstant(table) }
    }

    /// `out[t, :] = table[ids[t], :]`, added when `accumulating`.
    package func forward(_ ids: [Int32], _ pass: Pass, into out: Tensor, accumulating: Bool = false) {
        EmbeddingTable.gather(
            pass.parameters.value(table, rows: ids), ids: ids, into: out, accumulating: accumulating)
        adapt(ids, out, pass)
    }

    private func adapt(_ ids: [Int32], _ out: Tensor, _ pass: Pass) {
        for adapter in pass.parameters.adapters[table] ?? [] {
            adapter.forward(ids: ids, addingTo: out, pass)
        }
    }

    /// `out[t, :] = Σ table[ids[t], :]` over up to three tables, in one pass.
    package static func forwardSum(
        _ parts: [(table: Embedding, ids: [Int32])], _ pass: Pass, into out: Tensor
    ) {
        EmbeddingTable.gatherSum(
            parts.map { (pass.parameters.value($0.table.table, rows: $0.ids), $0.ids) }, into: out)
        for part in parts { part.table.adapt(part.ids, out, pass) }
    }

    /// Adds `dy[T, width]` into the gradient rows of `ids`, but for the padding id, and reports the slot,
    /// unless it is frozen; the same for adapters of the table. Unless it `isLast`, another look-up of the
    /// same step adds to the slot, and that one reports it.
    package func backward(gradient dy: Tensor, _ ids: [Int32], isLast: Bool = true, _ pass: Pass) {
        let padding = paddingID.map { Int32($0) }
        for adapter in pass.parameters.adapters[table] ?? [] {
            adapter.backward(gradient: dy, ids: ids, padding: padding, pass)
            if isLast { adapter.finishBackward(pass) }
        }
        guard pass.parameters.isTrainable(table) else { return }
        let table = pass.parameters.gradient(table, rows: ids)
        if ids.contains(where: { $0 == padding }) {
            pass.temporarily {
                let copy = pass.workspace.tensor(rows: dy.rows, columns: dy.columns, type: dy.type)
                copy.copy(from: dy)
                for (row, id) in ids.enumerated() where id == padding { copy.rows(row..<row + 1).clear() }
                EmbeddingTable.scatterAdd(copy, ids: ids, to: table)
            }
        } else {
            EmbeddingTable.scatterAdd(dy, ids: ids, to: table)
        }
        if isLast { pass.markReady(self.table) }
    }
}
