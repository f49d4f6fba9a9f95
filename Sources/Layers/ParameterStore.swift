// The parameter arena and the gradient arena of one replica.

internal import Kernels
public import Tensors

/// Values and gradients of all parameters, flat, in forward order.
///
/// A layer adds into its gradient slot in `backward` and then calls `markReady`: on the last micro-batch of a
/// step the data-parallel reducer starts to sum the slot's bucket while backward goes on.
public final class ParameterStore {
    public let layout: ParameterLayout
    /// Arena of values, `[1, elementCount]`, fp32.
    public var values: Tensor {
        onValueUse?(nil)
        return valueArena
    }
    /// Arena of gradients, `[1, elementCount]`, fp32. Layers add to it; the step clears it.
    public private(set) var gradients: Tensor
    private var valueArena: Tensor
    /// Called before values are handed out, with the slot's index or nil for all: values of other ranks'
    /// shards may still be on their way. Called by any thread.
    public var onValueUse: ((Int?) -> Void)?
    /// The format of activations and of the operands of products: float32 or bfloat16.
    public private(set) var computeType = ElementType.float32
    /// The values rounded to bfloat16, `[1, elementCount]`, when products compute in it; the optimiser refreshes it in
    /// the pass that updates the values.
    public private(set) var roundedValues: Tensor?
    /// Slots whose gradient memory holds an old step's numbers that count as zero.
    private var forgotten: [Bool]
    /// Called with a slot's index when its gradient of this backward pass is complete.
    public var onGradientReady: ((Int) -> Void)?

    /// Allocates both arenas, all zero.
    public init(layout: ParameterLayout) {
        self.layout = layout
        valueArena = Tensor(rows: 1, columns: layout.elementCount)
        gradients = Tensor(rows: 1, columns: layout.elementCount)
        forgotten = layout.slots.map { _ in false }
    }

    // MARK: Values

    /// Computes in bfloat16 from here on: products read rounded copies of the weights, values stay float32.
    public func computeInBFloat16() {
        computeType = .bfloat16
        roundedValues = Tensor(rows: 1, columns: layout.elementCount, type: .bfloat16)
        refreshRoundedValues()
    }

    /// Rounds all values anew: for whoever changed them without the optimiser.
    public func refreshRoundedValues() {
        if let roundedValues { Conversion.copy(values, to: roundedValues) }
    }

    /// The values of a slot in the format of products, `[rows, columns]`.
    public func operand(_ slot: Int) -> Tensor {
        onValueUse?(slot)
        let parameter = layout.slots[slot]
        return (roundedValues ?? valueArena).elements(parameter.range)
            .reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    /// Makes `arena` the arena of gradients, which are zero from then on; for memory that ranks share. Views
    /// of the old one must not be used any more.
    public func moveGradients(to arena: Tensor) {
        precondition(arena.count == layout.elementCount && arena.type == .float32, "not such an arena")
        gradients = arena
    }

    /// Copies the values to `arena` and uses it from then on; views of the old one must not be used any more.
    public func moveValues(to arena: Tensor) {
        precondition(arena.count == layout.elementCount && arena.type == .float32, "not such an arena")
        arena.copy(from: values)
        valueArena = arena
    }

    /// The values of a slot, `[rows, columns]`.
    public func value(_ slot: Int) -> Tensor {
        onValueUse?(slot)
        let parameter = layout.slots[slot]
        return valueArena.elements(parameter.range).reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    // MARK: Gradients

    /// Makes all gradients zero without touching their memory: a slot is cleared, or overwritten, at its first use.
    public func forgetGradients() {
        for slot in forgotten.indices { forgotten[slot] = true }
    }

    /// The gradient of a slot, to add to, `[rows, columns]`.
    public func gradient(_ slot: Int) -> Tensor {
        let gradient = gradientMemory(slot)
        if forgotten[slot] { Elementwise.clear(gradient) }
        forgotten[slot] = false
        return gradient
    }

    /// The gradient of a slot for a product that covers all of it, and whether the product has to be added to what
    /// is there.
    func gradientForProduct(_ slot: Int) -> (gradient: Tensor, isAdded: Bool) {
        defer { forgotten[slot] = false }
        return (gradientMemory(slot), !forgotten[slot])
    }

    private func gradientMemory(_ slot: Int) -> Tensor {
        let parameter = layout.slots[slot]
        return gradients.elements(parameter.range).reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    /// Says that no more is added to this slot's gradient in the running backward pass.
    public func markReady(_ slot: Int) {
        if forgotten[slot] { _ = gradient(slot) }
        onGradientReady?(slot)
    }

    /// Fills every slot that `isWanted` picks as its `initialization` says; the numbers depend on `key` and
    /// the slot's name only.
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
