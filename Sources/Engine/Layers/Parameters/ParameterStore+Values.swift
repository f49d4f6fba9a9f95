// The values of parameters, in float32 and rounded for products.

internal import Kernels
package import Tensors

extension ParameterStore {
    /// Arena of values, `[1, elementCount]`, fp32.
    package var values: Tensor {
        (whole ?? self).onValueUse?(nil, .reading)
        (whole ?? self).applyDeferredDecay()
        return presentValues
    }

    /// The same for an optimiser: rows of embedding tables may lack the decay that `sparseEmbeddings` defer.
    package var valuesForUpdate: Tensor {
        (whole ?? self).onValueUse?(nil, .update)
        return presentValues
    }

    /// The memory of a slot's values, `[rows, columns]`.
    func matrix(_ slot: Int) -> Tensor {
        let parameter = layout.slots[slot]
        return presentValues.elements(parameter.range)
            .reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    /// Calls `body` before values are handed out, with the index in `trainable` or nil for all: values of
    /// other ranks' shards may still be on their way. Called by any thread. Frozen values are always there.
    package func observeValueUse(_ body: @escaping (Int?, ValueUse) -> Void) {
        let store = whole ?? self
        let indices = store.trainableIndices
        store.onValueUse = { slot, use in
            guard let slot else { return body(nil, use) }
            if let index = indices[slot] { body(index, use) }
        }
    }

    /// Elements of the whole arena of values, and those before the slots that this store shows.
    package var arenaCount: Int { (whole ?? self).layout.elementCount }
    package var arenaOffset: Int { whole?.layout.frozenElementCount ?? 0 }

    var presentValues: Tensor { whole.map { $0.trainedPart(of: $0.presentValues) } ?? valueArena }

    /// The values rounded to bfloat16, `[1, elementCount]`, when products compute in it; the optimiser
    /// refreshes it in the pass that updates the values.
    package var roundedValues: Tensor? {
        guard let whole else { return roundedArena }
        return whole.roundedValues.map { whole.trainedPart(of: $0) }
    }

    private func trainedPart(of arena: Tensor) -> Tensor {
        arena.elements(layout.frozenElementCount..<layout.elementCount)
    }

    /// Computes in bfloat16 from here on: products read rounded copies of the weights, values stay float32.
    package func computeInBFloat16() {
        computeType = .bfloat16
        roundedArena = Tensor(rows: 1, columns: layout.elementCount, type: .bfloat16)
        refreshRoundedValues()
    }

    /// Rounds all values anew: for whoever changed them without the optimiser.
    package func refreshRoundedValues() {
        if let roundedValues { Conversion.copy(values, to: roundedValues) }
    }

    /// The values of a slot in the format of products, `[rows, columns]`.
    package func operand(_ slot: Int) -> Tensor {
        onValueUse?(slot, roundedValues == nil ? .reading : .product)
        let parameter = layout.slots[slot]
        precondition(parameter.isOperand, "\(parameter.name) is not declared as an operand of products")
        return (roundedValues ?? presentValues).elements(parameter.range)
            .reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    /// Makes `arena` the arena of gradients, which are zero from then on; for memory that ranks share. Views
    /// of the old one must not be used any more.
    package func moveGradients(to arena: Tensor) {
        if let whole { return whole.moveGradients(to: arena) }
        precondition(arena.count == gradientArena.count && arena.type == .float32, "not such an arena")
        gradientArena = arena
        for rows in tables.values { rows.gradientIsZero() }
    }

    /// Copies all values, frozen ones too, to `arena` of `arenaCount` elements and uses it from then on;
    /// views of the old one must not be used any more.
    package func moveValues(to arena: Tensor) {
        if let whole { return whole.moveValues(to: arena) }
        precondition(arena.count == layout.elementCount && arena.type == .float32, "not such an arena")
        arena.copy(from: values)
        valueArena = arena
    }

    /// Copies the rounded values, frozen ones too, to `arena` of `arenaCount` elements and uses it from then
    /// on; views of the old one must not be used any more.
    package func moveRoundedValues(to arena: Tensor) {
        if let whole { return whole.moveRoundedValues(to: arena) }
        guard let roundedArena else { preconditionFailure("products compute in float32") }
        precondition(arena.count == roundedArena.count && arena.type == .bfloat16, "not such an arena")
        arena.copy(from: roundedArena)
        self.roundedArena = arena
    }

    /// The values of a slot, `[rows, columns]`.
    package func value(_ slot: Int) -> Tensor {
        onValueUse?(slot, .reading)
        whole?.applyDeferredDecay()
        let matrix = matrix(slot)
        tables[slot]?.applyDeferredDecay(toAllOf: matrix)
        return matrix
    }
}
