// What keeps memory bounded while rows are many: histograms of scores, samples of rows, sketches of n-grams.

import Foundation
import Metrics
import Testing

/// SplitMix64, so that these tests need no other module.
private struct Numbers {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func word() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In 0..<1.
    mutating func uniform() -> Double { Double(word() >> 11) * 0x1p-53 }
}

/// Probabilities of three labels that know something of the true one.
private func rows(_ count: Int, seed: UInt64) -> [(probabilities: [Double], label: Int)] {
    var numbers = Numbers(seed)
    return (0..<count).map { _ in
        let label = Int(numbers.uniform() * 3)
        let weights = (0..<3).map { exp(6 * numbers.uniform() + ($0 == label ? 2 : 0)) }
        let total = weights.reduce(0, +)
        return (weights.map { $0 / total }, label)
    }
}

@Suite struct BoundedMemoryTests {
    @Test("the area under a histogram of 20,000 rows is that of all scores to 1e-5, on any number of parts")
    func histogram() throws {
        let rows = rows(20_000, seed: 1)
        var exact = ScoredLabels(width: 3)
        for row in rows { exact.add(scores: row.probabilities, label: row.label) }
        func histogram(_ part: some Sequence<(probabilities: [Double], label: Int)>) -> ScoreHistogram {
            part.reduce(into: ScoreHistogram(labelCount: 3)) { histogram, row in
                histogram.add(probabilities: row.probabilities) { $0 == row.label }
            }
        }
        let whole = histogram(rows)
        for label in 0..<3 {
            #expect(try abs(whole.rocAUC(label: label) - exact.rocAUC(positive: label)) < 1e-5)
        }
        let parts = [histogram(rows[..<7]), histogram([]), histogram(rows[7...])]
        let sums = parts.dropFirst().reduce(parts[0].counts) { zip($0, $1.counts).map { $0 + $1 } }
        #expect(ScoreHistogram(labelCount: 3, counts: sums) == whole)
        #expect(ScoreHistogram(labelCount: 2).rocAUC(label: 1).isNaN)
    }

    @Test("probabilities of 0 and 1 have bins, and many labels get fewer")
    func edges() {
        var histogram = ScoreHistogram(labelCount: 2)
        histogram.add(probabilities: [1, 0]) { $0 == 0 }
        histogram.add(probabilities: [0, 1]) { $0 == 1 }
        #expect(histogram.rocAUC(label: 1) == 1)
        #expect(ScoreHistogram(labelCount: 5_000).binCount == 1_024)
    }

    @Test("a weighted area equals that of rows repeated as often, ties among them")
    func weightedArea() throws {
        var numbers = Numbers(2)
        for _ in 0..<50 {
            let scores = (0..<30).map { _ in (numbers.uniform() * 8).rounded() }
            let labels = (0..<30).map { _ in numbers.uniform() < 0.4 }
            let weights = (0..<30).map { _ in Int32(numbers.uniform() * 4) }
            var repeated = ScoredLabels()
            for (row, weight) in weights.enumerated() {
                for _ in 0..<weight { repeated.add(score: scores[row], isPositive: labels[row]) }
            }
            let area = RankedScores(scores: scores, isPositive: labels).rocAUC(weights: weights)
            let expected = try repeated.rocAUC()
            #expect(area == expected || (area.isNaN && expected.isNaN))
        }
    }

    @Test("a sample of rows is the same however rows are spread and merged, and stays within its limit")
    func sample() {
        let count = 5_000
        func sample(_ numbers: [Int]) -> RowSample {
            numbers.reduce(into: RowSample(width: 2, limit: 300, seed: 9)) {
                $0.add(row: Int64($1), [Double($1), -1])
            }
        }
        var whole = sample(Array(0..<count))
        whole.sort()
        #expect(whole.count <= 300 && whole.count > 75 && !whole.isWhole && whole.rowCount == Int64(count))
        for ranks in 1...4 {
            var merged = RowSample(width: 2, limit: 300, seed: 9)
            for rank in (0..<ranks).reversed() {
                let part = sample(Array(stride(from: rank, to: count, by: ranks)))
                merged.merge(merged.deserialized(part.serialized))
            }
            merged.merge(sample([]))
            merged.sort()
            #expect(merged == whole)
        }
        var few = sample([3, 1, 2])
        few.sort()
        #expect(few.isWhole && few.count == 3 && few[0].first == 1 && few[2].first == 3)
    }

