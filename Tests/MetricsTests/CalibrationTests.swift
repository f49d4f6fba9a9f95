// ROC-AUC, calibration error and Brier score against scikit-learn.

import Metrics
import Testing

@Suite struct CalibrationTests {
    private let goldens: StatisticsGoldens

    init() throws { goldens = try StatisticsGoldens.loaded.get() }

    private typealias Row = (p: [Double], truth: Int)

    private func sums(_ rows: [Row], labels: Int) -> CalibrationSums {
        rows.reduce(into: CalibrationSums(labelCount: labels)) {
            $0.add(probabilities: $1.p, truth: $1.truth)
        }
    }

    private func scored(_ rows: [Row], labels: Int) -> ScoredLabels {
        rows.reduce(into: ScoredLabels(width: labels)) { $0.add(scores: $1.p, label: $1.truth) }
    }

    @Test("the area under the ROC curve equals scikit-learn's in 230 cases with ties, in any order of rows")
    func binaryAUC() throws {
        #expect(goldens.auc.count == 230)
        for golden in goldens.auc {
            let rows = Array(zip(golden.scores, golden.labels))
            for split in splits(rows) {
                var gathered = ScoredLabels()
                for shard in split {
                    var part = ScoredLabels()
                    for (score, label) in shard { part.add(score: score, isPositive: label == 1) }
                    gathered.merge(part)
                }
                expectClose(try gathered.rocAUC(), golden.auc, "\(golden.scores) \(golden.labels)")
            }
        }
    }

    @Test("one-against-rest areas, calibration error and Brier score equal the references in 236 cases")
    func probabilities() throws {
        #expect(goldens.probabilities.count == 236)
        for golden in goldens.probabilities {
            let (rows, labels) = (Array(zip(golden.p, golden.truth)), golden.p[0].count)
            let whole = sums(rows, labels: labels)
            expectClose(whole.expectedCalibrationError, golden.ece, "ECE of \(golden.p) \(golden.truth)")
            expectClose(whole.brierScore, golden.brier, "Brier score of \(golden.p) \(golden.truth)")
            if labels > 2 {
                let area = try scored(rows, labels: labels).macroROCAUC()
                expectClose(area, golden.auc, "AUC of \(golden.p) \(golden.truth)")
            }
        }
    }

    @Test("sums of shards, merged or added as integers, give the same bits as the whole")
    func sharded() {
        for golden in goldens.probabilities.prefix(60) {
            let (rows, labels) = (Array(zip(golden.p, golden.truth)), golden.p[0].count)
            let whole = sums(rows, labels: labels)
            for split in splits(rows) {
                let shards = split.map { sums($0, labels: labels) }
                let merged = shards.reduce(into: CalibrationSums(labelCount: labels)) { $0.merge($1) }
                #expect(merged == whole)
                let summed = CalibrationSums(labelCount: labels, words: allReduced(shards.map(\.words)))
                #expect(summed == whole && summed.brierScore.bitPattern == whole.brierScore.bitPattern)
            }
        }
    }

    @Test("a confidence on an edge falls into the lower bin, 0 into the first, 1 into the last")
    func edges() {
        for index in 1...15 {
            let confidence = Double(index) / 15
            var sums = CalibrationSums(labelCount: 2)
            sums.add(probabilities: [confidence, 0], truth: 0)
            #expect(sums.bins[index - 1].rowCount == 1 && sums.bins[index - 1].accuracy == 1, "\(index)")
            var above = CalibrationSums(labelCount: 2)
            above.add(probabilities: [confidence.nextUp, 0], truth: 1)
            #expect(above.bins[min(index, 14)].rowCount == 1, "\(index)")
        }
        var zero = CalibrationSums(labelCount: 2, binCount: 4)
        zero.add(probabilities: [0, 0], truth: 1)
        #expect(zero.bins[0].rowCount == 1 && zero.bins[0].meanConfidence == 0 && zero.rowCount == 1)
        #expect(zero.bins.map(\.upper) == [0.25, 0.5, 0.75, 1])
    }

    @Test("a NaN score is refused with its row, and no rows give NaN")
    func nonFinite() throws {
        var rows = ScoredLabels()
        rows.add(score: 0.5, isPositive: true)
        rows.add(score: .nan, isPositive: false)
        let error = #expect(throws: MetricsError.self) { try rows.rocAUC() }
        #expect(error?.description.hasPrefix("the score of row 2 is nan") == true)
        #expect(try ScoredLabels().rocAUC().isNaN)
        #expect(CalibrationSums(labelCount: 2).expectedCalibrationError.isNaN)
        #expect(CalibrationSums(labelCount: 2).brierScore.isNaN)
    }
}
