// The keyed dropout mask as the kernels define it, written a second time.

import Kernels
import Tensors

/// The mask of one dropout site, and of the heads of an attention.
struct DropoutReference {
    let dropout: Dropout

    /// What the element `column` of the row with this key is multiplied by: 0 or 1 / (1 − p).
    func factor(rowKey: UInt64, column: Int) -> Double {
        factor(mixed: Self.mix(dropout.key.bits ^ rowKey), column: column)
    }

    /// The same for the probability of key `column` in one attention head.
    func factor(head: Int, rowKey: UInt64, column: Int) -> Double {
        factor(mixed: Self.mix(Self.mix(dropout.key.bits &+ UInt64(head)) ^ rowKey), column: column)
    }

    private func factor(mixed key: UInt64, column: Int) -> Double {
        guard dropout.probability > 0 else { return 1 }
        let threshold = UInt32(Double(dropout.probability) * 0x1p32)
        var x = (UInt32(column) &* 0x9E37_79B9) ^ UInt32(truncatingIfNeeded: key)
        x = (x ^ (x >> 16)) &* 0x85EB_CA6B
        x = (x ^ (x >> 13)) &+ UInt32(key >> 32)
        x = (x ^ (x >> 15)) &* 0xC2B2_AE35
        return (x ^ (x >> 16)) >= threshold ? 1 / (1 - Double(dropout.probability)) : 0
    }

    private static func mix(_ value: UInt64) -> UInt64 { RandomKey(seed: value).bits }

    /// Keys of the rows of a flat batch: sample, then position in it.
    static func rowKeys(sampleIDs: [UInt64], offsets: [Int32]) -> [UInt64] {
        sampleIDs.indices.flatMap { index in
            (0..<UInt64(offsets[index + 1] - offsets[index])).map {
                RandomKey(seed: sampleIDs[index]).derived($0).bits
            }
        }
    }
}
