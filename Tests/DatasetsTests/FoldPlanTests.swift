// Folds: each row held out once, balanced as scikit-learn balances, no group in two folds, fixed by the key.

import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// Rows with classes and groups, and how evenly scikit-learn divides them.
private struct FoldGoldens: Decodable {
    struct Case: Decodable {
        let folds: Int
        let classes: [Int]
        let groups: [Int]
        let shuffled: [Int]
        let stratified: [[Int]]
        let grouped: [Int]
        let stratifiedGrouped: [[Int]]
    }

    let cases: [Case]

    static func load() throws -> [Case] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(FoldGoldens.self, from: expandedGolden("Goldens/folds.json.gz")).cases
    }
}

/// Rows of each class in each fold.
private func table(_ plan: FoldPlan, _ classes: [Int]) -> [[Int]] {
    var table = [[Int]](
        repeating: [Int](repeating: 0, count: (classes.max() ?? 0) + 1), count: plan.foldCount)
    for (fold, label) in zip(plan.folds, classes) { table[fold][label] += 1 }
    return table
}

private func column(_ table: [[Int]], _ index: Int) -> [Int] { table.map { $0[index] } }

private func spread(_ values: [Int]) -> Int { (values.max() ?? 0) - (values.min() ?? 0) }

/// The mean over classes of the standard deviation over folds of the class's share.
private func deviation(_ table: [[Int]]) -> Double {
    let classes = table[0].indices
    return classes.reduce(0.0) { sum, label in
        let total = Double(column(table, label).reduce(0, +))
        let shares = column(table, label).map { Double($0) / total }
        let mean = shares.reduce(0, +) / Double(shares.count)
        return sum
            + (shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count)).squareRoot()
    } / Double(classes.count)
}

@Suite struct FoldPlanTests {
    @Test("shuffled and stratified folds hold as many rows of each class as scikit-learn's")
    func asScikitLearn() throws {
        for (number, golden) in try FoldGoldens.load().enumerated() {
            let key = RandomKey(seed: 4).derived(UInt64(number))
            let shuffled = try FoldPlan.shuffled(
                rowCount: golden.classes.count, foldCount: golden.folds, key: key)
            #expect(shuffled.sizes.sorted() == golden.shuffled.sorted())
            let stratified = try FoldPlan.stratified(
                classes: golden.classes, foldCount: golden.folds, key: key)
            let found = table(stratified, golden.classes)
            #expect(spread(stratified.sizes) <= 1)
            for label in found[0].indices {
                #expect(column(found, label).sorted() == column(golden.stratified, label).sorted())
                #expect(spread(column(found, label)) <= 1)
            }
        }
    }

    @Test("grouped folds are at least as even as scikit-learn's, and no group is in two")
    func grouped() throws {
        for (number, golden) in try FoldGoldens.load().enumerated() {
            let key = RandomKey(seed: 5).derived(UInt64(number))
            let plan = try FoldPlan.grouped(groups: golden.groups, foldCount: golden.folds, key: key)
            #expect(spread(plan.sizes) <= spread(golden.grouped), "case \(number)")
            #expect(plan.sizes.allSatisfy { $0 > 0 })
            expectWhole(plan, golden.groups)
        }
    }

    @Test("stratified groups spread the classes as evenly as scikit-learn's greedy choice, ties apart")
    func stratifiedGroups() throws {
        var ratios: [Double] = []
        for (number, golden) in try FoldGoldens.load().enumerated() {
            let key = RandomKey(seed: 6).derived(UInt64(number))
            let plan = try FoldPlan.grouped(
                groups: golden.groups, stratifiedBy: golden.classes, foldCount: golden.folds, key: key)
            expectWhole(plan, golden.groups)
            #expect(plan.sizes.allSatisfy { $0 > 0 }, "case \(number)")
            let reference = deviation(golden.stratifiedGrouped)
            if reference > 0 { ratios.append(deviation(table(plan, golden.classes)) / reference) }
        }
        let mean = ratios.reduce(0, +) / Double(ratios.count)
        let worst = ratios.max() ?? 9
        #expect(ratios.count > 150)
        #expect(mean <= 1, "mean ratio \(mean), worst \(worst)")
    }

    private func expectWhole(
        _ plan: FoldPlan, _ groups: [Int], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let pairs = Set(zip(groups, plan.folds).map { [$0, $1] })
        #expect(pairs.count == Set(groups).count, sourceLocation: sourceLocation)
    }

    @Test("each row is tested in one fold and learnt from in all others", arguments: [2, 3, 7])
    func partition(folds: Int) throws {
        let plan = try FoldPlan.shuffled(rowCount: 100, foldCount: folds, key: RandomKey(seed: 1))
        let rows = (0..<folds).map { (test: plan.rows(of: $0), training: plan.rows(without: $0)) }
        for row in 0..<100 {
            #expect(rows.count { $0.test.contains(row) } == 1)
            #expect(rows.allSatisfy { $0.test.contains(row) != $0.training.contains(row) })
        }
        #expect(rows.map(\.test.count) == plan.sizes)
        #expect(rows.allSatisfy { $0.test.count + $0.training.count == 100 })
    }

