// The parameter arena and the gradient arena of one replica.

internal import Kernels
public import Tensors

/// What values are handed out for.
public enum ValueUse: Sendable {
    /// Products that read the rounded copies.
    case product
    /// Anything that reads, or replaces, the float32 values.
    case reading
    /// An optimiser that touches the values of its shard alone.
    case update
}

/// Values and gradients of all parameters, flat, in forward order.
///
/// A layer adds into its gradient slot in `backward` and then calls `markReady`: on the last micro-batch of a step
/// the data-parallel reducer starts to sum the slot's bucket while backward goes on.
///
/// Slots may be frozen: they have values but no gradient, no reduction and no optimiser state. `trainable` shows
/// the rest as a store of its own.
public final class ParameterStore {
    public private(set) var layout: ParameterLayout
    private var valueArena: Tensor
    private var gradientArena: Tensor
    private var roundedArena: Tensor?
    /// The store whose trained slots this one shows; nil for a store of its own memory.
    private let whole: ParameterStore?
    /// Called before values are handed out, with the slot's index or nil for all.
    private var onValueUse: ((Int?, ValueUse) -> Void)?
    /// The format of activations and of the operands of products: float32 or bfloat16.
    public private(set) var computeType = ElementType.float32
    /// Slots whose gradient memory holds an old step's numbers that count as zero.
    private var forgotten: [Bool]
    /// Called with the index, in `trainable`, of a slot whose gradient of this backward pass is complete.
    public var onGradientReady: ((Int) -> Void)?
    /// Low-rank adapters by the slot of the weight that they adapt.
    public private(set) var adapters: [Int: [LowRankAdapter]] = [:]
    /// For each slot its index among the trained ones; nil for frozen ones.
    private var trainableIndices: [Int?]
    /// The first slot that is trained or has a trained adapter.
    private var firstTrainableSlot: Int
    /// For tables that are looked up and nothing else, by slot, which rows were touched.
    private var tables: [Int: TouchedRows]
    /// Where layers that do not ask put the gradients of frozen slots.
    private var discarded: Tensor?

    /// Allocates both arenas, all zero.
    public convenience init(layout: ParameterLayout) {
        self.init(
            layout: layout, values: Tensor(rows: 1, columns: layout.elementCount),
            gradients: Tensor(rows: 1, columns: layout.elementCount - layout.frozenElementCount))
    }

