// What a model computes, as values and operators: what an export to another program's format starts from.

/// A value that flows through a graph, by its name.
package struct GraphValue: Hashable, Sendable {
    package let name: String
}

/// The number format of a value.
package enum GraphElementType: Sendable, Hashable {
    case float32, int64, bool
}

/// An extent of an input or an output.
package enum GraphAxis: Sendable, Hashable {
    case fixed(Int)
    /// An extent that differs from call to call, by its name.
    case named(String)
}

/// An input or an output of a graph.
package struct GraphPort: Sendable, Hashable {
    package let value: GraphValue
    package let type: GraphElementType
    package let axes: [GraphAxis]
}

/// An operator's attribute.
package enum GraphAttribute: Sendable, Hashable {
    case integer(Int)
    case integers([Int])
    case float(Float)
}

/// An operator. Names, attributes and meaning are those of ONNX, operator set 17.
package struct GraphNode: Sendable {
    package let name: String
    package let operation: String
    /// nil for an input that is left out.
    package let inputs: [GraphValue?]
    package let outputs: [GraphValue]
    package let attributes: [(name: String, value: GraphAttribute)]
}

/// Numbers that belong to the graph itself.
package enum GraphConstant: Sendable, Hashable {
    case floats([Float], shape: [Int])
    case integers([Int], shape: [Int])
}

/// A parameter of the model, or rows of it, as the graph reads it.
package struct GraphParameter: Sendable, Hashable {
    /// The slot in the model's layout.
    package let slot: Int
    /// Whether the graph reads the transpose of what the slot holds.
    package let isTransposed: Bool
    /// The shape in the graph, behind the transposition.
    package let shape: [Int]
}

/// Operators in the order in which they can run, with what they start from.
package struct ComputationGraph: Sendable {
    /// What it is within its model: `model`, `encoder_model` and so on.
    package let name: String
    package internal(set) var inputs: [GraphPort] = []
    package internal(set) var outputs: [GraphPort] = []
    package internal(set) var nodes: [GraphNode] = []
    package internal(set) var constants: [(value: GraphValue, constant: GraphConstant)] = []
    package internal(set) var parameters: [(value: GraphValue, parameter: GraphParameter)] = []

    init(name: String) { self.name = name }
}
