// What is added to attention's scores by how far a key stands from a query.

package import Tensors

/// A bias a head and distance: nothing of size length² exists.
package struct AttentionBias: Sendable {
    /// `[H, 2·reach − 1]`: column reach − 1 + (key − query) holds what that distance adds.
    package let values: Tensor
    /// Tokens of the longest sequence that it serves.
    package let reach: Int

    package init(values: Tensor, reach: Int) {
        precondition(values.columns == 2 * reach - 1 && values.isContiguous, "expected 2·reach − 1 distances")
        precondition(values.type == .float32, "expected float32")
        self.values = values
        self.reach = reach
    }

    /// Distance 0 of the first head.
    @unsafe var center: UnsafeMutablePointer<Float> { unsafe values.floats + (reach - 1) }
}

/// Where the gradient of a bias goes: sums over the distances of a bucket, each sequence and head by itself,
/// so that no order of additions depends on threads.
package struct AttentionBiasGradient: Sendable {
    /// `[S·H, buckets]`, written.
    package let sums: Tensor
    /// The bucket of each distance, as the columns of the bias: `[2·reach − 1]`.
    package let buckets: [Int32]

    package init(sums: Tensor, buckets: [Int32]) {
        precondition(sums.isContiguous && sums.type == .float32, "expected float32 without gaps")
        precondition(buckets.allSatisfy { $0 >= 0 && Int($0) < sums.columns }, "a bucket that there is not")
        self.sums = sums
        self.buckets = buckets
    }

    /// Gives `body` the place of distance 0 of head 0, zeros for the heads of `group`, and adds up what it
    /// left there.
    @unsafe func withDistances(
        of group: Range<Int>, length: Int, task sequence: Int, bias: AttentionBias?,
        _ body: (UnsafeMutablePointer<Float>) -> Void
    ) {
        guard let bias else { preconditionFailure("a gradient of no bias") }
        let (width, heads) = (bias.values.columns, bias.values.rows)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: group.count * width) { memory in
            guard let start = memory.baseAddress else { return }
            unsafe memory.initialize(repeating: 0)
            // The kernel counts heads from the first of all.
            unsafe body(start + (bias.reach - 1) - group.lowerBound * width)
            for head in group {
                let row = unsafe sums.floats + (sequence * heads + head) * sums.columns
                for bucket in 0..<sums.columns { unsafe row[bucket] = 0 }
                let own = unsafe start + (head - group.lowerBound) * width
                for distance in stride(from: bias.reach - length, to: bias.reach + length - 1, by: 1) {
                    unsafe row[Int(buckets[distance])] += own[distance]
                }
            }
        }
    }
}
