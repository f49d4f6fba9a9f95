// Finds out whether all ranks still hold the same parameters, bit for bit.

package import Layers
package import Tensors

/// A hash of every slot, compared between ranks. It reads the arena once at about the speed of memory.
package enum ReplicaCheck {
    /// Compares the bits of `arena`, the float32 arena of `layout`, with rank 0's. Collective; all ranks come
    /// to the same result. Throws `ParallelError.replicasDiffer` with the first slot that differs and the
    /// ranks where it does.
    package static func run(
        layout: ParameterLayout, arena: Tensor, through group: any ProcessGroup
    ) throws(ParallelError) {
        guard group.size > 1 else { return }
        let hashes = layout.slots.map { hash(arena.elements($0.range)) }
        let all = try group.allGather(UInt64Bytes.bytes(hashes)).map(UInt64Bytes.words)
        if let rank = all.firstIndex(where: { $0.count != all[0].count }) {
            throw .mismatch(
                operation: "has \(all[0].count) parameter slots", rank: 0,
                otherOperation: "\(all[rank].count)", otherRank: rank)
        }
        let differing = layout.slots.indices.filter { slot in all.contains { $0[slot] != all[0][slot] } }
        guard let first = differing.first else { return }
        throw .replicasDiffer(
            slot: layout.slots[first].name,
            ranks: all.indices.filter { all[$0][first] != all[0][first] }, slotCount: differing.count)
    }

    /// A 64-bit hash of the bits of a contiguous float32 tensor: four lanes of multiply and rotate, the round
    /// of xxHash64 (Collet, "xxHash fast digest algorithm", 2.2). Not cryptographic, and not xxHash64's own
    /// digest.
    package static func hash(_ tensor: Tensor) -> UInt64 {
        tensor.withFloats { floats in
            let count = floats.count
            var lane0: UInt64 = 1
            var lane1: UInt64 = 2
            var lane2: UInt64 = 3
            var lane3: UInt64 = 4
            var index = 0
            while index &+ 8 <= count {
                lane0 = round(lane0, word(floats[index], floats[index &+ 1]))
                lane1 = round(lane1, word(floats[index &+ 2], floats[index &+ 3]))
                lane2 = round(lane2, word(floats[index &+ 4], floats[index &+ 5]))
                lane3 = round(lane3, word(floats[index &+ 6], floats[index &+ 7]))
                index &+= 8
            }
            var hash = round(round(round(round(UInt64(count), lane0), lane1), lane2), lane3)
            while index < count {
                hash = round(hash, UInt64(floats[index].bitPattern))
                index &+= 1
            }
            return RandomKey(seed: hash).bits
        }
    }

    @inline(__always)
    private static func word(_ low: Float, _ high: Float) -> UInt64 {
        UInt64(low.bitPattern) | UInt64(high.bitPattern) << 32
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let sum = lane &+ word &* 0xC2B2_AE3D_27D4_EB4F
        return (sum << 31 | sum >> 33) &* 0x9E37_79B1_85EB_CA87
    }
}
