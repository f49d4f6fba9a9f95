// Records a graph: every call adds an operator and returns its value.

/// A graph under construction.
package final class GraphRecorder {
    package private(set) var graph: ComputationGraph
    private let layout: ParameterLayout
    private var scopes: [String] = []
    private var nameCounts: [String: Int] = [:]
    private var constants: [GraphConstant: GraphValue] = [:]
    private var parameters: [GraphParameter: GraphValue] = [:]

    /// Begins the graph `name` of a model with parameters of this layout.
    package init(_ name: String, layout: ParameterLayout) {
        graph = ComputationGraph(name: name)
        self.layout = layout
    }

    /// Names the operators that `body` adds by the part of the model they belong to.
    package func scoped<Result>(_ name: String, _ body: () -> Result) -> Result {
        scopes.append(name)
        defer { scopes.removeLast() }
        return body()
    }

    private func uniqueName(_ base: String) -> String {
        let count = nameCounts[base, default: 0]
        nameCounts[base] = count + 1
        return count == 0 ? base : "\(base)_\(count)"
    }

    // MARK: What it starts from

    /// An input of the graph.
    package func input(_ name: String, _ type: GraphElementType, _ axes: [GraphAxis]) -> GraphValue {
        let value = GraphValue(name: name)
        graph.inputs.append(GraphPort(value: value, type: type, axes: axes))
        return value
    }

    /// Makes `value` an output of the graph under a name of its own.
    package func output(_ value: GraphValue, _ name: String, _ type: GraphElementType, _ axes: [GraphAxis]) {
        let result = GraphValue(name: name)
        let node = GraphNode(
            name: uniqueName("/\(name)/Identity"), operation: "Identity", inputs: [value], outputs: [result],
            attributes: [])
        graph.nodes.append(node)
        graph.outputs.append(GraphPort(value: result, type: type, axes: axes))
    }

    /// A slot as a matrix, or as its transpose.
    func matrix(_ slot: Int, isTransposed: Bool = false) -> GraphValue {
        let (rows, columns) = (layout.slots[slot].rows, layout.slots[slot].columns)
        return parameter(
            slot, isTransposed: isTransposed, shape: isTransposed ? [columns, rows] : [rows, columns])
    }

    /// A slot of one row as a vector.
    func vector(_ slot: Int) -> GraphValue { parameter(slot, shape: [layout.slots[slot].columns]) }

    /// A slot in a shape of as many elements.
    func parameter(_ slot: Int, isTransposed: Bool = false, shape: [Int]) -> GraphValue {
        let parameter = GraphParameter(slot: slot, isTransposed: isTransposed, shape: shape)
        if let known = parameters[parameter] { return known }
        precondition(
            shape.reduce(1, *) == layout.slots[slot].range.count, "the shape of \(layout.slots[slot].name)")
        let name = layout.slots[slot].name + (isTransposed ? ".transposed" : "")
        let value = GraphValue(name: uniqueName(name))
        parameters[parameter] = value
        graph.parameters.append((value, parameter))
        return value
    }

    /// Numbers of the graph itself; the same ones are one value.
    package func constant(_ constant: GraphConstant) -> GraphValue {
        if let known = constants[constant] { return known }
        let value = GraphValue(name: uniqueName("constant"))
        constants[constant] = value
        graph.constants.append((value, constant))
        return value
    }

    package func scalar(_ number: Float) -> GraphValue { constant(.floats([number], shape: [])) }
    package func integer(_ number: Int) -> GraphValue { constant(.integers([number], shape: [])) }
    package func integers(_ numbers: [Int]) -> GraphValue {
        constant(.integers(numbers, shape: [numbers.count]))
    }

    // MARK: Operators

    /// Adds an operator of ONNX with `count` outputs.
    package func add(
        _ operation: String, _ inputs: [GraphValue?], _ attributes: [(String, GraphAttribute)] = [],
        outputs count: Int
    ) -> [GraphValue] {
        let name = uniqueName("/" + (scopes + [operation]).joined(separator: "/"))
        let outputs = (0..<count).map { GraphValue(name: "\(name)_output_\($0)") }
        graph.nodes.append(
            GraphNode(
                name: name, operation: operation, inputs: inputs, outputs: outputs,
                attributes: attributes.map { (name: $0.0, value: $0.1) }))
        return outputs
    }

    /// Adds an operator of ONNX with one output.
    package func add(
        _ operation: String, _ inputs: [GraphValue?], _ attributes: [(String, GraphAttribute)] = []
    ) -> GraphValue {
        add(operation, inputs, attributes, outputs: 1)[0]
    }
}
