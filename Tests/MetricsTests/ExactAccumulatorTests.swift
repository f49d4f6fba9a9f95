// The exact sum: rounded once, for any order, sign, size and split.

import Metrics
import Testing

@Suite struct ExactAccumulatorTests {
    /// Doubles of every exponent, subnormal ones too.
    private func randomFinite(_ count: Int, seed: UInt64) -> [Double] {
        var state = seed
        return (0..<count).map { _ in
            while true {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let value = Double(bitPattern: (state ^ (state >> 29)) &* 0xBF58_476D_1CE4_E5B9)
                if value.isFinite { return value }
            }
        }
    }

    @Test("sums equal the exactly rounded ones of Python's math.fsum")
    func goldens() throws {
        let goldens = try MetricsGoldens.load()
        #expect(goldens.sums.count == 20)
        for golden in goldens.sums {
            let terms = golden.terms.compactMap { Double($0) }
            #expect(terms.count == golden.terms.count)
            #expect(ExactAccumulator(terms).value == Double(golden.sum))
        }
    }

    @Test("sums equal those of 128-bit integers", arguments: 0..<50)
    func integers(seed: UInt64) {
        let values = randomFinite(200, seed: seed)
        // Significands of 53 bits, each shifted by 0...63 bits: sums stay below 2^125.
        let integers = values.map { Int128($0.significandBitPattern) << Int128($0.exponentBitPattern & 63) }
        let signed = zip(integers, values).map { $1 < 0 ? -$0 : $0 }
        let doubles = signed.map { Double($0) }
        #expect(zip(doubles, signed).allSatisfy { Int128($0) == $1 })
        let scale = Double(sign: .plus, exponent: Int(seed % 7) * 100 - 300, significand: 1)
        let expected = Double(signed.reduce(0, +)) * scale
        #expect(ExactAccumulator(doubles.map { $0 * scale }).value == expected)
    }

    @Test(
        "halves, ends of the range and cancellation are rounded right",
        arguments: [
            ([], 0), ([-0.0], 0), ([1e16, 1, -1e16], 1), ([1e308, 1e308, -1e308], 1e308),
            ([1e308, 1e308], .infinity), ([-1e308, -1e308], -.infinity), ([0.1, 0.2, -0.3], 0x1p-55),
            ([1, 0x1p-53], 1), ([1, 0x1p-53, 0x1p-1074], 1 + 0x1p-52),
            ([-1, -0x1p-53, -0x1p-1074], -1 - 0x1p-52),
            ([1 + 0x1p-52, 0x1p-53], 1 + 0x1p-51), ([1, 0x1p-53, -0x1p-1074], 1),
            ([0x1p-1074], 0x1p-1074), ([0x1p-1022, -0x1p-1074], 0x1p-1022 - 0x1p-1074),
            ([0x1p-1022, 0x1p-1022, 0x1p-1074], 0x1p-1021), ([-0x1p-1074, -0x1p-1074], -0x1p-1073),
            ([Double.greatestFiniteMagnitude], Double.greatestFiniteMagnitude),
            ([Double.greatestFiniteMagnitude, 0x1p970], .infinity),
            ([Double.greatestFiniteMagnitude, 0x1p970, -0x1p-1074], Double.greatestFiniteMagnitude),
            ([-Double.greatestFiniteMagnitude, -0x1p969], -Double.greatestFiniteMagnitude),
            ([2, -0x1p-53], 2), ([2, -0x1p-53, -0x1p-60], 2 - 0x1p-52), ([4_294_967_296, -1], 4_294_967_295),
        ] as [([Double], Double)])
    func rounding(terms: [Double], expected: Double) {
        #expect(ExactAccumulator(terms).value == expected)
        #expect(ExactAccumulator(terms.reversed()).value == expected)
    }

    @Test(
        "NaN and infinities do what they do in plain summation",
        arguments: [
            [.nan], [1, .nan, 2], [.infinity], [1e308, .infinity, -1e308], [-.infinity, 5],
            [.infinity, -.infinity], [.infinity, .infinity], [-.infinity, .nan], [.signalingNaN],
        ] as [[Double]])
    func nonFinite(terms: [Double]) {
        let plain = terms.reduce(0, +)
        let exact = ExactAccumulator(terms)
        for found in [exact.value, ExactAccumulator(words: exact.words).value] {
            #expect(found == plain || (found.isNaN && plain.isNaN), "\(found) for \(plain)")
        }
    }

    @Test("every order and every split into shards gives the same words", arguments: 0..<10)
    func splitInvariance(seed: UInt64) {
        let values = randomFinite(300, seed: seed)
        let whole = ExactAccumulator(values)
        #expect(
            ExactAccumulator(values.sorted()) == whole
                && ExactAccumulator(values.sorted { abs($0) > abs($1) }) == whole)
        for split in splits(values) {
            let shards = split.map { ExactAccumulator($0) }
            var merged = ExactAccumulator()
            for shard in shards { merged.merge(shard) }
            #expect(merged == whole && merged.value == whole.value)
            let summed = ExactAccumulator(words: allReduced(shards.map(\.words)))
            #expect(
                summed == whole && summed.words == whole.words
                    && summed.words.count == ExactAccumulator.wordCount)
        }
    }

    @Test("values and their opposites leave nothing", arguments: 0..<5)
    func opposites(seed: UInt64) {
        let values = randomFinite(300, seed: seed)
        let sum = ExactAccumulator(values + values.reversed().map { -$0 })
        #expect(sum == ExactAccumulator() && sum.value == 0)
    }

    @Test("a sum doubled forty times is 2^40 sums, for both signs")
    func manyMerges() {
        for value in [0.1, -0.1, 0x1p-1074, -1e300] {
            var sum = ExactAccumulator([value])
            for _ in 0..<40 { sum.merge(sum) }
            #expect(sum.value == value * 0x1p40 || value == -1e300)
            if value == -1e300 { #expect(sum.value == -1e300 * 0x1p26 * 0x1p14) }
        }
    }

    @Test("components are the sum without rounding", arguments: 0..<10)
    func components(seed: UInt64) {
        let sum = ExactAccumulator(randomFinite(20, seed: seed).map { $0 / 64 })
        let components = sum.components
        #expect(components.count > 1 && ExactAccumulator(components) == sum)
        #expect(zip(components, components.dropFirst()).allSatisfy { abs($0) > abs($1) })
    }

    @Test("products are added without rounding")
    func products() {
        var sum = ExactAccumulator()
        sum.addProduct(1 + 0x1p-40, 1 + 0x1p-40)
        for term in [-1, -0x1p-39] as [Double] { sum.add(term) }
        #expect(sum.value == 0x1p-80)
    }
}
