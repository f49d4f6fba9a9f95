// Decoding of the K formats: blocks of 256 elements whose scales are quantised too.

extension BlockDecoding {
    /// 16 scales of four bits below minima of four bits, 64 bytes of four 2-bit numbers, d, dmin. Each half
    /// of the block has 32 bytes: two bits of them are a group of 32 elements, of which 16 share a scale:
    /// (d·scale)·q − dmin·minimum.
    static func q2K(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 84 * block, target + 256 * block)
            let (d, dmin) = unsafe (half(from, 80), half(from, 82))
            for part in 0..<16 {
                let packed = unsafe byte(from, part)
                let (scale, minimum) = (d * Float(packed & 0xF), dmin * Float(packed >> 4))
                let (first, shift) = (16 + 32 * (part / 8) + 16 * (part % 2), UInt8(part % 8 / 2 * 2))
                for index in 0..<16 {
                    let number = unsafe byte(from, first + index) >> shift & 3
                    unsafe to[16 * part + index] = scale * Float(number) - minimum
                }
            }
        }
    }

    /// 32 bytes of third bits, 64 bytes of two bits as in Q2_K, 16 scales of six bits in 12 bytes, d:
    /// (d·(scale − 32))·(q − 4). Bit `g` of the third bits is for group `g` of 32 elements.
    static func q3K(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 110 * block, target + 256 * block)
            let d = unsafe half(from, 108)
            for part in 0..<16 {
                // Halves of the first eight bytes, below two bits of the last four.
                let lower = unsafe byte(from, 96 + part % 8) >> UInt8(part / 8 * 4) & 0xF
                let upper = unsafe byte(from, 104 + part % 4) >> UInt8(part / 4 * 2) & 3
                let scale = d * Float(Int32(lower | upper << 4) - 32)
                let (first, shift) = (32 + 32 * (part / 8) + 16 * (part % 2), UInt8(part % 8 / 2 * 2))
                for index in 0..<16 {
                    let low = unsafe byte(from, first + index) >> shift & 3
                    let high = unsafe byte(from, 16 * (part % 2) + index) >> UInt8(part / 2) & 1
                    unsafe to[16 * part + index] = scale * Float(Int32(low | high << 2) - 4)
                }
            }
        }
    }

    /// d, dmin, scales and minima as in Q4_K, 32 bytes of fifth bits, of which bit `g` is for group `g`, and
    /// 128 bytes as in Q4_K: (d·scale)·q − dmin·minimum.
    static func q5K(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 176 * block, target + 256 * block)
            let (d, dmin) = unsafe (half(from, 0), half(from, 2))
            for group in 0..<8 {
                let packed = unsafe scaleAndMinimum(from + 4, group)
                let (scale, minimum) = (d * packed.scale, dmin * packed.minimum)
                let shift = UInt8(group % 2 * 4)
                for index in 0..<32 {
                    let low = unsafe byte(from, 48 + 32 * (group / 2) + index) >> shift & 0xF
                    let high = unsafe byte(from, 16 + index) >> UInt8(group) & 1
                    unsafe to[32 * group + index] = scale * Float(low | high << 4) - minimum
                }
            }
        }
    }

    /// d, dmin, eight 6-bit scales and eight 6-bit minima in 12 bytes, 128 bytes of two 4-bit numbers. Of
    /// each 32 bytes the low numbers are one group of 32 elements and the high numbers the next: (d·scale)·q
    /// − dmin·minimum.
    static func q4K(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 144 * block, target + 256 * block)
            let (d, dmin) = unsafe (half(from, 0), half(from, 2))
            for pair in 0..<4 {
                let low = unsafe scaleAndMinimum(from + 4, 2 * pair)
                let high = unsafe scaleAndMinimum(from + 4, 2 * pair + 1)
                let (lowScale, lowMinimum) = (d * low.scale, dmin * low.minimum)
                let (highScale, highMinimum) = (d * high.scale, dmin * high.minimum)
                for index in 0..<32 {
                    let numbers = unsafe Int32(byte(from, 16 + 32 * pair + index))
                    unsafe to[64 * pair + index] = lowScale * Float(numbers & 0xF) - lowMinimum
                    unsafe to[64 * pair + 32 + index] = highScale * Float(numbers >> 4) - highMinimum
                }
            }
        }
    }

    /// Scale and minimum of group `index` of 8. Groups 0–3 are the lower six bits of bytes `index` and
    /// `index + 4`; groups 4–7 are a half of byte `index + 4` below the upper two bits of the bytes of group
    /// `index − 4`.
    @inline(__always)
    private static func scaleAndMinimum(
        _ packed: UnsafeMutableRawPointer, _ index: Int
    ) -> (scale: Float, minimum: Float) {
        guard index >= 4 else {
            return unsafe (Float(byte(packed, index) & 0x3F), Float(byte(packed, index + 4) & 0x3F))
        }
        let lower = unsafe byte(packed, index + 4)
        return unsafe (
            Float(lower & 0xF | byte(packed, index - 4) >> 2 & 0x30),
            Float(lower >> 4 | byte(packed, index) >> 2 & 0x30)
        )
    }

    /// 128 bytes of lower four bits, 64 bytes of upper two bits, 16 signed scales, d. Each half of the block
    /// is four groups of 32 elements; 16 elements share a scale: (d·scale)·(q − 32).
    static func q6K(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 210 * block, target + 256 * block)
            let d = unsafe half(from, 208)
            for group in 0..<8 {
                let (part, place) = (group / 4, group % 4)
                let lower = 64 * part + 32 * (place % 2)
                let upper = 128 + 32 * part
                let lowerShift = UInt8(place / 2 * 4)
                let upperShift = UInt8(2 * place)
                for index in 0..<32 {
                    let element = 32 * group + index
                    let scale = unsafe d * Float(Int8(bitPattern: byte(from, 192 + element / 16)))
                    let low = unsafe byte(from, lower + index) >> lowerShift & 0xF
                    let high = unsafe byte(from, upper + index) >> upperShift & 3
                    unsafe to[element] = scale * Float(Int32(low | high << 4) - 32)
                }
            }
        }
    }
}
