// The statistics of drift against scipy and evidently.

import Foundation
import Monitoring
import Testing

private struct DriftGoldens: Decodable, Sendable {
    struct Pair: Decodable, Sendable {
        let first: [Int], second: [Int]
        let statistic: Double, p: Double, ks: Double
        let asymptotic: Double?
        let wasserstein: Double, normalized: Double, jensenshannon: Double, psi: Double
    }

    struct Counts: Decodable, Sendable {
        let first: [Int], second: [Int]
        let p: Double, contingency: Double, contingencyP: Double
        let jensenshannon: Double, jensenshannonBase2: Double, psi: Double, fisher: Double
    }

    let pairs: [Pair]
    let counts: [Counts]
    let tails: [[Double]]
    let kolmogorov: [[Double]]
    let outside: [[Double]]

    static let current = Result { () throws -> DriftGoldens in
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/statistics.json")
        return try JSONDecoder().decode(DriftGoldens.self, from: Data(contentsOf: url))
    }
}

/// The values that the generator makes of the same formula.
private func sample(_ spec: [Int]) -> [Double] {
    (0..<spec[0]).map { i in Double((spec[1] * i * i + spec[2] * i + spec[3]) % spec[4]) / 8 }
}

/// Within 1e-9 of the larger, and of itself where it is small.
private func agree(_ found: Double, _ expected: Double) -> Bool {
    abs(found - expected) <= 1e-9 * max(abs(expected), 1e-300) || found == expected
}

@Suite struct StatisticsTests {
    private let goldens = Result { try DriftGoldens.current.get() }

    @Test("the two-sample Kolmogorov–Smirnov test equals scipy's and evidently's, exact and asymptotic")
    func kolmogorovSmirnov() throws {
        let pairs = try goldens.get().pairs
        #expect(pairs.count > 10)
        for pair in pairs {
            let (first, second) = (sample(pair.first), sample(pair.second))
            let test = KolmogorovSmirnovTest(first, second)
            #expect(test.method == (max(first.count, second.count) <= 10_000 ? .exact : .asymptotic))
            #expect(abs(test.statistic - pair.statistic) < 1e-15, "\(pair.first)")
            #expect(abs(test.pValue - pair.p) < 1e-9, "\(pair.first): \(test.pValue), \(pair.p)")
            #expect(abs(test.pValue - pair.ks) < 1e-9)
            let asymptotic = KolmogorovSmirnovTest(first, second, method: .asymptotic)
            guard let known = pair.asymptotic else { continue }
            #expect(abs(asymptotic.pValue - known) < 1e-9, "\(pair.first): \(asymptotic.pValue), \(known)")
        }
    }

    @Test("distances of samples equal scipy's and evidently's")
    func distances() throws {
        for pair in try goldens.get().pairs {
            let (first, second) = (sample(pair.first), sample(pair.second))
            #expect(agree(DriftStatistic.wassersteinDistance(first, second), pair.wasserstein))
            #expect(
                agree(
                    DriftStatistic.normalizedWassersteinDistance(reference: first, current: second),
                    pair.normalized))
            let bins = ValueBins(reference: first, current: second)
            let distance = DriftStatistic.jensenShannonDistance(bins.reference, bins.current)
            #expect(abs(distance - pair.jensenshannon) < 1e-9, "\(pair.first)")
            let index = DriftStatistic.populationStabilityIndex(
                reference: bins.reference, current: bins.current)
            #expect(abs(index - pair.psi) < 1e-9, "\(pair.first): \(index), \(pair.psi)")
        }
    }

    @Test("tests and distances of counts equal scipy's and evidently's")
    func categories() throws {
        for counts in try goldens.get().counts {
            let (first, second) = (counts.first.map(Double.init), counts.second.map(Double.init))
            #expect(
                abs(ChiSquaredTest(observed: counts.second, fitting: counts.first).pValue - counts.p) < 1e-9)
            let two = ChiSquaredTest(counts.first, counts.second)
            #expect(agree(two.statistic, counts.contingency))
            #expect(abs(two.pValue - counts.contingencyP) < 1e-9)
            #expect(
                abs(DriftStatistic.jensenShannonDistance(first, second) - counts.jensenshannon) < 1e-9)
            #expect(
                abs(
                    DriftStatistic.jensenShannonDistance(first, second, base: 2)
                        - counts.jensenshannonBase2)
                    < 1e-9)
            let index = DriftStatistic.populationStabilityIndex(reference: first, current: second)
            #expect(abs(index - counts.psi) < 1e-9, "\(counts.first): \(index), \(counts.psi)")
            let sums = (counts.first.reduce(0, +), counts.second.reduce(0, +))
            let fisher = UpperTail.hypergeometric(
                hits: counts.second[0], drawn: sums.1, marked: counts.first[0] + counts.second[0],
                total: sums.0 + sums.1)
            #expect(abs(fisher - counts.fisher) < 1e-9)
        }
    }

    @Test("the tails of χ², of Kolmogorov's statistic and of the beta-binomial distribution equal scipy's")
    func tails() throws {
        let goldens = try goldens.get()
        for row in goldens.tails {
            #expect(agree(UpperTail.chiSquared(row[0], degrees: Int(row[1])), row[2]), "\(row)")
        }
        for row in goldens.kolmogorov {
            let tail = KolmogorovDistribution.upperTail(row[1], count: Int(row[0]))
            #expect(abs(tail - row[2]) < 1e-9, "\(row): \(tail)")
        }
        for row in goldens.outside {
            let tail = UpperTail.outsideRange(Int(row[0]), of: Int(row[1]), known: Int(row[2]))
            #expect(abs(tail - row[3]) < 1e-9, "\(row): \(tail)")
        }
    }

    @Test("rates of nulls and of values out of bounds are shares of all")
    func rates() {
        #expect(DriftStatistic.nullValueRate(nulls: 3, of: 12) == 0.25)
        #expect(DriftStatistic.nullValueRate(nulls: 0, of: 0) == 0)
        #expect(DriftStatistic.outOfBoundsRate([1, 2, 3, 8], bounds: 2...5) == 0.5)
        #expect(DriftStatistic.outOfBoundsRate([], bounds: 2...5) == 0)
    }

    @Test("categories too rare for the χ² distribution are added up, and none is lost")
    func pooling() {
        let pooled = ChiSquaredTest.pooled([900, 50, 1, 2], [450, 30, 1, 0])
        #expect(pooled.first.reduce(0, +) == 953 && pooled.second.reduce(0, +) == 481)
        #expect(pooled.first == [900, 53])
        #expect(ChiSquaredTest.pooled([4, 3], [2, 1]).first.reduce(0, +) == 7)
    }
}
