// Folds that keep groups whole: no group has rows in two folds.

package import Tensors

extension FoldPlan {
    /// Folds of whole groups with sizes as even as a greedy choice makes them: the largest group first, each
    /// to the fold with the fewest rows. Other keys exchange groups where that leaves the sizes within the
    /// same bounds.
    ///
    /// - Parameter groups: the group of each row, counted from 0.
    /// - Throws: if there are fewer groups than folds.
    package static func grouped(
        groups: [Int], foldCount: Int, key: RandomKey
    ) throws(DatasetsError) -> FoldPlan {
        let sizes = counts(of: groups, count: (groups.max() ?? -1) + 1)
        try checkGroups(sizes.count, foldCount, rows: groups.count)
        var loads = [Int](repeating: 0, count: foldCount)
        var foldOfGroup = [Int](repeating: 0, count: sizes.count)
        let places = places(count: sizes.count, key: key)
        for group in sizes.indices.sorted(by: { (-sizes[$0], places[$0]) < (-sizes[$1], places[$1]) }) {
            let lightest = loads.indices.reduce(0) { loads[$1] < loads[$0] ? $1 : $0 }
            foldOfGroup[group] = lightest
            loads[lightest] += sizes[group]
        }
        exchange(&foldOfGroup, sizes: sizes, loads: loads, key: key.derived("exchanges"))
        return FoldPlan(foldCount: foldCount, folds: groups.map { foldOfGroup[$0] })
    }

    /// Swaps random pairs of groups as long as every fold keeps at least the rows of the smallest fold so
    /// far, and at most those of the largest.
    private static func exchange(
        _ foldOfGroup: inout [Int], sizes: [Int], loads: [Int], key: RandomKey
    ) {
        var loads = loads
        let bounds = (loads.min() ?? 0)...(loads.max() ?? 0)
        let count = UInt64(sizes.count)
        for attempt in 0..<8 * count {
            let first = Int(key.word(2 * attempt) % count)
            let second = Int(key.word(2 * attempt + 1) % count)
            let (from, to) = (foldOfGroup[first], foldOfGroup[second])
            let surplus = sizes[first] - sizes[second]
            guard from != to, bounds.contains(loads[from] - surplus), bounds.contains(loads[to] + surplus)
            else { continue }
            foldOfGroup.swapAt(first, second)
            loads[from] -= surplus
            loads[to] += surplus
        }
    }

    /// Folds of whole groups in which each class is spread as evenly as a greedy choice makes it: the group
    /// with the most uneven classes first, each to the fold where the classes then deviate least between
    /// folds, as scikit-learn's StratifiedGroupKFold. Of several random orders of equally uneven groups the
    /// best one counts.
    ///
    /// - Parameters:
    ///   - groups: the group of each row, counted from 0.
    ///   - classes: the class of each row, counted from 0.
    /// - Throws: if there are fewer groups than folds, or no class has a row for each fold.
    package static func grouped(
        groups: [Int], stratifiedBy classes: [Int], foldCount: Int, key: RandomKey
    ) throws(DatasetsError) -> FoldPlan {
        precondition(groups.count == classes.count, "one class a row is needed")
        let groupCount = (groups.max() ?? -1) + 1
        try checkGroups(groupCount, foldCount, rows: groups.count)
        let classCount = (classes.max() ?? -1) + 1
        try checkClasses(counts(of: classes, count: classCount), foldCount)
        var members = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: groupCount)
        for (group, label) in zip(groups, classes) { members[group][label] += 1 }
        let spreads = members.map { squaredSpread($0) }
        var best: (foldOfGroup: [Int], deviation: Double)?
        for trial in 0..<orderCount {
            let places = places(count: groupCount, key: key.derived(UInt64(trial)))
            var balance = ClassBalance(foldCount: foldCount, totals: counts(of: classes, count: classCount))
            var foldOfGroup = [Int](repeating: 0, count: groupCount)
            let order = (0..<groupCount).sorted { (-spreads[$0], places[$0]) < (-spreads[$1], places[$1]) }
            for (index, group) in order.enumerated() {
                foldOfGroup[group] = balance.add(members[group], groupsLeft: groupCount - index)
            }
            let deviation = balance.deviation
            if best.map({ deviation < $0.deviation }) ?? true { best = (foldOfGroup, deviation) }
        }
        let folds = groups.map { best?.foldOfGroup[$0] ?? 0 }
        return FoldPlan(foldCount: foldCount, folds: folds)
    }

    /// Orders of equally uneven groups that are tried.
    private static let orderCount = 4

    private static func places(count: Int, key: RandomKey) -> [Int] {
        let order = KeyedPermutation(count: count, key: key)
        return (0..<count).map { order[$0] }
    }

    private static func checkGroups(_ groups: Int, _ folds: Int, rows: Int) throws(DatasetsError) {
        try checkRows(rows, folds)
        if groups < folds { throw .fewerGroupsThanFolds(groups: groups, folds: folds) }
    }
}

/// `n² · variance` of n numbers, exactly.
private func squaredSpread(_ values: [Int]) -> Int {
    let sum = values.reduce(0, +)
    return values.count * values.reduce(0) { $0 + $1 * $1 } - sum * sum
}

/// How evenly the classes are spread over the folds so far.
private struct ClassBalance {
    /// Rows of each class in each fold, [foldCount][classCount].
    private var rows: [[Int]]
    private var loads: [Int]
    /// Rows of each class in all, and of each class that was given to a fold: their sum and sum of squares
    /// over the folds.
    private let totals: [Int]
    private var sums: [Int]
    private var squares: [Int]

    init(foldCount: Int, totals: [Int]) {
        rows = [[Int]](repeating: [Int](repeating: 0, count: totals.count), count: foldCount)
        loads = [Int](repeating: 0, count: foldCount)
        self.totals = totals
        sums = [Int](repeating: 0, count: totals.count)
        squares = sums
    }

    /// Puts a group into the best fold and returns that: the one with the least deviation, of equal ones that
    /// with the fewest rows. The last groups go to folds that are still empty.
    mutating func add(_ group: [Int], groupsLeft: Int) -> Int {
        let empty = loads.indices.filter { loads[$0] == 0 }
        let candidates = groupsLeft <= empty.count ? empty : Array(loads.indices)
        var best = candidates[0]
        var least = deviation(adding: group, to: best)
        for fold in candidates.dropFirst() {
            let deviation = deviation(adding: group, to: fold)
            let isEqual = abs(deviation - least) <= 1e-8 + 1e-5 * least
            if isEqual ? loads[fold] < loads[best] : deviation < least { (best, least) = (fold, deviation) }
        }
        for (label, count) in group.enumerated() {
            squares[label] += count * (2 * rows[best][label] + count)
            sums[label] += count
            rows[best][label] += count
            loads[best] += count
        }
        return best
    }

    /// The mean over classes of the standard deviation, over folds, of the class's share in the fold.
    var deviation: Double { deviation(adding: [Int](repeating: 0, count: totals.count), to: 0) }

    /// The same with a group more in a fold.
    private func deviation(adding group: [Int], to fold: Int) -> Double {
        let folds = rows.count
        var sum = 0.0
        for (label, count) in group.enumerated() where totals[label] > 0 {
            let square = squares[label] + count * (2 * rows[fold][label] + count)
            let total = sums[label] + count
            let spread = folds * square - total * total
            sum += Double(spread).squareRoot() / Double(folds) / Double(totals[label])
        }
        return sum / Double(group.count)
    }
}