    @Test("the same key gives the same folds, another key others, of every kind")
    func keys() throws {
        let classes = (0..<90).map { $0 * $0 % 5 % 3 }
        let groups = (0..<90).map { $0 / 4 }
        func plans(_ seed: UInt64) throws -> [FoldPlan] {
            let key = RandomKey(seed: seed)
            return [
                try .shuffled(rowCount: 90, foldCount: 5, key: key),
                try .stratified(classes: classes, foldCount: 5, key: key),
                try .grouped(groups: groups, foldCount: 5, key: key),
                try .grouped(groups: groups, stratifiedBy: classes, foldCount: 5, key: key),
            ]
        }
        let first = try plans(1)
        #expect(try plans(1) == first)
        for (other, plan) in zip(try plans(2), first) { #expect(other != plan) }
    }

    @Test("a key gives these folds in every version, as a resumed cross-validation goes on with them")
    func sameInEveryVersion() throws {
        let classes = (0..<24).map { $0 * $0 % 7 % 2 }
        let groups = (0..<24).map { $0 / 3 }
        // FNV-1a of all folds: a hash, as it is every choice among equally good ones that counts.
        var hashes = [UInt64](repeating: 0xCBF2_9CE4_8422_2325, count: 4)
        for seed in 0..<UInt64(200) {
            let key = RandomKey(seed: seed)
            let plans: [FoldPlan] = [
                try .shuffled(rowCount: 24, foldCount: 3, key: key),
                try .stratified(classes: classes, foldCount: 3, key: key),
                try .grouped(groups: groups, foldCount: 3, key: key),
                try .grouped(groups: groups, stratifiedBy: classes, foldCount: 3, key: key),
            ]
            for (kind, plan) in plans.enumerated() {
                for fold in plan.folds { hashes[kind] = (hashes[kind] ^ UInt64(fold)) &* 0x100_0000_01B3 }
            }
        }
        #expect(
            hashes == [
                0x00CF_C794_D1B1_3A73, 0xA7EA_57DB_3AC2_9735, 0x5CC4_69F6_45F8_6535, 0x1228_415B_28EF_505A,
            ])
    }

    @Test("groups of different sizes are exchanged too, within the bounds of the greedy choice")
    func exchanges() throws {
        let groups = (1...30).flatMap { [Int](repeating: $0 - 1, count: $0) }
        let plans = try (0..<6).map {
            try FoldPlan.grouped(groups: groups, foldCount: 4, key: RandomKey(seed: UInt64($0)))
        }
        #expect(Set(plans.map(\.folds)).count == 6)
        #expect(plans.allSatisfy { spread($0.sizes) <= 2 }, "\(plans.map(\.sizes))")
    }

    @Test("over many keys a row is in each fold equally often")
    func uniformity() throws {
        var hits = [[Int]](repeating: [0, 0, 0, 0], count: 10)
        let classes = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
        for seed in 0..<UInt64(4_000) {
            let plan = try FoldPlan.stratified(classes: classes, foldCount: 4, key: RandomKey(seed: seed))
            for (row, fold) in plan.folds.enumerated() { hits[row][fold] += 1 }
        }
        // Five rows of a class go to the folds as 2, 1, 1, 1 and as 1, 2, 1, 1.
        for (row, counts) in hits.enumerated() {
            for fold in 0..<4 {
                let share = (row % 2 == 0) == (fold == 0) && fold < 2 ? 0.4 : 0.2
                #expect(abs(Double(counts[fold]) - 4_000 * share) < 5 * 31, "row \(row), fold \(fold)")
            }
        }
    }

    @Test("what cannot be divided is said")
    func errors() {
        let key = RandomKey(seed: 1)
        #expect {
            try FoldPlan.shuffled(rowCount: 4, foldCount: 5, key: key)
        } throws: {
            "\($0)".hasPrefix("The data has 4 rows for 5 folds, and every fold needs at least one;")
        }
        #expect {
            try FoldPlan.stratified(classes: [0, 0, 1, 1, 2, 2], foldCount: 3, key: key)
        } throws: {
            "\($0)".hasPrefix(
                "No label has as many rows as there are folds: the most frequent one has 2 for 3")
        }
        #expect {
            try FoldPlan.grouped(groups: [0, 0, 0, 0], foldCount: 2, key: key)
        } throws: {
            "\($0)".hasPrefix("The rows are all of one group, but 2 folds need at least 2 groups")
        }
        #expect {
            try FoldPlan.grouped(groups: [0, 1, 0, 1], stratifiedBy: [0, 0, 1, 1], foldCount: 3, key: key)
        } throws: {
            "\($0)".hasPrefix("The rows are of 2 groups, but 3 folds need at least 3 groups")
        }
    }

    @Test("a selection reads its rows over several files, with their places")
    func selectedRows() throws {
        let folder = try TemporaryFolder()
        let files = try ["a", "b"].map { name in
            try folder.write(
                name + ".jsonl", (0..<4).map { "{\"text\": \"\(name)\($0)\"}\n" }.joined())
        }
        let selection = RowSelection(where: [false, true, false, false, true, false, false, true])
        let rows = try RowReader(patterns: files, selection: selection)
        var found: [String] = []
        try rows.forEachRow { row throws(DatasetsError) in
            found.append(try row.text(in: "text", key: "text_column") + " \(row.source.line)")
        }
        #expect(found == ["a1 2", "b0 1", "b3 4"])
        #expect(selection.count == 3)
    }

    @Test("a group is named by text, number or bool, and by nothing else")
    func groupNames() throws {
        let folder = try TemporaryFolder()
        let lines = ["\"ann\"", "7", "true", "\"\"", "null", "[1]"].map { "{\"by\": \($0)}\n" }.joined()
        let file = try folder.write("rows.jsonl", lines)
        let rows = try RowReader(patterns: [file]).makeIterator()
        #expect(
            try [rows.next()?.group(in: "by"), rows.next()?.group(in: "by"), rows.next()?.group(in: "by")]
                == ["ann", "7", "true"])
        for (line, found) in [(4, "an empty string"), (5, "null"), (6, "a list")] {
            let row = try #require(try rows.next())
            #expect {
                try row.group(in: "by")
            } throws: {
                "\($0)".hasPrefix("\(file):\(line): column \"by\": expected the name of the row's group")
                    && "\($0)".hasSuffix("found \(found).")
            }
        }
    }
}
