// Regression metrics against scikit-learn and scipy, and independence of the split over shards.

import Metrics
import Testing

@Suite struct RegressionTests {
    private let goldens: MetricsGoldens

    init() throws { goldens = try MetricsGoldens.load() }

    private func sums(_ rows: [(truth: Double, prediction: Double)]) -> RegressionSums {
        var sums = RegressionSums()
        for row in rows { sums.add(truth: row.truth, prediction: row.prediction) }
        return sums
    }

    private func metrics(_ sums: RegressionSums) -> [Double] {
        [
            sums.meanSquaredError, sums.rootMeanSquaredError, sums.meanAbsoluteError, sums.rSquared,
            sums.pearsonCorrelation,
        ]
    }

    @Test("regression metrics equal scikit-learn's and scipy's in 202 cases")
    func values() {
        #expect(goldens.regression.count == 202)
        for golden in goldens.regression {
            let sums = sums(golden.rows)
            let what = "\(golden.name), \(golden.truth) \(golden.prediction):"
            expectEqual(sums.meanSquaredError, golden.mse, "\(what) MSE")
            expectEqual(sums.rootMeanSquaredError, golden.rmse, "\(what) RMSE")
            expectEqual(sums.meanAbsoluteError, golden.mae, "\(what) MAE")
            expectEqual(sums.rSquared, golden.r2, "\(what) R²")
            expectEqual(sums.pearsonCorrelation, golden.pearson, "\(what) Pearson")
        }
    }

    @Test("sums of shards, merged or added as integers, give the same bits as the whole")
    func sharded() {
        for golden in goldens.regression {
            let whole = sums(golden.rows)
            let bits = metrics(whole).map(\.bitPattern)
            for split in splits(golden.rows) {
                let shards = split.map(sums)
                var merged = RegressionSums()
                for shard in shards { merged.merge(shard) }
                #expect(merged == whole && metrics(merged).map(\.bitPattern) == bits)
                let summed = RegressionSums(words: allReduced(shards.map(\.words)))
                #expect(summed == whole && metrics(summed).map(\.bitPattern) == bits)
            }
        }
    }

    @Test("a spread of 1e-3 around 1e12 is not lost")
    func cancellation() {
        let steps: [Double] = [-2, -1, 0, 1, 2]
        let sums = sums(steps.map { (1e12 + $0 * 0x1p-10, 1e12 + $0 * 0x1p-10 + 0x1p-10) })
        #expect(sums.rSquared == 0.5)
        #expect(sums.pearsonCorrelation == 1)
    }

    @Test(
        "values near the ends of the range correlate as those near 1",
        arguments: [0x1p-480, 0x1p-200, 0x1p480])
    func range(scale: Double) {
        let rows: [(truth: Double, prediction: Double)] = [(1, 1.5), (2, 2.5), (3, 2), (5, 9)]
        let wide = sums(rows.map { ($0.truth * scale, $0.prediction / scale) })
        #expect(wide.pearsonCorrelation == sums(rows).pearsonCorrelation)
        #expect(sums(rows.map { ($0.truth, -$0.truth) }).pearsonCorrelation == -1)
    }

    @Test("a NaN row makes everything NaN, an infinite one the errors infinite")
    func nonFinite() {
        let rows: [(truth: Double, prediction: Double)] = [(1, 1.5), (2, 2.5), (3, 2)]
        #expect(metrics(sums(rows + [(4, .nan)])).allSatisfy { $0.isNaN })
        let infinite = sums(rows + [(4, -.infinity)])
        #expect(infinite.meanSquaredError == .infinity && infinite.meanAbsoluteError == .infinity)
        #expect(infinite.rSquared == -.infinity && infinite.pearsonCorrelation.isNaN)
    }

    @Test("without rows every metric is NaN")
    func noRows() {
        #expect(metrics(RegressionSums()).allSatisfy { $0.isNaN })
    }
}
