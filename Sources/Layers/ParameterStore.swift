// The parameter arena and the gradient arena of one replica.

public import Tensors

/// Values and gradients of all parameters, flat, in forward order.
///
/// A layer adds into its gradient slot in `backward` and then calls `markReady`: on the last micro-batch of a step
/// the data-parallel reducer starts to sum the slot's bucket while backward goes on.
public final class ParameterStore {
    public let layout: ParameterLayout
    /// Arena of values, `[1, elementCount]`, fp32.
    public let values: Tensor
    /// Arena of gradients, `[1, elementCount]`, fp32. Layers add to it; the step clears it.
    public let gradients: Tensor
    /// Called with a slot's index when its gradient of this backward pass is complete.
    public var onGradientReady: ((Int) -> Void)?

    /// Allocates both arenas, all zero.
    public init(layout: ParameterLayout) {
        self.layout = layout
        values = Tensor(rows: 1, columns: layout.elementCount)
        gradients = Tensor(rows: 1, columns: layout.elementCount)
    }

    /// The values of a slot, `[rows, columns]`.
    public func value(_ slot: Int) -> Tensor {
        let parameter = layout.slots[slot]
        return values.elements(parameter.range).reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    /// The gradient of a slot, `[rows, columns]`.
    public func gradient(_ slot: Int) -> Tensor {
        let parameter = layout.slots[slot]
        return gradients.elements(parameter.range).reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    /// Says that no more is added to this slot's gradient in the running backward pass.
    public func markReady(_ slot: Int) { onGradientReady?(slot) }

    /// Fills every slot that `isWanted` picks as its `initialization` says; the numbers depend on `key` and the
    /// slot's name only.
    public func initialize(key: RandomKey, where isWanted: (ParameterSlot) -> Bool = { _ in true }) {
        for slot in layout.slots where isWanted(slot) {
            let target = value(slot.index)
            switch slot.initialization {
            case .zeros: target.clear()
            case .ones: target.copy(from: [Float](repeating: 1, count: target.count))
            case .normal(let standardDeviation):
                let slotKey = key.derived(slot.name)
                target.copy(
                    from: (0..<target.count).map { Float(slotKey.normal(UInt64($0))) * standardDeviation })
            }
        }
    }
}
