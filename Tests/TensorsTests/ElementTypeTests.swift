// The 16-bit floats against the compiler's own and against exact rounding, every pattern.

import Tensors
import Testing

@Suite struct ElementTypeTests {
    @Test("every Half pattern has the value that IEEE 754 gives it")
    func halves() {
        var wrong: [UInt16] = []
        for bits in UInt16.min...UInt16.max {
            let found = Half(bits: bits).float
            let expected = Float(Float16(bitPattern: bits))
            let isEqual =
                expected.isNaN
                ? found.isNaN && found.sign == expected.sign : found.bitPattern == expected.bitPattern
            if !isEqual { wrong.append(bits) }
        }
        #expect(wrong.isEmpty)
    }

    @Test("every BFloat16 pattern survives the way to Float and back")
    func roundTrip() {
        var wrong: [UInt16] = []
        for bits in UInt16.min...UInt16.max {
            let value = BFloat16(bits: bits)
            let isEqual =
                value.float.isNaN ? BFloat16(value.float).float.isNaN : BFloat16(value.float) == value
            if !isEqual || value.float.bitPattern != UInt32(bits) << 16 { wrong.append(bits) }
        }
        #expect(wrong.isEmpty)
    }

    @Test("a Float becomes the nearest BFloat16, and a tie the even one")
    func rounding() {
        var wrong: [UInt16] = []
        for bits in UInt16(0)..<0x7F80 {
            let tie = UInt32(bits) << 16 | 0x8000
            let even = bits & 1 == 0 ? bits : bits + 1
            for (pattern, expected) in [(tie - 1, bits), (tie, even), (tie + 1, bits + 1)] {
                let positive = BFloat16(Float(bitPattern: pattern)).bits
                let negative = BFloat16(Float(bitPattern: pattern | 0x8000_0000)).bits
                if positive != expected || negative != expected | 0x8000 { wrong.append(bits) }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test("BFloat16 overflows to infinity and keeps NaN, also one whose payload lies in the lower half")
    func extremes() {
        #expect(BFloat16(Float.greatestFiniteMagnitude).bits == 0x7F80)
        #expect(BFloat16(-Float.greatestFiniteMagnitude).bits == 0xFF80)
        #expect(BFloat16(Float.infinity).bits == 0x7F80)
        #expect(BFloat16(Float(bitPattern: 0x7F80_0001)).float.isNaN)
        #expect(BFloat16(Float(bitPattern: 0xFFFF_FFFF)).float.isNaN)
        #expect(BFloat16(-Float.nan).bits & 0x8000 == 0x8000)
    }

    @Test("sizes in bytes")
    func sizes() {
        #expect(ElementType.allCases.map(\.byteCount) == [4, 2, 2])
    }
}
