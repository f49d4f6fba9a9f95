// A learned bias of attention's scores by the distance of key and query, in buckets (Raffel et al. 2020).

internal import Foundation
internal import Kernels
internal import Tensors

/// One table for all layers of a stack. The layer that stands first in forward order is the last to add to
/// its gradient, and that one reports the slot.
package final class RelativePositionBias: Layer {
    package let bucketCount: Int
    let maximumDistance: Int
    let isBidirectional: Bool
    private let heads: Int
    let table: Int
    /// The attention whose backward pass comes last.
    private weak var first: GroupedQueryAttention?

    /// Adds the slot `name.weight`, `[buckets, heads]`. Distances of `maximumDistance` and more share a
    /// bucket; unless it `isBidirectional`, keys behind a query count as at its own place.
    package init(
        _ layout: inout ParameterLayout, _ name: String, buckets: Int, maximumDistance: Int, heads: Int,
        isBidirectional: Bool, standardDeviation: Float
    ) {
        bucketCount = buckets
        self.maximumDistance = maximumDistance
        self.isBidirectional = isBidirectional
        self.heads = heads
        // Files call it a bias, and transformers decays none.
        table = layout.add(
            name + ".weight", rows: buckets, columns: heads, hasWeightDecay: false,
            initialization: .normal(standardDeviation: standardDeviation),
            tensors: [CheckpointTensor(name: name + ".weight", shape: [buckets, heads])])
    }

    /// Says which attention stands first in forward order.
    package func belongs(to first: GroupedQueryAttention) { self.first = first }

    /// The bucket of a key that stands `distance` tokens behind a query: half of them for single distances,
    /// the other half for ranges that grow to `maximumDistance`.
    package func bucket(of distance: Int) -> Int {
        let count = isBidirectional ? bucketCount / 2 : bucketCount
        let start = isBidirectional && distance > 0 ? count : 0
        let far = isBidirectional ? abs(distance) : max(0, -distance)
        let exact = count / 2
        guard far >= exact else { return start + far }
        // In float32 as transformers, so that no distance falls into a neighbouring bucket.
        let share = log(Float(far) / Float(exact)) / Float(log(Double(maximumDistance) / Double(exact)))
        return start + min(count - 1, exact + Int(share * Float(count - exact)))
    }

    /// What each distance adds to the scores of sequences of up to `reach` tokens, in the pass's workspace.
    func values(reach: Int, _ pass: Pass) -> AttentionBias {
        let values = pass.workspace.tensor(rows: heads, columns: 2 * reach - 1)
        let table = pass.parameters.value(table).values()
        let buckets = buckets(reach: reach)
        values.copy(
            from: (0..<heads).flatMap { head in buckets.map { table[Int($0) * heads + head] } })
        return AttentionBias(values: values, reach: reach)
    }

    private func buckets(reach: Int) -> [Int32] {
        (0..<2 * reach - 1).map { Int32(bucket(of: $0 - (reach - 1))) }
    }

    /// Where the attention of a backward pass puts its part of the gradient; nil where none is needed.
    func gradient(_ pass: Pass) -> AttentionBiasGradient? {
        guard pass.parameters.isTrainable(table) else { return nil }
        return AttentionBiasGradient(
            sums: pass.workspace.tensor(rows: pass.batch.sequenceCount * heads, columns: bucketCount),
            buckets: buckets(reach: pass.batch.longestSequence))
    }

    /// Adds a layer's part, sequence by sequence, and reports the slot behind the last one.
    func add(_ part: AttentionBiasGradient, from layer: GroupedQueryAttention, _ pass: Pass) {
        let gradient = pass.parameters.gradient(table)
        var sums = gradient.values()
        let parts = part.sums.values()
        for sequence in 0..<pass.batch.sequenceCount {
            for head in 0..<heads {
                let start = (sequence * heads + head) * bucketCount
                for bucket in 0..<bucketCount { sums[bucket * heads + head] += parts[start + bucket] }
            }
        }
        gradient.copy(from: sums)
        if layer === first { pass.markReady(table) }
    }
}
