// Fits of measured passes, and costs between thread counts.

import Cluster
import JSON
import Testing

@Suite struct ComputeCostTests {
    @Test("the parts of a pass are those of scipy's non-negative least squares")
    func goldens() throws {
        let cases = try PlanGolden.cases("fits.json")
        #expect(cases.count == 10)
        for value in cases {
            let samples = try #require(value["samples"]?.array).map { row in
                let numbers = try #require(row.array).compactMap(\.double)
                return ComputeSample(
                    threads: 1, tokens: numbers[0], squares: numbers[1], seconds: numbers[2])
            }
            let parts = ComputeCost.fit(samples)
            let golden = try #require(value["parts"]?.array).compactMap(\.double)
            for sample in samples {
                func estimate(_ parts: [Double]) -> Double {
                    parts[0] + parts[1] * sample.tokens + parts[2] * sample.squares
                }
                #expect(abs(estimate(parts) / estimate(golden) - 1) < 1e-6, "\(parts), \(golden)")
            }
        }
    }

    @Test("a pass that another program disturbed does not move the fit")
    func disturbance() {
        var samples = (1...12).map {
            ComputeSample(
                threads: 1, tokens: Double($0) * 50, squares: Double($0) * 1_000,
                seconds: Double($0) * 0.05 * (1 + 0.002 * Double($0 % 3)))
        }
        samples[5].seconds *= 3
        let cost = ComputeCost(samples)
        let seconds = cost.seconds(BatchWork(tokens: 400, squares: 8_000), threads: 1)
        #expect(abs(seconds / 0.4 - 1) < 0.01, "\(seconds)")
    }

    @Test("between and beyond measured threads the serial part stays")
    func threads() {
        // 0.2 + 0.8 / threads.
        let curve = ThreadCurve([(threads: 4, seconds: 0.4), (threads: 1, seconds: 1)])
        #expect(curve.seconds(1) == 1 && curve.seconds(4) == 0.4)
        #expect(abs(curve.seconds(2) - 0.6) < 1e-12 && abs(curve.seconds(8) - 0.3) < 1e-12)
        #expect(curve.isKnown(64) && curve.isExtrapolated(8) && !curve.isExtrapolated(4))
        let worse = ThreadCurve([(threads: 1, seconds: 1), (threads: 2, seconds: 1.1)])
        #expect(worse.seconds(16) == 1.1, "threads that do not help never help more")
        let single = ThreadCurve([(threads: 2, seconds: 1)])
        #expect(single.isKnown(2) && !single.isKnown(1))
    }

    @Test("a batch without tokens takes no time, a longer one more")
    func monotony() {
        let cost = ComputeCost(PlanGolden.calibration.passes)
        #expect(cost.seconds(BatchWork(tokens: 0, squares: 0), threads: 2) == 0)
        var last = 0.0
        for tokens in stride(from: 10.0, to: 5_000, by: 250) {
            let seconds = cost.seconds(BatchWork(tokens: tokens, squares: tokens * 30), threads: 2)
            #expect(seconds > last)
            last = seconds
        }
    }
}
