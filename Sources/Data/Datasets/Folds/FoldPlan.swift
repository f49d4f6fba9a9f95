// Which fold of a cross-validation holds each row out: the same plan everywhere for the same key.

package import Tensors

/// A partition of rows into folds, each of which is tested by a model that is trained on the others.
///
/// Plans depend on the key alone, never on ranks. They balance as scikit-learn's KFold, StratifiedKFold,
/// GroupKFold and StratifiedGroupKFold do; the random numbers are others.
package struct FoldPlan: Sendable, Equatable {
    package let foldCount: Int
    /// The fold of each row, in 0..<foldCount.
    private let foldOfRow: [UInt32]
    package var folds: [Int] { foldOfRow.map { Int($0) } }

    init(foldCount: Int, folds: [Int]) {
        self.foldCount = foldCount
        foldOfRow = folds.map { UInt32($0) }
    }

    /// The number of rows of each fold.
    package var sizes: [Int] { counts(of: folds, count: foldCount) }

    /// The rows of a fold.
    package func rows(of fold: Int) -> RowSelection {
        RowSelection(total: foldOfRow.count) { foldOfRow[$0] == fold }
    }

    /// The rows of all other folds.
    package func rows(without fold: Int) -> RowSelection {
        RowSelection(total: foldOfRow.count) { foldOfRow[$0] != fold }
    }
}

extension FoldPlan {
    /// Folds of a random order whose sizes differ by at most one row.
    /// - Throws: if there are fewer rows than folds.
    package static func shuffled(
        rowCount: Int, foldCount: Int, key: RandomKey
    ) throws(DatasetsError) -> FoldPlan {
        try checkRows(rowCount, foldCount)
        let order = KeyedPermutation(count: rowCount, key: key)
        return FoldPlan(
            foldCount: foldCount, folds: (0..<rowCount).map { order.index(of: $0) % foldCount })
    }

    /// Folds whose sizes, and whose rows of each class, differ by at most one row.
    ///
    /// - Parameter classes: the class of each row, counted from 0.
    /// - Throws: if there are fewer rows than folds, or no class has a row for each fold.
    package static func stratified(
        classes: [Int], foldCount: Int, key: RandomKey
    ) throws(DatasetsError) -> FoldPlan {
        try checkRows(classes.count, foldCount)
        let members = members(of: classes)
        try checkClasses(members.map(\.count), foldCount)
        var folds = [Int](repeating: 0, count: classes.count)
        // The classes one behind the other, assigned to the folds in turn.
        var place = 0
        for (number, rows) in members.enumerated() {
            let order = KeyedPermutation(count: rows.count, key: key.derived(UInt64(number)))
            for index in rows.indices {
                folds[rows[order[index]]] = place % foldCount
                place += 1
            }
        }
        return FoldPlan(foldCount: foldCount, folds: folds)
    }

    static func checkRows(_ rows: Int, _ folds: Int) throws(DatasetsError) {
        precondition(folds >= 2, "\(folds) folds")
        if rows < folds { throw .fewerRowsThanFolds(rows: rows, folds: folds) }
    }

    static func checkClasses(_ sizes: [Int], _ folds: Int) throws(DatasetsError) {
        let largest = sizes.max() ?? 0
        if largest < folds { throw .classesBelowFolds(largest: largest, folds: folds) }
    }
}

/// How often each of 0..<count occurs.
func counts(of values: [Int], count: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for value in values { counts[value] += 1 }
    return counts
}

/// The places of each value that occurs, counted from 0.
private func members(of values: [Int]) -> [[Int]] {
    var members = [[Int]](repeating: [], count: (values.max() ?? -1) + 1)
    for (place, value) in values.enumerated() { members[value].append(place) }
    return members
}
