// Names, shapes and places of a model's parameters in one flat arena, in forward order.

/// A tensor of the checkpoint file that fills a slot or a part of it.
public struct CheckpointTensor: Sendable, Hashable {
    /// Name in the file, for example `encoder.layer.0.attention.self.query.weight`.
    public let name: String
    /// Shape in the file.
    public let shape: [Int]
    /// First element inside the slot.
    public let offset: Int
    /// Whether the file holds the transpose of what the slot holds (GPT-2's Conv1D weights).
    public let isTransposed: Bool

    public init(name: String, shape: [Int], offset: Int = 0, isTransposed: Bool = false) {
        self.name = name
        self.shape = shape
        self.offset = offset
        self.isTransposed = isTransposed
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }
}

/// How a parameter starts when no checkpoint brings it.
public enum ParameterInitialization: Sendable, Hashable {
    case zeros, ones
    /// Normal with mean 0; the standard deviation is `initializer_range` of the configuration.
    case normal(standardDeviation: Float)
}

/// One parameter: a matrix of `rows × columns` in the arena.
public struct ParameterSlot: Sendable {
    /// Position in `ParameterLayout.slots`.
    public let index: Int
    /// Name for messages; the checkpoint name where the slot is a single tensor of the file.
    public let name: String
    public let rows: Int
    public let columns: Int
    /// Elements of the arena that it occupies, without padding.
    public let range: Range<Int>
    /// Whether AdamW's weight decay applies: false for biases and norm weights.
    public let hasWeightDecay: Bool
    public let initialization: ParameterInitialization
    /// What fills it from a file, in order; several for a fused matrix such as query, key and value.
    public let tensors: [CheckpointTensor]
}

/// The plan of a parameter arena: built once by the model, the same on all ranks.
public struct ParameterLayout: Sendable {
    public private(set) var slots: [ParameterSlot] = []
    /// Elements of the arena, padding included: every slot starts at a multiple of 16 elements (64 bytes).
    public private(set) var elementCount = 0

    public init() {}

    /// Elements without padding: the model's number of parameters.
    public var parameterCount: Int { slots.reduce(0) { $0 + $1.range.count } }

    /// Adds a slot behind the last one and returns its index.
    public mutating func add(
        _ name: String, rows: Int, columns: Int, hasWeightDecay: Bool,
        initialization: ParameterInitialization,
        tensors: [CheckpointTensor]
    ) -> Int {
        let count = rows * columns
        precondition(tensors.reduce(0) { $0 + $1.count } == count, "the tensors of \(name) do not fill it")
        slots.append(
            ParameterSlot(
                index: slots.count, name: name, rows: rows, columns: columns,
                range: elementCount..<elementCount + count, hasWeightDecay: hasWeightDecay,
                initialization: initialization, tensors: tensors))
        elementCount += (count + 15) / 16 * 16
        return slots.count - 1
    }
}
