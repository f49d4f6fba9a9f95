// Which parameters are trained, and changes of the layout.

internal import Tensors

extension ParameterStore {
    /// Whether a slot is trained: a layer need not compute the gradient of one that is not.
    package func isTrainable(_ slot: Int) -> Bool { trainableIndices[slot] != nil }

    /// Whether any slot with an index below `slot` is trained, adapters counting as what they adapt: if not,
    /// the backward pass may end behind the layers from there on.
    package func hasTrainableSlot(before slot: Int) -> Bool { firstTrainableSlot < slot }

    /// The trained slots as a store whose values and gradients are this one's memory; this store itself when
    /// nothing is frozen.
    package var trainable: ParameterStore {
        guard layout.slots.contains(where: { !$0.isTrainable }) else { return self }
        return ParameterStore(layout: layout.trainable, values: values, gradients: gradients, whole: self)
    }

    /// Changes the layout, such as what is frozen, and moves the values to their new places. Gradients become
    /// zero. Arenas that were handed out before are no longer this store's.
    package func rearrange(_ change: (inout ParameterLayout) -> Void) {
        precondition(whole == nil, "a view has the layout of what it shows")
        let (oldLayout, oldValues) = (layout, values)
        change(&layout)
        valueArena = Tensor(rows: 1, columns: layout.elementCount)
        gradientArena = Tensor(rows: 1, columns: layout.elementCount - layout.frozenElementCount)
        forgotten = layout.slots.map { _ in false }
        trainableIndices = Self.trainableIndices(layout)
        firstTrainableSlot = Self.firstTrainableSlot(layout)
        tables = Self.tables(layout)
        for slot in tables.keys { gradientMemory(slot).useSmallPages() }
        for (old, new) in zip(oldLayout.slots, layout.slots) {
            precondition(old.name == new.name, "slots keep their indices")
            valueArena.elements(new.range).copy(from: oldValues.elements(old.range))
        }
        if computeType == .bfloat16 { computeInBFloat16() }
    }
}
