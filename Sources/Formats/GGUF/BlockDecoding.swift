// From stored blocks to float32: one function a number format.

import Tensors

#if _endian(big)
    #error("GGUF data is little-endian and is used as it stands")
#endif

/// Decoding of blocks, with the operations of ggml's `dequantize_row_*` in the same order, so that the
/// results are the same bits. `d` and `m` are the scale and the offset of a block, stored as binary16.
enum BlockDecoding {
    /// Decodes `count` blocks from `source` to `target`.
    typealias Decoder = (
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) -> Void

    /// Nil for the types that cannot be read.
    static func decoder(of type: GGUFTensorType) -> Decoder? {
        switch type {
        case .f32: unsafe float32
        case .f16: unsafe float16
        case .bf16: unsafe bfloat16
        case .q80: unsafe q80
        case .q40: unsafe q40
        case .q41: unsafe q41
        case .q50: unsafe q50
        case .q51: unsafe q51
        case .q2K: unsafe q2K
        case .q3K: unsafe q3K
        case .q4K: unsafe q4K
        case .q5K: unsafe q5K
        case .q6K: unsafe q6K
        default: nil
        }
    }

    @inline(__always)
    static func half(_ source: UnsafeMutableRawPointer, _ offset: Int) -> Float {
        Half(bits: unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt16.self)).float
    }

    @inline(__always)
    static func byte(_ source: UnsafeMutableRawPointer, _ offset: Int) -> UInt8 {
        unsafe source.load(fromByteOffset: offset, as: UInt8.self)
    }

    // MARK: Plain numbers

    private static func float32(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: 4 * count)
    }

    private static func float16(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<count { unsafe target[index] = half(source, 2 * index) }
    }

    private static func bfloat16(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<count {
            let bits = unsafe source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
            unsafe target[index] = BFloat16(bits: bits).float
        }
    }

    // MARK: Blocks of 32

    /// d, 32 signed bytes: q·d.
    private static func q80(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 34 * block, target + 32 * block)
            let d = unsafe half(from, 0)
            for index in 0..<32 {
                unsafe to[index] = Float(Int8(bitPattern: byte(from, 2 + index))) * d
            }
        }
    }

    /// d, 16 bytes of two 4-bit numbers, the low ones for elements 0–15: d·(q − 8).
    private static func q40(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 18 * block, target + 32 * block)
            let d = unsafe half(from, 0)
            for index in 0..<16 {
                let pair = unsafe Int32(byte(from, 2 + index))
                unsafe to[index] = d * Float((pair & 0xF) - 8)
                unsafe to[index + 16] = d * Float((pair >> 4) - 8)
            }
        }
    }

    /// d, m, 4-bit numbers as in Q4_0: d·q + m.
    private static func q41(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 20 * block, target + 32 * block)
            let (d, m) = unsafe (half(from, 0), half(from, 2))
            for index in 0..<16 {
                let pair = unsafe Int32(byte(from, 4 + index))
                unsafe to[index] = d * Float(pair & 0xF) + m
                unsafe to[index + 16] = d * Float(pair >> 4) + m
            }
        }
    }

    /// d, 32 fifth bits, the lower four bits as in Q4_0: d·(q − 16).
    private static func q50(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 22 * block, target + 32 * block)
            let d = unsafe half(from, 0)
            let high = unsafe from.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
            for index in 0..<16 {
                let pair = unsafe Int32(byte(from, 6 + index))
                unsafe to[index] = d * Float((pair & 0xF | fifthBit(high, index)) - 16)
                unsafe to[index + 16] = d * Float((pair >> 4 | fifthBit(high, index + 16)) - 16)
            }
        }
    }

    /// d, m, bits as in Q5_0: d·q + m.
    private static func q51(
        _ source: UnsafeMutableRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let (from, to) = unsafe (source + 24 * block, target + 32 * block)
            let (d, m) = unsafe (half(from, 0), half(from, 2))
            let high = unsafe from.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            for index in 0..<16 {
                let pair = unsafe Int32(byte(from, 8 + index))
                unsafe to[index] = d * Float(pair & 0xF | fifthBit(high, index)) + m
                unsafe to[index + 16] = d * Float(pair >> 4 | fifthBit(high, index + 16)) + m
            }
        }
    }

    @inline(__always)
    private static func fifthBit(_ bits: UInt32, _ index: Int) -> Int32 {
        Int32(truncatingIfNeeded: bits >> UInt32(truncatingIfNeeded: index) & 1) << 4
    }
}
