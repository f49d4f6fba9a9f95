// The random numbers of a key: the same for ever, uniform, and independent between keys.

import Tensors
import Testing

@Suite struct RandomKeyTests {
    /// Computed by an independent program; for seed 0 it is the first output of SplitMix64 as published.
    @Test(
        "keys of seeds never change",
        arguments: [
            (UInt64(0), UInt64(0xE220_A839_7B1D_CDAF)), (1, 0x910A_2DEC_8902_5CC1),
            (42, 0xBDD7_3226_2FEB_6E95), (.max, 0xE4D9_7177_1B65_2C20),
        ])
    func seeds(seed: UInt64, bits: UInt64) {
        #expect(RandomKey(seed: seed).bits == bits)
    }

    @Test("derived keys, words and numbers never change")
    func goldens() {
        let key = RandomKey(seed: 42)
        let words: [UInt64] = [0, 1, 2, .max].map { key.word($0) }
        #expect(
            words == [
                0x0505_4191_EDD9_7663, 0x98E8_9D22_97CB_B069, 0x3352_B640_3EF0_9E74, 0x4460_D6F9_FC91_AD94,
            ])
        #expect(key.derived("encoder.layer.0").bits == 0x3157_B16A_5196_163E)
        #expect(key.derived("").bits == 0x7A55_02D8_65F8_2C11)
        #expect(key.derived("é").bits == 0x88FB_1BE2_40C8_27CF)
        #expect(key.derived(3).derived(7).bits == 0x47B2_3A2C_DF32_A96D)
        let uniforms: [Double] = (0..<3).map { key.uniform($0) }
        #expect(uniforms == [0.019611452223988968, 0.597299405046029, 0.20048083370687875])
        let normals: [Double] = [-0.16297978436120672, -0.3297600770052099, -0.21525596572242237]
        for (index, expected) in normals.enumerated() {
            #expect(abs(key.normal(UInt64(index)) - expected) < 1e-14)
        }
    }

    @Test("uniform numbers fill 100 classes evenly, for consecutive indices and for consecutive keys")
    func uniformity() {
        let key = RandomKey(seed: 7)
        let draws = 200_000
        for draw in [
            { (index: UInt64) in key.uniform(index) }, { (index: UInt64) in key.derived(index).uniform(0) },
        ] {
            var classes = [Int](repeating: 0, count: 100)
            for index in 0..<draws {
                let value = draw(UInt64(index))
                #expect(value >= 0 && value < 1)
                classes[Int(value * 100)] += 1
            }
            let expected = Double(draws) / 100
            let chiSquare = classes.reduce(0) {
                $0 + (Double($1) - expected) * (Double($1) - expected) / expected
            }
            // 99 degrees of freedom: mean 99, standard deviation 14.1; both tails are suspicious.
            #expect(chiSquare > 99 - 5 * 14.1 && chiSquare < 99 + 5 * 14.1)
        }
    }

    @Test("each of the 64 bits is set half of the time, also for keys that differ in one bit")
    func bitBalance() {
        let draws = 20_000
        let deviation = 5 * Double(draws).squareRoot() / 2
        for bit in 0..<64 {
            var ones = 0
            var changes = 0
            for index in 0..<draws {
                let word = RandomKey(seed: 3).word(UInt64(index))
                let neighbour = RandomKey(seed: 3).word(UInt64(index) ^ 1 << UInt64(bit))
                ones += Int(word >> UInt64(bit) & 1)
                changes += (word ^ neighbour).nonzeroBitCount
            }
            #expect(abs(Double(ones) - Double(draws) / 2) < deviation)
            #expect(abs(Double(changes) / Double(draws) - 32) < 0.5)
        }
    }

    @Test("normal numbers have the moments of the standard normal distribution")
    func moments() {
        let key = RandomKey(seed: 11)
        let count = 200_000
        let values = (0..<count).map { key.normal(UInt64($0)) }
        func mean(_ power: Int) -> Double {
            values.reduce(0) { sum, value in sum + (0..<power).reduce(1) { product, _ in product * value } }
                / Double(count)
        }
        let sigma = 1 / Double(count).squareRoot()
        #expect(abs(mean(1)) < 5 * sigma)
        #expect(abs(mean(2) - 1) < 5 * 2.0.squareRoot() * sigma)
        #expect(abs(mean(3)) < 5 * 15.0.squareRoot() * sigma)
        #expect(abs(mean(4) - 3) < 5 * 96.0.squareRoot() * sigma)
        #expect(values.allSatisfy { $0.isFinite })
    }
}
