// Intervals and tests against statsmodels, scipy and numpy, and the bootstrap's independence of ranks.

import Metrics
import Testing

@Suite struct UncertaintyTests {
    private let goldens: StatisticsGoldens

    init() throws { goldens = try StatisticsGoldens.loaded.get() }

    @Test("McNemar's test equals statsmodels', exact and corrected, in 200 cases")
    func mcnemar() {
        #expect(goldens.mcnemar.count == 200)
        for golden in goldens.mcnemar {
            let (first, second) = (Int64(golden[0] ?? -1), Int64(golden[1] ?? -1))
            func test(_ method: McNemarTest.Method?) -> McNemarTest {
                McNemarTest(onlyFirstRight: first, onlySecondRight: second, method: method)
            }
            #expect(test(.exact).statistic == golden[2])
            expectClose(test(.exact).pValue, golden[3], "exact \(first) \(second)")
            #expect(test(nil).method == (first + second < 25 ? .exact : .chiSquare))
            #expect(test(nil) == test(test(nil).method))
            guard let statistic = golden[4] else { continue }
            expectClose(test(.chiSquare).statistic, statistic, "chi-square \(first) \(second)")
            expectClose(test(.chiSquare).pValue, golden[5], "chi-square's p \(first) \(second)")
        }
        #expect(McNemarTest(onlyFirstRight: 0, onlySecondRight: 0, method: .chiSquare).pValue == 1)
    }

    @Test("a small p value keeps its digits")
    func smallProbability() {
        let test = McNemarTest(onlyFirstRight: 0, onlySecondRight: 200, method: .exact)
        #expect(test.pValue == 0x1p-199)
    }

    @Test("Wilson's interval equals statsmodels' in 200 cases")
    func wilson() {
        #expect(goldens.wilson.count == 200)
        for golden in goldens.wilson {
            let found = ConfidenceInterval.wilson(
                successes: Int64(golden[0]), trials: Int64(golden[1]), level: golden[2])
            expectClose(found.lower, golden[3], "lower of \(golden)")
            expectClose(found.upper, golden[4], "upper of \(golden)")
            #expect(found.estimate == golden[0] / golden[1])
        }
        #expect(ConfidenceInterval.wilson(successes: 0, trials: 0).estimate.isNaN)
    }

    @Test("Student's quantiles equal scipy's from 1 to a million degrees")
    func studentT() {
        #expect(goldens.quantiles.count == 60)
        for golden in goldens.quantiles {
            let found = StudentT.upperQuantile(tail: golden[1], degrees: golden[0])
            #expect(abs(found - golden[2]) <= 1e-11 * golden[2], "\(found) for \(golden)")
        }
    }

    @Test("means with t intervals equal scipy's, with the same bits however values are split")
    func samples() {
        #expect(goldens.samples.count == 27)
        func sums(_ values: [Double]) -> SampleSums { values.reduce(into: SampleSums()) { $0.add($1) } }
        for golden in goldens.samples {
            let whole = sums(golden.values)
            let interval = whole.interval(level: golden.level)
            expectClose(interval.estimate, golden.mean, "mean of \(golden.values)")
            expectClose(whole.standardDeviation, golden.deviation, "deviation of \(golden.values)")
            expectClose(interval.lower, golden.lower, "lower of \(golden.values)")
            expectClose(interval.upper, golden.upper, "upper of \(golden.values)")
            for split in splits(golden.values) {
                let shards = split.map { sums($0) }
                #expect(shards.reduce(into: SampleSums()) { $0.merge($1) } == whole)
                #expect(SampleSums(words: allReduced(shards.map(\.words))) == whole)
            }
        }
    }
}

@Suite struct BootstrapTests {
    private let goldens: StatisticsGoldens

    init() throws { goldens = try StatisticsGoldens.loaded.get() }

    private func ratio(_ sums: [Int64]) -> Double { Double(sums[0]) / Double(sums[1]) }

    private func poisson(_ rows: [(Int64, [Int64])], replicates: Int, seed: UInt64) -> PoissonBootstrap {
        let empty = PoissonBootstrap(width: 6, replicateCount: replicates, seed: seed)
        return rows.reduce(into: empty) { $0.add(row: $1.0, $1.1) }
    }

    @Test("replicates, intervals and paired tests equal those of Python's integers and numpy's percentiles")
    func values() {
        #expect(goldens.bootstraps.count == 24)
        for golden in goldens.bootstraps {
            let seed = UInt64(golden.seed) ?? 0
            let first = Int64(golden.first) ?? -1
            let rows = golden.rows.enumerated().map { (first + Int64($0.offset), $0.element) }
            let replicates =
                golden.poisson
                ? poisson(rows, replicates: golden.replicates, seed: seed).replicates
                : BootstrapReplicates(resampling: golden.rows, replicateCount: golden.replicates, seed: seed)
            #expect(replicates.replicateCount == golden.replicates)
            let interval = replicates.interval(level: 0.9, of: ratio)
            let test = replicates.difference(level: 0.9, of: ratio)
            for (found, expected) in [
                (interval.lower, golden.interval[0]), (interval.upper, golden.interval[1]),
                (test.difference.lower, golden.difference[0]), (test.difference.upper, golden.difference[1]),
                (test.difference.estimate, golden.observed), (test.pValue, golden.p),
            ] {
                expectClose(found, expected, "\(golden.poisson) \(golden.rows.count) rows")
            }
        }
    }