    private init(layout: ParameterLayout, values: Tensor, gradients: Tensor, whole: ParameterStore? = nil) {
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

    private static func tables(_ layout: ParameterLayout) -> [Int: TouchedRows] {
        let indices = trainableIndices(layout)
        let trained = layout.trainable.slots
        return Dictionary(
            uniqueKeysWithValues: layout.slots.compactMap { slot in
                guard let index = indices[slot.index], slot.isTable, !slot.isOperand,
                    slot.rows >= TouchedRows.minimumRows
                else { return nil }
                return (slot.index, TouchedRows(trained[index]))
            })
    }

    private static func firstTrainableSlot(_ layout: ParameterLayout) -> Int {
        layout.slots.lazy.filter(\.isTrainable).map { $0.adaptedSlot ?? $0.index }.min() ?? .max
    }

    private static func trainableIndices(_ layout: ParameterLayout) -> [Int?] {
        var count = 0
        return layout.slots.map { slot in
            guard slot.isTrainable else { return nil }
            defer { count += 1 }
            return count
        }
    }

    // MARK: Values

    /// Arena of values, `[1, elementCount]`, fp32.
    public var values: Tensor {
        (whole ?? self).onValueUse?(nil, .reading)
        (whole ?? self).settleTables()
        return presentValues
    }

    /// The same for an optimiser: rows of tables may lack factors that `touchedRows` keeps.
    public var unsettledValues: Tensor {
        (whole ?? self).onValueUse?(nil, .update)
        return presentValues
    }

    /// The tables whose rows are looked up one by one and which no product reads, in the order of the arena.
    public var touchedRows: [TouchedRows] { (whole ?? self).tables.values.sorted { $0.slot < $1.slot } }

    private func settleTables() {
        for (slot, rows) in tables { rows.settleAll(of: matrix(slot)) }
    }

    /// The memory of a slot's values, `[rows, columns]`.
    private func matrix(_ slot: Int) -> Tensor {
        let parameter = layout.slots[slot]
        return presentValues.elements(parameter.range)
            .reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    /// Calls `body` before values are handed out, with the index in `trainable` or nil for all: values of other ranks'
    /// shards may still be on their way. Called by any thread. Frozen values are always there.
    public func observeValueUse(_ body: @escaping (Int?, ValueUse) -> Void) {
        let store = whole ?? self
        let indices = store.trainableIndices
        store.onValueUse = { slot, use in
            guard let slot else { return body(nil, use) }
            if let index = indices[slot] { body(index, use) }
        }
    }

    /// Elements of the whole arena of values, and those before the slots that this store shows.
    public var arenaCount: Int { (whole ?? self).layout.elementCount }
    public var arenaOffset: Int { whole?.layout.frozenElementCount ?? 0 }

    private var presentValues: Tensor { whole.map { $0.trainedPart(of: $0.presentValues) } ?? valueArena }

    /// The values rounded to bfloat16, `[1, elementCount]`, when products compute in it; the optimiser refreshes it in
    /// the pass that updates the values.
    public var roundedValues: Tensor? {
        guard let whole else { return roundedArena }
        return whole.roundedValues.map { whole.trainedPart(of: $0) }
    }

    private func trainedPart(of arena: Tensor) -> Tensor {
        arena.elements(layout.frozenElementCount..<layout.elementCount)
    }

    /// Computes in bfloat16 from here on: products read rounded copies of the weights, values stay float32.
    public func computeInBFloat16() {
        computeType = .bfloat16
        roundedArena = Tensor(rows: 1, columns: layout.elementCount, type: .bfloat16)
        refreshRoundedValues()
    }

    /// Rounds all values anew: for whoever changed them without the optimiser.
    public func refreshRoundedValues() {
        if let roundedValues { Conversion.copy(values, to: roundedValues) }
    }

    /// The values of a slot in the format of products, `[rows, columns]`.
    public func operand(_ slot: Int) -> Tensor {
        onValueUse?(slot, roundedValues == nil ? .reading : .product)
        let parameter = layout.slots[slot]
        precondition(parameter.isOperand, "\(parameter.name) is not declared as an operand of products")
        return (roundedValues ?? presentValues).elements(parameter.range)
            .reshaped(rows: parameter.rows, columns: parameter.columns)
    }

    /// Makes `arena` the arena of gradients, which are zero from then on; for memory that ranks share. Views
    /// of the old one must not be used any more.
    public func moveGradients(to arena: Tensor) {
        if let whole { return whole.moveGradients(to: arena) }
        precondition(arena.count == gradientArena.count && arena.type == .float32, "not such an arena")
        gradientArena = arena
        for rows in tables.values { rows.gradientIsZero() }
    }

    /// Copies all values, frozen ones too, to `arena` of `arenaCount` elements and uses it from then on; views of the
    /// old one must not be used any more.
    public func moveValues(to arena: Tensor) {
        if let whole { return whole.moveValues(to: arena) }
        precondition(arena.count == layout.elementCount && arena.type == .float32, "not such an arena")
        arena.copy(from: values)
        valueArena = arena
    }

    /// Copies the rounded values, frozen ones too, to `arena` of `arenaCount` elements and uses it from then on; views of
    /// the old one must not be used any more.
    public func moveRoundedValues(to arena: Tensor) {
        if let whole { return whole.moveRoundedValues(to: arena) }
        guard let roundedArena else { preconditionFailure("products compute in float32") }
        precondition(arena.count == roundedArena.count && arena.type == .bfloat16, "not such an arena")
        arena.copy(from: roundedArena)
        self.roundedArena = arena
    }

    /// The values of a slot, `[rows, columns]`.
    public func value(_ slot: Int) -> Tensor {
        onValueUse?(slot, .reading)
        whole?.settleTables()
        let matrix = matrix(slot)
        tables[slot]?.settleAll(of: matrix)
        return matrix
    }

    /// The values of a table, `[rows, columns]`, of which the caller reads the rows `ids` alone.
    func value(_ slot: Int, rows ids: [Int32]) -> Tensor {
        guard let rows = tables[slot] else { return value(slot) }
        onValueUse?(slot, .reading)
        let matrix = matrix(slot)
        rows.settle(ids, of: matrix)
        return matrix
    }

    // MARK: Gradients

    /// Arena of the trained slots' gradients, fp32: `[1, elementCount]` unless slots are frozen. Layers add to it; the
    /// step clears it.
    public var gradients: Tensor { whole?.gradients ?? gradientArena }

    /// Makes all gradients zero without touching their memory: a slot is cleared, or overwritten, at its first use.
    public func forgetGradients() {
        for slot in forgotten.indices { forgotten[slot] = true }
    }

    /// The gradient of a slot, to add to, `[rows, columns]`. For a frozen slot it is memory whose contents nobody reads.
    public func gradient(_ slot: Int) -> Tensor {
        let gradient = clearedGradient(slot)
        tables[slot]?.addAll()
        return gradient
    }

    /// The gradient of a table, `[rows, columns]`, of which the caller adds to the rows `ids` alone.
    func gradient(_ slot: Int, rows ids: [Int32]) -> Tensor {
        guard let rows = tables[slot] else { return gradient(slot) }
        defer { rows.add(ids) }
        return clearedGradient(slot)
    }

    private func clearedGradient(_ slot: Int) -> Tensor {
        let gradient = gradientMemory(slot)
        if forgotten[slot], isTrainable(slot) {
            if let rows = tables[slot] { rows.clear(gradient) } else { Elementwise.clear(gradient) }
        }
        forgotten[slot] = false
        return gradient
    }

    /// The gradient of a slot for a product that covers all of it, and whether the product has to be added to what
    /// is there.
    func gradientForProduct(_ slot: Int) -> (gradient: Tensor, isAdded: Bool) {
        defer { forgotten[slot] = false }
        tables[slot]?.addAll()
        return (gradientMemory(slot), !forgotten[slot])
    }

    private func gradientMemory(_ slot: Int) -> Tensor {
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
    public func markReady(_ slot: Int) {
        guard let index = trainableIndices[slot] else { return }
        if forgotten[slot] { _ = clearedGradient(slot) }
        onGradientReady?(index)
    }

    // MARK: Freezing

    /// Whether a slot is trained: a layer need not compute the gradient of one that is not.
    public func isTrainable(_ slot: Int) -> Bool { trainableIndices[slot] != nil }

    /// Whether any slot with an index below `slot` is trained, adapters counting as what they adapt: if not, the
    /// backward pass may end behind the layers from there on.
    public func hasTrainableSlot(before slot: Int) -> Bool { firstTrainableSlot < slot }

    /// The trained slots as a store whose values and gradients are this one's memory; this store itself when nothing
    /// is frozen.
    public var trainable: ParameterStore {
        guard layout.slots.contains(where: { !$0.isTrainable }) else { return self }
        return ParameterStore(layout: layout.trainable, values: values, gradients: gradients, whole: self)
    }

    /// Changes the layout, such as what is frozen, and moves the values to their new places. Gradients become zero.
    /// Arenas that were handed out before are no longer this store's.
    public func rearrange(_ change: (inout ParameterLayout) -> Void) {
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

extension ParameterStore {
    /// Fills every slot that `isWanted` picks as its `initialization` says; the numbers depend on `key` and the
    /// slot's name only.
    public func initialize(key: RandomKey, where isWanted: (ParameterSlot) -> Bool = { _ in true }) {
        for slot in layout.slots where isWanted(slot) {
            let target = value(slot.index)
            let slotKey = key.derived(slot.name)
            switch slot.initialization {
            case .zeros: target.clear()
            case .ones: target.copy(from: [Float](repeating: 1, count: target.count))
            case .uniform(let bound):
                target.copy(
                    from: (0..<target.count).map { Float(2 * slotKey.uniform(UInt64($0)) - 1) * bound })
            case .normal(let standardDeviation):
                target.copy(
                    from: (0..<target.count).map { Float(slotKey.normal(UInt64($0))) * standardDeviation })
            }
        }
    }

    /// Adds an adapter of each of `parts`, tensors of the checkpoint file that fill weights of dense layers. They are
    /// zero until they are initialised or read.
    public func addAdapters(_ parts: [(slot: Int, tensor: CheckpointTensor)], _ options: LowRankOptions) {
        var added: [LowRankAdapter] = []
        rearrange { layout in
            for (slot, tensor) in parts {
                added.append(
                    LowRankAdapter(&layout, weight: layout.slots[slot], part: tensor, options: options))
            }
        }
        for adapter in added { adapters[adapter.weight, default: []].append(adapter) }
    }

    /// Adds what every adapter contributes to its weight, W += s·B·A, and removes the adapters.
    public func mergeAdapters() {
        for adapter in adapters.values.joined() { adapter.merge(into: self) }
        adapters = [:]
        rearrange { $0.removeAdapters() }
    }
}