    @Test("intervals of a sample equal the bootstrap's of all rows, and are as wide when rows are left out")
    func interval() {
        var numbers = Numbers(5)
        let values = (0..<4_000).map { _ in (numbers.uniform() * 100).rounded() }
        let mean = values.reduce(0, +) / 4_000
        func interval(limit: Int, rows: Int) -> ConfidenceInterval {
            var sample = RowSample(width: 1, limit: limit, seed: 4)
            for (row, value) in values.prefix(rows).enumerated() { sample.add(row: Int64(row), [value]) }
            sample.sort()
            let kept = (0..<sample.count).map { sample[$0].first ?? 0 }
            let estimate = values.prefix(rows).reduce(0, +) / Double(rows)
            return sample.interval(estimate: estimate) { weights in
                let total = zip(kept, weights).reduce(0) { $0 + $1.0 * Double($1.1) }
                return total / Double(weights.reduce(0, +))
            }
        }
        let few = values.prefix(200).map { [Int64($0), 1] }
        let drawn = BootstrapReplicates(resampling: few, seed: 4).interval { Double($0[0]) / Double($0[1]) }
        let found = interval(limit: 8_192, rows: 200)
        #expect(abs(found.lower - drawn.lower) < 1e-9 && abs(found.upper - drawn.upper) < 1e-9)
        let (whole, part) = (interval(limit: 8_192, rows: 4_000), interval(limit: 2_048, rows: 4_000))
        #expect(part.estimate == mean && part.lower < mean && part.upper > mean)
        let widths = (part.upper - part.lower) / (whole.upper - whole.lower)
        #expect(abs(widths - 1) < 0.15, "\(widths)")
    }

    @Test(
        "differences of a sample equal the paired bootstrap's of all rows, and are as wide when rows are left out"
    )
    func difference() {
        var numbers = Numbers(6)
        let rows = (0..<3_000).map { _ in
            let first = (numbers.uniform() * 100).rounded()
            return [first, first - (numbers.uniform() * 7 - 3).rounded()]
        }
        func test(limit: Int, count: Int) -> PairedBootstrapTest {
            var sample = RowSample(width: 2, limit: limit, seed: 4)
            for (row, pair) in rows.prefix(count).enumerated() { sample.add(row: Int64(row), pair) }
            sample.sort()
            let kept = (0..<sample.count).map { Array(sample[$0]) }
            let observed = rows.prefix(count).reduce(0) { $0 + $1[0] - $1[1] } / Double(count)
            return sample.difference(observed: observed) { weights in
                let total = zip(kept, weights).reduce(0) { $0 + ($1.0[0] - $1.0[1]) * Double($1.1) }
                return total / Double(weights.reduce(0, +))
            }
        }
        let few = rows.prefix(200).map { [Int64($0[0]), 1, Int64($0[1]), 1] }
        let drawn = BootstrapReplicates(resampling: few, seed: 4).difference {
            Double($0[0]) / Double($0[1])
        }
        let found = test(limit: 8_192, count: 200)
        #expect(abs(found.difference.lower - drawn.difference.lower) < 1e-9)
        #expect(abs(found.difference.upper - drawn.difference.upper) < 1e-9)
        #expect(found.pValue == drawn.pValue)
        let (whole, part) = (test(limit: 8_192, count: 3_000), test(limit: 1_024, count: 3_000))
        #expect(part.difference.estimate == whole.difference.estimate)
        let widths =
            (part.difference.upper - part.difference.lower)
            / (whole.difference.upper - whole.difference.lower)
        #expect(abs(widths - 1) < 0.15, "\(widths)")
    }

    @Test("distinct n-grams are exact while they are few and close to that when they are many")
    func distinct() throws {
        let rows = try TextGoldens.loaded.get().rows
        var exact = DistinctNGrams()
        for row in rows { exact.add(row.p) }
        for ranks in 1...4 {
            var merged = DistinctSketch()
            for rank in 0..<ranks {
                var part = DistinctSketch()
                for index in stride(from: rank, to: rows.count, by: ranks) { part.add(rows[index].p) }
                merged.merge(serialized: part.serialized)
            }
            for order in 1...2 { #expect(merged.ratio(order: order) == exact.ratio(order: order)) }
        }
        var (small, all) = (DistinctSketch(limit: 4_096), DistinctNGrams())
        for number in 0..<20_000 {
            let text = "\(number % 12_000) \(number) x\(number)"
            small.add(text)
            all.add(text)
        }
        for order in 1...2 {
            #expect(abs(small.ratio(order: order) / all.ratio(order: order) - 1) < 0.06)
        }
        #expect(DistinctSketch().ratio(order: 1) == 0)
    }

    @Test(
        "a row of few counts among many gives the same replicates as a row of the same counts in a narrow bootstrap"
    )
    func sparse() {
        var (wide, narrow) = (PoissonBootstrap(width: 40, seed: 3), PoissonBootstrap(width: 2, seed: 3))
        for row in 0..<60 {
            var counts = [Int64](repeating: 0, count: 40)
            (counts[5], counts[39]) = (Int64(row), 1)
            wide.add(row: Int64(row), counts)
            narrow.add(row: Int64(row), [Int64(row), 1])
        }
        let (first, second) = (wide.replicates, narrow.replicates)
        #expect(first.values { Double($0[5]) } == second.values { Double($0[0]) })
        #expect(first.values { Double($0[39]) } == second.values { Double($0[1]) })
        #expect(first.values { Double($0[6]) }.allSatisfy { $0 == 0 })
    }
}
