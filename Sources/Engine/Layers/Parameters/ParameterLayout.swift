// Names, shapes and places of a model's parameters in one flat arena, in forward order.

/// A tensor of the checkpoint file that fills a slot or a part of it.
package struct CheckpointTensor: Sendable, Hashable {
    /// Name in the file, for example `encoder.layer.0.attention.self.query.weight`.
    package let name: String
    /// Shape in the file.
    package let shape: [Int]
    /// First element inside the slot.
    package let offset: Int
    /// Whether the file holds the transpose of what the slot holds (GPT-2's Conv1D weights).
    package let isTransposed: Bool

    package init(name: String, shape: [Int], offset: Int = 0, isTransposed: Bool = false) {
        self.name = name
        self.shape = shape
        self.offset = offset
        self.isTransposed = isTransposed
    }

    /// Number of elements.
    package var count: Int { shape.reduce(1, *) }
}

/// How a parameter starts when no checkpoint brings it.
package enum ParameterInitialization: Sendable, Hashable {
    case zeros, ones
    /// Uniform in ±bound.
    case uniform(bound: Float)
    /// Normal with mean 0; the standard deviation is `initializer_range` of the configuration.
    case normal(standardDeviation: Float)
    /// Row p holds sin(p / 10000^(2i / columns)) in its first half and the cosines in its second (Vaswani et
    /// al. 2017).
    case sinusoids
}

/// One parameter: a matrix of `rows × columns` in the arena.
package struct ParameterSlot: Sendable {
    /// Position in `ParameterLayout.slots`.
    package let index: Int
    /// Name for messages; the checkpoint name where the slot is a single tensor of the file.
    package let name: String
    package let rows: Int
    package let columns: Int
    /// Elements of the arena that it occupies, without padding.
    package fileprivate(set) var range: Range<Int>
    /// Whether AdamW's weight decay applies: false for biases and norm weights.
    package let hasWeightDecay: Bool
    package let initialization: ParameterInitialization
    /// What fills it from a file, in order; several for a fused matrix such as query, key and value.
    package let tensors: [CheckpointTensor]
    /// Whether it is the weight of a dense layer, to which a low-rank adapter can be added.
    package let isLinear: Bool
    /// Whether products read it, in their number format; other slots are read in float32.
    package fileprivate(set) var isOperand: Bool
    /// Whether rows of it are looked up by id, as in an embedding table.
    package fileprivate(set) var isTable = false
    /// Whether it is the weight of an output layer over the vocabulary, and no table of embeddings.
    package fileprivate(set) var isOutputLayer = false
    /// The slot that it adapts, for the matrices of a low-rank adapter.
    package let adaptedSlot: Int?
    /// Whether it is trained: false for frozen parameters.
    package fileprivate(set) var isTrainable = true
    /// What the learning rate is multiplied by.
    package fileprivate(set) var learningRateFactor: Float = 1
    /// Whether it is never trained: a buffer of the model, which files may lack when it is as it starts.
    package fileprivate(set) var isConstant = false
}

/// The plan of a parameter arena: built once by the model, the same on all ranks.
package struct ParameterLayout: Sendable {
    package private(set) var slots: [ParameterSlot] = []
    /// Elements of the arena, padding included: every slot starts at a multiple of 16 elements (64 bytes).
    package private(set) var elementCount = 0
    /// Elements at the start of the arena that hold frozen slots, padding included; 0 unless slots were
    /// frozen.
    package private(set) var frozenElementCount = 0

    package init() {}

    /// Elements without padding: the model's number of parameters.
    package var parameterCount: Int { slots.reduce(0) { $0 + $1.range.count } }

    /// Adds a slot behind the last one and returns its index.
    package mutating func add(
        _ name: String, rows: Int, columns: Int, hasWeightDecay: Bool,
        initialization: ParameterInitialization,
        tensors: [CheckpointTensor], isLinear: Bool = false, adaptedSlot: Int? = nil
    ) -> Int {
        let count = rows * columns
        precondition(tensors.reduce(0) { $0 + $1.count } == count, "the tensors of \(name) do not fill it")
        slots.append(
            ParameterSlot(
                index: slots.count, name: name, rows: rows, columns: columns,
                range: elementCount..<elementCount + count, hasWeightDecay: hasWeightDecay,
                initialization: initialization, tensors: tensors, isLinear: isLinear,
                isOperand: isLinear || adaptedSlot != nil, adaptedSlot: adaptedSlot))
        elementCount += Self.padded(count)
        return slots.count - 1
    }

    /// Says that products read a slot that is no weight of a `Linear`, such as the table of a tied output
    /// layer.
    mutating func addOperand(_ slot: Int) { slots[slot].isOperand = true }

    /// Says that a slot is the weight of an output layer over the vocabulary.
    mutating func addOutputLayer(_ slot: Int) {
        slots[slot].isOperand = true
        slots[slot].isOutputLayer = true
    }

    /// Says that a slot is never trained. The layout must be arranged by `freeze` before it is used.
    mutating func addConstant(_ slot: Int) { slots[slot].isConstant = true }

    /// Says that rows of a slot are looked up by id.
    mutating func addTable(_ slot: Int) { slots[slot].isTable = true }
}

extension ParameterLayout {
    /// Freezes constant slots and those that `isFrozen` picks, and trains all others. Slots keep their
    /// indices; in the arena the frozen ones come first, so that what is trained stays one contiguous range,
    /// in forward order.
    package mutating func freeze(where isFrozen: (ParameterSlot) -> Bool) {
        for index in slots.indices {
            slots[index].isTrainable = !slots[index].isConstant && !isFrozen(slots[index])
        }
        arrange()
    }

    /// Sets what each slot's learning rate is multiplied by.
    package mutating func setLearningRateFactors(_ factor: (ParameterSlot) -> Float) {
        for index in slots.indices { slots[index].learningRateFactor = factor(slots[index]) }
    }

    /// Drops the slots of all adapters, which were added last.
    mutating func removeAdapters() {
        slots.removeAll { $0.adaptedSlot != nil }
        precondition(slots.indices.allSatisfy { slots[$0].index == $0 }, "adapters must be the last slots")
        arrange()
    }

    private mutating func arrange() {
        var start = 0
        for isTrainable in [false, true] {
            if isTrainable { frozenElementCount = start }
            for index in slots.indices where slots[index].isTrainable == isTrainable {
                let count = slots[index].range.count
                slots[index].range = start..<start + count
                start += Self.padded(count)
            }
        }
        elementCount = start
    }

    /// The trained slots alone, numbered from 0, in an arena of their own: what is reduced over ranks and
    /// what the optimiser keeps state for.
    package var trainable: ParameterLayout {
        var result = ParameterLayout()
        for slot in slots where slot.isTrainable {
            let start = slot.range.lowerBound - frozenElementCount
            var moved = ParameterSlot(
                index: result.slots.count, name: slot.name, rows: slot.rows, columns: slot.columns,
                range: start..<start + slot.range.count, hasWeightDecay: slot.hasWeightDecay,
                initialization: slot.initialization, tensors: slot.tensors, isLinear: slot.isLinear,
                isOperand: slot.isOperand, adaptedSlot: slot.adaptedSlot)
            moved.learningRateFactor = slot.learningRateFactor
            moved.isTable = slot.isTable
            moved.isOutputLayer = slot.isOutputLayer
            result.slots.append(moved)
        }
        result.elementCount = elementCount - frozenElementCount
        return result
    }

    /// A count rounded up so that the next slot starts at a multiple of 64 bytes.
    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
