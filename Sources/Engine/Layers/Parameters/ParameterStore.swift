// The parameter arena and the gradient arena of one replica.

package import Kernels
package import Tensors

/// What values are handed out for.
package enum ValueUse: Sendable {
    /// Products that read the rounded copies.
    case product
    /// Anything that reads, or replaces, the float32 values.
    case reading
    /// An optimiser that touches the values of its shard alone.
    case update
}

/// Values and gradients of all parameters, flat, in forward order.
///
/// A layer adds into its gradient slot in `backward` and then calls `markReady`: on the last micro-batch of a
/// step the data-parallel reducer starts to sum the slot's bucket while backward goes on.
///
/// Slots may be frozen: they have values but no gradient, no reduction and no optimiser state. `trainable`
/// shows the rest as a store of its own.
package final class ParameterStore {
    package internal(set) var layout: ParameterLayout
    var valueArena: Tensor
    var gradientArena: Tensor
    var roundedArena: Tensor?
    /// The store whose trained slots this one shows; nil for a store of its own memory.
    let whole: ParameterStore?
    /// Called before values are handed out, with the slot's index or nil for all.
    var onValueUse: ((Int?, ValueUse) -> Void)?
    /// The format of activations and of the operands of products: float32 or bfloat16.
    package internal(set) var computeType = ElementType.float32
    /// Slots whose gradient memory holds an old step's numbers that count as zero.
    var forgotten: [Bool]
    /// Called with the index, in `trainable`, of a slot whose gradient of this backward pass is complete.
    package var onGradientReady: ((Int) -> Void)?
    /// Low-rank adapters by the slot of the weight that they adapt.
    package internal(set) var adapters: [Int: [LoRAAdapter]] = [:]
    /// Weights in int8, by slot, that passes of decoding read in place of the values.
    package var quantizedWeights: [Int: QuantizedWeights] = [:]
    /// For each slot its index among the trained ones; nil for frozen ones.
    var trainableIndices: [Int?]
    /// The first slot that is trained or has a trained adapter.
    var firstTrainableSlot: Int
    /// For tables that are looked up and nothing else, by slot, their sparse updates.
    var tables: [Int: SparseEmbeddingUpdate]
    /// The arenas of a step's shards, when each is computed by itself.
    var sharded: ShardedGradients?
    /// Where layers that do not ask put the gradients of frozen slots.
    var discarded: Tensor?

    /// Allocates both arenas, all zero.
    package convenience init(layout: ParameterLayout) {
        self.init(
            layout: layout, values: Tensor(rows: 1, columns: layout.elementCount),
            gradients: Tensor(rows: 1, columns: layout.elementCount - layout.frozenElementCount))
    }

    init(layout: ParameterLayout, values: Tensor, gradients: Tensor, whole: ParameterStore? = nil) {
        self.layout = layout
        valueArena = values
        gradientArena = gradients
        self.whole = whole
        forgotten = layout.slots.map { _ in false }
        trainableIndices = Self.trainableIndices(layout)
        firstTrainableSlot = Self.firstTrainableSlot(layout)
        tables = whole == nil ? Self.tables(layout) : [:]
        for slot in tables.keys { gradientMemory(slot).useSmallPages() }
    }

    static func firstTrainableSlot(_ layout: ParameterLayout) -> Int {
        layout.slots.lazy.filter(\.isTrainable).map { $0.adaptedSlot ?? $0.index }.min() ?? .max
    }

    static func trainableIndices(_ layout: ParameterLayout) -> [Int?] {
        var count = 0
        return layout.slots.map { slot in
            guard slot.isTrainable else { return nil }
            defer { count += 1 }
            return count
        }
    }
}
