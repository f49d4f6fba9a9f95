// Single-label and multi-label metrics against scikit-learn, and independence of the split over shards.

import Metrics
import Testing

@Suite struct ClassificationTests {
    private let goldens: MetricsGoldens

    init() throws { goldens = try MetricsGoldens.load() }

    private func matrix(_ labels: Int, _ rows: [(truth: Int, prediction: Int)]) -> ConfusionMatrix {
        var matrix = ConfusionMatrix(labelCount: labels)
        for row in rows { matrix.add(truth: row.truth, prediction: row.prediction) }
        return matrix
    }

    @Test("single-label metrics equal scikit-learn's in 205 cases of 2 to 7 labels")
    func singleLabel() {
        #expect(goldens.single.count == 205)
        #expect(Set(goldens.single.map(\.labels)) == Set(2...7))
        for golden in goldens.single {
            let what = "\(golden.name), \(golden.labels) labels, \(golden.truth) \(golden.prediction):"
            let matrix = matrix(golden.labels, golden.rows)
            #expect(matrix.rowCount == golden.truth.count, "\(what)")
            let report = ClassificationReport(matrix)
            expectEqual(report.accuracy, golden.accuracy, "\(what) accuracy")
            expectEqual(report.balancedAccuracy, golden.balanced, "\(what) balanced accuracy")
            expectEqual(report.matthewsCorrelation, golden.mcc, "\(what) MCC")
            expectEqual(report.cohenKappa, golden.kappa, "\(what) kappa")
            expectEqual(report.micro, golden.micro, "\(what) micro")
            expectEqual(report.macro, golden.macro, "\(what) macro")
            expectEqual(report.weighted, golden.weighted, "\(what) weighted")
            #expect(report.perLabel.count == golden.labels && golden.perLabel.count == golden.labels)
            for (label, (found, expected)) in zip(report.perLabel, golden.perLabel).enumerated() {
                expectEqual(found, expected, "\(what) label \(label)")
            }
            #expect((report.binary == nil) == (golden.binary == nil))
            if let found = report.binary, let expected = golden.binary {
                expectEqual(found, expected, "\(what) binary")
            }
        }
    }

    @Test("a confusion matrix of shards, merged or summed, is that of the whole")
    func shardedMatrix() {
        for golden in goldens.single {
            let whole = matrix(golden.labels, golden.rows)
            for split in splits(golden.rows) {
                let shards = split.map { matrix(golden.labels, $0) }
                var merged = ConfusionMatrix(labelCount: golden.labels)
                for shard in shards { merged.merge(shard) }
                #expect(merged == whole)
                let summed = allReduced(shards.map(\.counts))
                #expect(ConfusionMatrix(labelCount: golden.labels, counts: summed) == whole)
            }
        }
    }

    @Test("rows of the matrix are truths, columns predictions")
    func orientation() {
        let matrix = matrix(3, [(0, 2), (0, 2), (1, 1), (2, 0)])
        #expect(matrix.counts == [0, 0, 2, 0, 1, 0, 1, 0, 0])
        #expect(matrix[0, 2] == 2 && matrix[2, 0] == 1)
        #expect(matrix.truthCounts == [2, 1, 1] && matrix.predictionCounts == [1, 1, 2])
        #expect(matrix.correctCount == 1)
    }

    @Test("counts whose squares pass 64 bits still give exact MCC and kappa")
    func largeCounts() {
        let scale: Int64 = 100_000_000_000
        let small = ClassificationReport(ConfusionMatrix(labelCount: 2, counts: [30, 5, 7, 58]))
        let large = ClassificationReport(
            ConfusionMatrix(labelCount: 2, counts: [30, 5, 7, 58].map { $0 * scale }))
        expectEqual(large.matthewsCorrelation, small.matthewsCorrelation, "MCC")
        expectEqual(large.cohenKappa, small.cohenKappa, "kappa")
    }

    @Test("without rows, shares are NaN and scores 0")
    func noRows() {
        let report = ClassificationReport(ConfusionMatrix(labelCount: 3))
        #expect(report.accuracy.isNaN && report.balancedAccuracy.isNaN && report.cohenKappa.isNaN)
        for scores in [report.micro, report.macro, report.weighted] {
            #expect(scores.precision == 0 && scores.recall == 0 && scores.f1 == 0 && scores.support == 0)
        }
        #expect(report.matthewsCorrelation == 0 && report.rowCount == 0)
    }
}

@Suite struct MultiLabelTests {
    private let goldens: MetricsGoldens

    init() throws { goldens = try MetricsGoldens.load() }

    private func counts(_ labels: Int, _ rows: [(truth: [Bool], prediction: [Bool])]) -> MultiLabelCounts {
        var counts = MultiLabelCounts(labelCount: labels)
        for row in rows { counts.add(truth: row.truth, prediction: row.prediction) }
        return counts
    }

    @Test("multi-label metrics equal scikit-learn's in 204 cases of 2 to 7 labels")
    func multiLabel() {
        #expect(goldens.multi.count == 204)
        for golden in goldens.multi {
            let what = "\(golden.name), \(golden.truth) | \(golden.prediction):"
            let counts = counts(golden.labels, golden.rows)
            #expect(Int(counts.rowCount) == golden.truth.split(separator: " ").count)
            let report = MultiLabelReport(counts)
            expectEqual(report.subsetAccuracy, golden.subset, "\(what) subset accuracy")
            expectEqual(report.hammingLoss, golden.hamming, "\(what) Hamming loss")
            expectEqual(report.samplesF1, golden.samplesF1, "\(what) samples F1")
            expectEqual(report.micro, golden.micro, "\(what) micro")
            expectEqual(report.macro, golden.macro, "\(what) macro")
            expectEqual(report.weighted, golden.weighted, "\(what) weighted")
            #expect(report.perLabel.count == golden.labels && golden.perLabel.count == golden.labels)
            for (label, (found, expected)) in zip(report.perLabel, golden.perLabel).enumerated() {
                expectEqual(found, expected, "\(what) label \(label)")
            }
        }
    }

    @Test("multi-label counts of shards, merged or summed, are those of the whole")
    func shardedCounts() {
        for golden in goldens.multi {
            let whole = counts(golden.labels, golden.rows)
            let samplesF1 = MultiLabelReport(whole).samplesF1.bitPattern
            for split in splits(golden.rows) {
                let shards = split.map { counts(golden.labels, $0) }
                var merged = MultiLabelCounts(labelCount: golden.labels)
                for shard in shards { merged.merge(shard) }
                #expect(merged == whole && merged.counts == whole.counts)
                let summed = MultiLabelCounts(
                    labelCount: golden.labels, counts: allReduced(shards.map(\.counts)))
                #expect(summed == whole)
                #expect(MultiLabelReport(summed).samplesF1.bitPattern == samplesF1)
            }
        }
    }

    @Test("each kind of decision is counted for its label")
    func decisions() {
        let counts = counts(2, [([true, false], [true, true]), ([false, true], [false, false])])
        #expect((0..<2).map(counts.truePositiveCount) == [1, 0])
        #expect((0..<2).map(counts.falsePositiveCount) == [0, 1])
        #expect((0..<2).map(counts.falseNegativeCount) == [0, 1])
        #expect((0..<2).map(counts.trueNegativeCount) == [1, 0])
        #expect(counts.exactMatchCount == 0 && counts.rowCount == 2)
    }
}
