// The gradients of parameters: what layers add to, and when a slot is complete.

internal import Kernels
package import Tensors

extension ParameterStore {
    /// Arena of the trained slots' gradients, fp32: `[1, elementCount]` unless slots are frozen. Layers add
    /// to it; the step clears it.
    package var gradients: Tensor { whole?.gradients ?? gradientArena }

    /// Makes all gradients zero without touching their memory: a slot is cleared, or overwritten, at its
    /// first use.
    package func zeroGradients() {
        for slot in forgotten.indices { forgotten[slot] = true }
    }

    /// The gradient of a slot, to add to, `[rows, columns]`. For a frozen slot it is memory whose contents
    /// nobody reads.
    package func gradient(_ slot: Int) -> Tensor {
        let gradient = clearedGradient(slot)
        tables[slot]?.addAll()
        return gradient
    }

    func clearedGradient(_ slot: Int) -> Tensor {
        let gradient = gradientMemory(slot)
        if forgotten[slot], isTrainable(slot) {
            if let rows = tables[slot] { rows.clear(gradient) } else { Elementwise.clear(gradient) }
        }
        forgotten[slot] = false
        return gradient
    }

    /// The gradient of a slot for a product that covers all of it, and whether the product has to be added to
    /// what is there.
    func gradientForProduct(_ slot: Int) -> (gradient: Tensor, isAdded: Bool) {
        defer { forgotten[slot] = false }
        tables[slot]?.addAll()
        return (gradientMemory(slot), !forgotten[slot])
    }

    func gradientMemory(_ slot: Int) -> Tensor {
        let parameter = layout.slots[slot]
        guard parameter.isTrainable else {
            return discarded(count: parameter.range.count)
                .reshaped(rows: parameter.rows, columns: parameter.columns)
        }
        let start = parameter.range.lowerBound - layout.frozenElementCount
        return gradients.elements(start..<start + parameter.range.count)
            .reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    private func discarded(count: Int) -> Tensor {
        if let discarded, discarded.count >= count { return discarded.elements(0..<count) }
        let tensor = Tensor(rows: 1, columns: count)
        discarded = tensor
        return tensor
    }

    /// Says that no more is added to this slot's gradient in the running backward pass.
    package func markReady(_ slot: Int) {
        guard let index = trainableIndices[slot] else { return }
        if forgotten[slot] { _ = clearedGradient(slot) }
        if let sharded {
            let range = layout.slots[slot].range
            let start = range.lowerBound - layout.frozenElementCount
            let isLast = sharded.complete(
                index, elements: start..<start + range.count, table: tables[slot])
            guard isLast else { return }
        }
        onGradientReady?(index)
    }
}
