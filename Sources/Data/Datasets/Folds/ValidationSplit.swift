// A share of the rows that is held out to evaluate on, the same everywhere for the same key.

package import Tensors

/// Which rows are held out.
///
/// As many as scikit-learn's `train_test_split` takes: the share of the rows, rounded up; of each class as
/// near to its share as whole rows allow. The random numbers are others.
package enum ValidationSplit {
    /// - Parameters:
    ///   - share: above 0 and at most 0.5.
    ///   - classes: the class of each row, counted from 0; nil to draw from all rows alike.
    ///   - groups: the group of each row, counted from 0; nil where rows belong to none. Groups stay whole.
    /// - Throws: if there are fewer than two rows, or than two groups.
    package static func isHeldOut(
        rowCount: Int, share: Double, classes: [Int]? = nil, groups: [Int]? = nil, key: RandomKey
    ) throws(DatasetsError) -> [Bool] {
        guard rowCount >= 2 else { throw .tooFewToSplit(rows: rowCount) }
        let wanted = count(of: share, rows: rowCount)
        guard let groups else {
            guard let classes else {
                let order = KeyedPermutation(count: rowCount, key: key)
                return (0..<rowCount).map { order.index(of: $0) < wanted }
            }
            return stratified(classes, wanted: wanted, key)
        }
        let sizes = counts(of: groups, count: (groups.max() ?? -1) + 1)
        guard sizes.count >= 2 else { throw .fewerGroupsThanFolds(groups: sizes.count, folds: 2) }
        let folds = min(sizes.count, max(2, Int((1 / share).rounded())))
        if let classes, (counts(of: classes, count: (classes.max() ?? -1) + 1).max() ?? 0) >= folds {
            let plan = try FoldPlan.grouped(
                groups: groups, stratifiedBy: classes, foldCount: folds, key: key)
            let sizes = plan.sizes
            let nearest = sizes.indices.min { abs(sizes[$0] - wanted) < abs(sizes[$1] - wanted) }
            return plan.folds.map { $0 == nearest }
        }
        let isChosen = wholeGroups(sizes, wanted: wanted, key)
        return groups.map { isChosen[$0] }
    }

    /// The first rows: for texts that go on from row to row.
    package static func isLeading(rowCount: Int, share: Double) throws(DatasetsError) -> [Bool] {
        guard rowCount >= 2 else { throw .tooFewToSplit(rows: rowCount) }
        let wanted = count(of: share, rows: rowCount)
        return (0..<rowCount).map { $0 < wanted }
    }

    /// Rounded up, but for errors of rounding: a tenth of 70 rows is 7.
    private static func count(of share: Double, rows: Int) -> Int {
        min(max(Int((share * Double(rows) - 1e-9).rounded(.up)), 1), rows - 1)
    }

    /// Each class's share in whole rows; what is left over goes to the largest remainders. A class keeps a
    /// row to learn from.
    private static func stratified(_ classes: [Int], wanted: Int, _ key: RandomKey) -> [Bool] {
        let sizes = counts(of: classes, count: (classes.max() ?? -1) + 1)
        var quotas = sizes.map { min($0 * wanted / classes.count, max($0 - 1, 0)) }
        let order = sizes.indices.sorted {
            (-(sizes[$0] * wanted % classes.count), -sizes[$0], $0)
                < (-(sizes[$1] * wanted % classes.count), -sizes[$1], $1)
        }
        var rest = wanted - quotas.reduce(0, +)
        while rest > 0 {
            let open = order.filter { quotas[$0] < sizes[$0] - 1 }
            guard !open.isEmpty else { break }
            for number in open.prefix(rest) { quotas[number] += 1 }
            rest = wanted - quotas.reduce(0, +)
        }
        let orders = sizes.enumerated().map { number, size in
            KeyedPermutation(count: size, key: key.derived(UInt64(number)))
        }
        var seen = [Int](repeating: 0, count: sizes.count)
        return classes.map { label in
            defer { seen[label] += 1 }
            return orders[label].index(of: seen[label]) < quotas[label]
        }
    }

    /// Groups in a random order, each taken where that brings the rows nearer to `wanted`; at least one, and
    /// never all.
    private static func wholeGroups(_ sizes: [Int], wanted: Int, _ key: RandomKey) -> [Bool] {
        let order = KeyedPermutation(count: sizes.count, key: key)
        var isChosen = [Bool](repeating: false, count: sizes.count)
        var rows = 0
        for place in sizes.indices {
            let group = order[place]
            guard abs(rows + sizes[group] - wanted) < abs(rows - wanted) else { continue }
            isChosen[group] = true
            rows += sizes[group]
        }
        if !isChosen.contains(true), let least = sizes.indices.min(by: { sizes[$0] < sizes[$1] }) {
            isChosen[least] = true
        }
        if !isChosen.contains(false) { isChosen[order[0]] = false }
        return isChosen
    }
}

extension DatasetsError {
    fileprivate static func tooFewToSplit(rows: Int) -> Self {
        Self(
            "validation_split needs at least two rows, one to learn from and one to evaluate on, but train_file has"
                + " \(rows); give more rows, or leave validation_split out.")
    }
}
