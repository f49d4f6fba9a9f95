// Which rows of an embedding table training has touched: all others need no gradient, no sum and no moments.

internal import Kernels
internal import Synchronization
public import Tensors

/// The rows of a table that is only looked up, and what a step has to do for them.
///
/// A row that no token of a run has named has a zero gradient and zero moments. Its update is a multiplication by
/// 1 − learning rate · weight decay, and nobody sees the row before it is looked up or the table is read as a whole: the
/// factors of the steps are kept, and a row is multiplied by those that it lacks when it is read. Every value has the
/// bits that it would have if all rows were updated in every step.
///
/// All ranks have the same `updated` rows; which of the others they have settled is each rank's own affair.
public final class TouchedRows: Sendable {
    /// The fewest rows that are worth it.
    static let minimumRows = 2_048

    /// The slot's index among the trained ones, and its elements in the arena of the trained ones.
    public let slot: Int
    public let range: Range<Int>
    public let rowCount: Int
    public let columns: Int
    private let state: Mutex<State>

    private struct State {
        /// Rows of the gradient's memory that may hold something else than zero.
        var gradient: RowSet
        /// Rows whose moments may be something else than zero, which every step updates.
        var updated: RowSet
        /// Rows with moments from a checkpoint, of which other ranks do not know yet.
        var restored: RowSet
        /// Factors of the steps since the whole table was settled, and how many of them each row has.
        var factors: [Float] = []
        var ages: [Int32]
        var mayRestrict = true
        var isRestricted = false
    }

    init(_ slot: ParameterSlot) {
        self.slot = slot.index
        range = slot.range
        (rowCount, columns) = (slot.rows, slot.columns)
        let none = RowSet(rowCount: slot.rows)
        state = Mutex(
            State(
                gradient: none, updated: none, restored: none,
                ages: [Int32](repeating: 0, count: slot.rows)))
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
    public func addAll() {
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

    /// The rows that this rank knows to be needed in this step, for the others.
    public var reported: RowSet {
        state.withLock { state in
            var rows = state.gradient
            rows.formUnion(state.restored)
            return rows
        }
    }

    /// Takes what all ranks have reported. Returns the elements that have to be summed.
    @discardableResult
    public func agree(on rows: RowSet) -> [Range<Int>] {
        state.withLock { $0.gradient = rows }
        return elements(rows)
    }

    // MARK: Updates

    /// Says that all rows are updated by every step and that all values are exchanged.
    public func updateAllRows() {
        state.withLock { state in
            precondition(state.factors.isEmpty, "rows wait for factors already")
            state.mayRestrict = false
            state.isRestricted = false
        }
    }

    /// Asks to update touched rows alone, which is the optimiser's to decide.
    public func restrictUpdates() {
        state.withLock { if $0.mayRestrict { $0.isRestricted = true } }
    }

    /// Whether rows that were never touched are not updated.
    public var isRestricted: Bool { state.withLock(\.isRestricted) }

    /// The elements that every step updates.
    public var updatedElements: [Range<Int>] { elements(state.withLock(\.updated)) }

    /// Says that the moments of these rows are not zero.
    public func restore(_ rows: RowSet) {
        state.withLock { $0.restored.formUnion(rows) }
    }

    /// The rows of which a part is not zero in `elements`, which stand for those of the table from element `start` on.
    public func rowsThatHoldAnything(_ elements: Tensor, from start: Int) -> RowSet {
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

    /// Starts an update of `values`, the arena of the trained slots, in the ranges that this rank updates: rows with a
    /// gradient join those that are updated, and get the factors that they lack. Returns what has to be updated.
    public func beginUpdate(of values: Tensor, in owned: [Range<Int>]) -> [Range<Int>] {
        let updated = state.withLock { state in
            var rows = state.gradient
            rows.formUnion(state.restored)
            state.restored = RowSet(rowCount: rowCount)
            var joining = rows
            joining.subtract(state.updated)
            state.updated.formUnion(rows)
            let table = values.elements(range)
            for part in elements(joining).intersections(owned) {
                settle(
                    part.lowerBound - range.lowerBound..<part.upperBound - range.lowerBound, of: table, state)
            }
            return state.updated
        }
        return elements(updated).intersections(owned)
    }

    /// Ends an update: the rows that it did not touch are to be multiplied by `factor`.
    public func endUpdate(decay factor: Float) {
        guard factor != 1 else { return }
        state.withLock { $0.factors.append(factor) }
    }

    // MARK: Settling

    /// Gives these rows of `table`, `[rows, columns]`, the factors that they lack.
    func settle(_ ids: [Int32], of table: Tensor) {
        state.withLock { state in
            guard !state.factors.isEmpty else { return }
            let count = Int32(state.factors.count)
            for id in ids where state.ages[Int(id)] < count && !state.updated.contains(Int(id)) {
                let row = Int(id)
                settle(row * columns..<(row + 1) * columns, of: table, state)
                state.ages[row] = count
            }
        }
    }

    /// Gives all rows of `table`, `[rows, columns]`, the factors that they lack.
    func settleAll(of table: Tensor) {
        state.withLock { state in
            guard !state.factors.isEmpty else { return }
            for row in 0..<rowCount where !state.updated.contains(row) {
                settle(row * columns..<(row + 1) * columns, of: table, state)
            }
            state.factors = []
            state.ages = [Int32](repeating: 0, count: rowCount)
        }
    }

    /// Multiplies elements of the table, which may be parts of rows, by what their rows lack.
    private func settle(_ elements: Range<Int>, of table: Tensor, _ state: State) {
        guard !state.factors.isEmpty else { return }
        var start = elements.lowerBound
        while start < elements.upperBound {
            let row = start / columns
            let end = min(elements.upperBound, (row + 1) * columns)
            let lacking = state.factors[Int(state.ages[row])...]
            Elementwise.scale(table.elements(start..<end), byEachOf: lacking)
            start = end
        }
    }
}
