// The tokens of a batch whose states a model needs from its last block.

package import Kernels

/// Some tokens of a batch, in ascending order.
package struct SelectedRows: Sendable {
    /// The tokens, `[N]`.
    package let ids: [Int32]
    /// Sequence s has the rows `offsets[s]..<offsets[s + 1]` of them; `[S + 1]`.
    package let offsets: [Int32]
    /// Where each stands in its sequence, from 0, `[N]`.
    package let places: [Int32]
    /// Their random keys: those that they have among all tokens.
    package let keys: RowRandomKeys

    package var count: Int { ids.count }

    /// The tokens `ids` of the batch of `pass`.
    package init(_ ids: [Int32], of pass: Pass) {
        precondition(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 }, "rows must ascend")
        precondition(ids.allSatisfy { $0 >= 0 && Int($0) < pass.batch.tokenCount }, "a row is outside")
        self.ids = ids
        var next = 0
        offsets = pass.batch.offsets.map { end in
            while next < ids.count, ids[next] < end { next += 1 }
            return Int32(next)
        }
        var sequence = 0
        places = ids.map { id in
            while id >= pass.batch.offsets[sequence + 1] { sequence += 1 }
            return id - pass.batch.offsets[sequence]
        }
        keys = RowRandomKeys(pass.tokenKeys, rows: ids)
    }

    /// The first token of each sequence.
    package static func first(of pass: Pass) -> SelectedRows {
        SelectedRows([Int32](pass.batch.offsets.dropLast()), of: pass)
    }

    /// The tokens `ids` when a block that computes them alone is worth its two copies: at most three quarters
    /// of all, in ascending order.
    package static func worthwhile(_ ids: [Int32], of pass: Pass) -> SelectedRows? {
        guard !ids.isEmpty, ids.count * 4 <= pass.batch.tokenCount * 3,
            zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        return SelectedRows(ids, of: pass)
    }
}
