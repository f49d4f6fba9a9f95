// AdamW on embedding tables of which only the rows that were looked up are updated.

internal import Kernels
internal import Layers
internal import Tensors

extension AdamW {
    /// An embedding table with a sparse update, and what this optimiser keeps moments for of it.
    struct SparseTable {
        let rows: SparseEmbeddingUpdate
        let parts: [ParameterGroup]
    }

    /// Updates the rows that were ever looked up. The others have neither gradient nor moments.
    func step(_ table: SparseTable, of values: Tensor, _ learningRate: Float, _ gradientScale: Float) {
        // What is no number spreads to every row.
        if !gradientScale.isFinite { table.rows.addAll() }
        let runs = table.rows.beginUpdate(of: values, in: table.parts.map(\.range))
        var next = 0
        for part in table.parts {
            var own: [Range<Int>] = []
            while next < runs.count, runs[next].upperBound <= part.range.upperBound {
                let start = part.range.lowerBound
                own.append(runs[next].lowerBound - start..<runs[next].upperBound - start)
                next += 1
            }
            update(of: part, learningRate, gradientScale).apply(
                values: values.elements(part.range),
                gradients: parameters.gradients.elements(part.range),
                firstMoments: firstMoments.elements(part.stateRange),
                secondMoments: secondMoments.elements(part.stateRange), runs: own)
        }
        // A rank that owns nothing of the table keeps count all the same.
        let slot = parameters.layout.slots[table.rows.slot]
        let whole = ParameterGroup(
            range: slot.range, hasWeightDecay: slot.hasWeightDecay,
            learningRateFactor: slot.learningRateFactor, stateStart: 0)
        table.rows.endUpdate(decay: update(of: whole, learningRate, gradientScale).decay)
    }

    /// Which rows were looked up follows from the moments: those of all others are zero.
    func restoreSparseTables() {
        for table in sparseTables {
            var active = RowSet(rowCount: table.rows.rowCount)
            for part in table.parts {
                let start = part.range.lowerBound - table.rows.range.lowerBound
                for moments in [firstMoments, secondMoments] {
                    active.formUnion(
                        table.rows.rowsThatHoldAnything(moments.elements(part.stateRange), from: start))
                }
            }
            table.rows.restore(active)
        }
    }
}
