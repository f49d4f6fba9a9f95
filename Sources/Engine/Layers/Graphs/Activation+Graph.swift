// Activation functions as operators of a graph, in the forms that ONNX Runtime knows and fuses.

package import Kernels

extension Activation {
    /// f(x).
    package func forward(_ x: GraphValue, _ graph: GraphRecorder) -> GraphValue {
        switch self {
        case .relu: graph.add("Relu", [x])
        case .tanh: graph.add("Tanh", [x])
        case .sigmoid: graph.add("Sigmoid", [x])
        case .silu: graph.product(x, graph.add("Sigmoid", [x]))
        case .quickGELU:
            graph.product(x, graph.add("Sigmoid", [graph.product(x, graph.scalar(1.702))]))
        case .gelu: gelu(x, graph)
        case .geluTanh: geluTanh(x, graph)
        }
    }

    /// x·(1 + erf(x / √2)) / 2.
    private func gelu(_ x: GraphValue, _ graph: GraphRecorder) -> GraphValue {
        let erf = graph.add("Erf", [graph.quotient(x, graph.scalar(Float(2).squareRoot()))])
        let wide = graph.product(x, graph.sum(erf, graph.scalar(1)))
        return graph.product(wide, graph.scalar(0.5))
    }

    /// x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) / 2.
    private func geluTanh(_ x: GraphValue, _ graph: GraphRecorder) -> GraphValue {
        let cube = graph.add("Pow", [x, graph.scalar(3)])
        let inner = graph.sum(x, graph.product(cube, graph.scalar(0.044715)))
        let scaled = graph.product(inner, graph.scalar((2 / Float.pi).squareRoot()))
        let wide = graph.sum(graph.add("Tanh", [scaled]), graph.scalar(1))
        return graph.product(graph.product(x, graph.scalar(0.5)), wide)
    }
}
