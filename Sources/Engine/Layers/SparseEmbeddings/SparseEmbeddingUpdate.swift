// The sparse update of an embedding table: rows that no token has named need no gradient, no sum and no
// moments.

internal import Kernels
internal import Synchronization
package import Tensors

/// The rows of an embedding table that is only looked up, and what a step has to do for them.
///
/// A row that no token of a run has named has a zero gradient and zero moments. Its update is weight decay
/// alone, a multiplication by 1 − learning rate · weight decay, and nobody sees the row before it is looked
/// up or the table is read as a whole: the decay is deferred, and a row is multiplied by the factors that it
/// lacks when it is read. Every value has the bits that it would have if all rows were updated in every step.
///
/// All ranks have the same `updated` rows; to which of the others they have applied the decay is each rank's
/// own affair.
package final class SparseEmbeddingUpdate: Sendable {
    /// The fewest rows that are worth it.
    static let minimumRows = 2_048

    /// The slot's index among the trained ones, and its elements in the arena of the trained ones.
    package let slot: Int
    package let range: Range<Int>
    package let rowCount: Int
    package let columns: Int
    private let state: Mutex<State>

    private struct State {
        /// Rows of the gradient's memory that may hold something else than zero.
        var gradient: RowSet
        /// The same of the memories of a step's shards that are not in use now, and the number of the one
        /// that is.
        var memories: [Int: RowSet] = [:]
        var memory = 0
        /// Rows whose moments may be something else than zero, which every step updates.
        var updated: RowSet
        /// Rows with moments from a checkpoint, of which other ranks do not know yet.
        var restored: RowSet
        /// Decay factors of the steps since all rows had them, and how many of them each row has.
        var deferredDecay: [Float] = []
        var appliedCounts: [Int32]
        var mayBeSparse = true
        var isSparse = false
    }

    init(_ slot: ParameterSlot) {
        self.slot = slot.index
        range = slot.range
        (rowCount, columns) = (slot.rows, slot.columns)
        let none = RowSet(rowCount: slot.rows)
        state = Mutex(
            State(
                gradient: none, updated: none, restored: none,
                appliedCounts: [Int32](repeating: 0, count: slot.rows)))
    }

    /// The elements of these rows in the arena of the trained slots, as ascending ranges.
    private func elements(_ rows: RowSet) -> [Range<Int>] {
        rows.runs.map {
            range.lowerBound + $0.lowerBound * columns..<range.lowerBound + $0.upperBound * columns
        }
    }

    // MARK: Gradients

    /// Rows that something is added to in this step.
    func add(_ ids: [Int32]) {
        state.withLock { state in for id in ids { state.gradient.insert(Int(id)) } }
    }

    /// Says that any row of the gradient's memory may hold anything.
    package func addAll() {
        state.withLock { $0.gradient = RowSet(rowCount: rowCount, isFull: true) }
    }

    /// Says that the gradient's memory is zero.
    func gradientIsZero() {
        state.withLock { $0.gradient = RowSet(rowCount: rowCount) }
    }

    /// Clears what is not zero of `gradient`, `[rows, columns]`.
    func clear(_ gradient: Tensor) {
        let runs = state.withLock { state in
            defer { state.gradient = RowSet(rowCount: rowCount) }
            return state.gradient.runs
        }
        for run in runs { Elementwise.clear(gradient.rows(run)) }
    }

    /// The rows that this rank knows to be needed in this step, for the others: those of the gradient, or of
    /// the gradients of shards in the first `memoryCount` memories.
    package func reported(memoryCount: Int = 1) -> RowSet {
        state.withLock { state in
            var rows = state.restored
            for number in 0..<memoryCount {
                if let other = number == state.memory ? state.gradient : state.memories[number] {
                    rows.formUnion(other)
                }
            }
            return rows
        }
    }

    /// Takes what all ranks have reported. Returns the elements that have to be summed, in the first memory.
    @discardableResult
    package func agree(on rows: RowSet) -> [Range<Int>] {
        state.withLock { state in
            if state.memory == 0 { state.gradient = rows } else { state.memories[0] = rows }
        }
        return elements(rows)
    }

    /// The elements of the gradient that may be something else than zero.
    package var gradientElements: [Range<Int>] { elements(state.withLock(\.gradient)) }

    // MARK: Memories of shards

    /// Says that the gradient lies in another memory from here on.
    func select(memory number: Int) {
        state.withLock { state in
            guard number != state.memory else { return }
            state.memories[state.memory] = state.gradient
            state.gradient = state.memories[number] ?? RowSet(rowCount: rowCount)
            state.memory = number
        }
    }

    /// Adds the gradient `source`, in the memory `number`, to `target`, in the present one: its rows alone.
    func add(memory number: Int, _ source: Tensor, to target: Tensor) {
        let runs = state.withLock { state in
            guard let rows = state.memories[number] else { return [Range<Int>]() }
            state.gradient.formUnion(rows)
            return rows.runs
        }
        for run in runs {
            let part = run.lowerBound * columns..<run.upperBound * columns
            Elementwise.add(source.elements(part), to: target.elements(part))
        }
    }

    // MARK: Updates

    /// Says that all rows are updated by every step and that all values are exchanged.
    package func updateDensely() {
        state.withLock { state in
            precondition(state.deferredDecay.isEmpty, "rows wait for their decay already")
            state.mayBeSparse = false
            state.isSparse = false
        }
    }

    /// Asks to update rows alone that some step has looked up, which is the optimiser's to decide.
    package func updateSparsely() {
        state.withLock { if $0.mayBeSparse { $0.isSparse = true } }
    }

    /// Whether rows that were never looked up are not updated.
    package var isSparse: Bool { state.withLock(\.isSparse) }

    /// The elements that every step updates.
    package var updatedElements: [Range<Int>] { elements(state.withLock(\.updated)) }

    /// Says that the moments of these rows are not zero.
    package func restore(_ rows: RowSet) {
        state.withLock { $0.restored.formUnion(rows) }
    }

    /// The rows of which a part is not zero in `elements`, which stand for those of the table from element
    /// `start` on.
    package func rowsThatHoldAnything(_ elements: Tensor, from start: Int) -> RowSet {
        var found = RowSet(rowCount: rowCount)
        elements.withFloats { floats in
            var index = 0
            while index < floats.count {
                let row = (start + index) / columns
                let end = min(floats.count, (row + 1) * columns - start)
                // A NaN is not zero either.
                if (index..<end).contains(where: { !(floats[$0] == 0) }) { found.insert(row) }
                index = end
            }
        }
        return found
    }

    /// Starts an update of `values`, the arena of the trained slots, in the ranges that this rank updates:
    /// rows with a gradient join those that are updated, and get the decay that they lack. Returns what has
    /// to be updated.
    package func beginUpdate(of values: Tensor, in owned: [Range<Int>]) -> [Range<Int>] {
        let updated = state.withLock { state in
            var rows = state.gradient
            rows.formUnion(state.restored)
            state.restored = RowSet(rowCount: rowCount)
            var joining = rows
            joining.subtract(state.updated)
            state.updated.formUnion(rows)
            let table = values.elements(range)
            for part in elements(joining).intersections(owned) {
                applyDeferredDecay(
                    to: part.lowerBound - range.lowerBound..<part.upperBound - range.lowerBound, of: table,
                    state)
            }
            return state.updated
        }
        return elements(updated).intersections(owned)
    }

    /// Ends an update: the rows that it left out are to be multiplied by `factor`.
    package func endUpdate(decay factor: Float) {
        guard factor != 1 else { return }
        state.withLock { $0.deferredDecay.append(factor) }
    }

    // MARK: Deferred decay

    /// Gives these rows of `table`, `[rows, columns]`, the decay that they lack.
    func applyDeferredDecay(to ids: [Int32], of table: Tensor) {
        state.withLock { state in
            guard !state.deferredDecay.isEmpty else { return }
            let count = Int32(state.deferredDecay.count)
            for id in ids where state.appliedCounts[Int(id)] < count && !state.updated.contains(Int(id)) {
                let row = Int(id)
                applyDeferredDecay(to: row * columns..<(row + 1) * columns, of: table, state)
                state.appliedCounts[row] = count
            }
        }
    }

    /// Gives all rows of `table`, `[rows, columns]`, the decay that they lack.
    func applyDeferredDecay(toAllOf table: Tensor) {
        state.withLock { state in
            guard !state.deferredDecay.isEmpty else { return }
            for row in 0..<rowCount where !state.updated.contains(row) {
                applyDeferredDecay(to: row * columns..<(row + 1) * columns, of: table, state)
            }
            state.deferredDecay = []
            state.appliedCounts = [Int32](repeating: 0, count: rowCount)
        }
    }

    /// Multiplies elements of the table, which may be parts of rows, by what their rows lack.
    private func applyDeferredDecay(to elements: Range<Int>, of table: Tensor, _ state: State) {
        guard !state.deferredDecay.isEmpty else { return }
        var start = elements.lowerBound
        while start < elements.upperBound {
            let row = start / columns
            let end = min(elements.upperBound, (row + 1) * columns)
            let lacking = state.deferredDecay[Int(state.appliedCounts[row])...]
            Elementwise.scale(table.elements(start..<end), byEachOf: lacking)
            start = end
        }
    }
}