    @Test("the Poisson bootstrap has the same bits for every split of the rows over ranks")
    func sharded() {
        var rows: [(Int64, [Int64])] = []
        for row in 0..<23 as Range<Int64> { rows.append((row, [row % 11, 1, row % 5, row % 3, 2, row % 7])) }
        let whole = poisson(rows, replicates: 101, seed: 7)
        for split in splits(rows) {
            let shards = split.map { poisson($0, replicates: 101, seed: 7) }
            let empty = PoissonBootstrap(width: 6, replicateCount: 101, seed: 7)
            #expect(shards.reduce(into: empty) { $0.merge($1) } == whole)
            #expect(PoissonBootstrap(words: allReduced(shards.map(\.words)), width: 6, seed: 7) == whole)
        }
        #expect(poisson(rows, replicates: 101, seed: 8) != whole)
    }

    @Test("both bootstraps give a mean the spread that theory gives it")
    func spread() {
        // 3,000 rows, a third of them right: the standard error is √(p·q / n).
        let rows = (0..<3_000).map { [Int64($0 % 3 == 0 ? 1 : 0), 1, 0, 0, 1, 0] }
        let numbered = rows.enumerated().map { (Int64($0.offset), $0.element) }
        let expected = 1.959964 * (2.0 / 9 / 3_000).squareRoot()
        for replicates in [
            BootstrapReplicates(resampling: rows, replicateCount: 2_000, seed: 3),
            poisson(numbered, replicates: 2_000, seed: 3).replicates,
        ] {
            let interval = replicates.interval { self.ratio($0) }
            #expect(interval.estimate == 1.0 / 3 && interval.level == 0.95)
            #expect(abs(1.0 / 3 - interval.lower - expected) < 0.1 * expected)
            #expect(abs(interval.upper - 1.0 / 3 - expected) < 0.1 * expected)
        }
    }

    @Test("equal systems are not told apart, clearly better ones are")
    func paired() {
        let rows = (0..<200).map { row in [Int64(row % 2), 1, 0, Int64((row / 2) % 2), 1, 0] }
        let equal = BootstrapReplicates(resampling: rows, seed: 1).difference { self.ratio($0) }
        #expect(equal.difference.estimate == 0 && equal.pValue == 1)
        let better = (0..<200).map { row in [Int64(row % 4 == 0 ? 0 : 1), 1, 0, Int64(row % 2), 1, 0] }
        let test = BootstrapReplicates(resampling: better, seed: 1).difference { self.ratio($0) }
        #expect(test.difference.estimate == 0.25 && test.difference.lower > 0.1 && test.pValue < 0.01)
    }

    @Test("corpus BLEU can be resampled from the counts of rows")
    func resampledBLEU() throws {
        let goldens = try TextGoldens.loaded.get()
        let rows = goldens.rows[110..<220].map {
            BLEUScorer().counts(prediction: $0.p, references: $0.r).words
        }
        let bleu: ([Int64]) -> Double = { BLEUCounts(words: $0).score() }
        let interval = BootstrapReplicates(resampling: Array(rows), seed: 5).interval(of: bleu)
        let whole = rows.reduce(into: BLEUCounts()) { $0.merge(BLEUCounts(words: $1)) }
        #expect(interval.estimate == whole.score())
        #expect(interval.lower < interval.estimate && interval.estimate < interval.upper)
        #expect(interval.upper - interval.lower < 20)
    }

    @Test("real figures become integers within half a unit, or are refused by name")
    func fixedPoint() throws {
        for value in [0, 1, -0.1, 1.0 / 3, 1_024, -1_024, 2.5e-10] {
            let units = try FixedPoint.units(value, of: "ROUGE")
            #expect(abs(FixedPoint.value(units) - value) <= 0x1p-33)
        }
        #expect(try FixedPoint.units(200_000.25, of: "loss", fractionBits: 24) == 200_000 << 24 + 1 << 22)
        #expect(throws: MetricsError.outOfRange(what: "loss", value: 1_025, limit: 1_024)) {
            try FixedPoint.units(1_025, of: "loss")
        }
        let error = #expect(throws: MetricsError.self) { try FixedPoint.units(.infinity, of: "the loss") }
        #expect(error?.description.hasPrefix("the loss is inf") == true)
    }
}
