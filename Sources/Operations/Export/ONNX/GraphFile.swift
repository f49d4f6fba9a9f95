// Writes a recorded graph with its weights as a file of ONNX.

package import Checkpoints
package import Layers
package import Models
internal import ONNX
internal import ONNXMessages

/// A graph of a model, as a file.
package enum GraphFile {
    /// Writes `graph` of `model` as `path`; the weights come from `weights`. Where they are larger than
    /// `largestMessage` bytes they go to a file of their own beside it. Returns the paths written.
    package static func write(
        _ graph: ComputationGraph, of model: any GraphModel, weights: WeightFiles, to path: String,
        version: String, largestMessage: Int? = nil
    ) throws(CheckpointError) -> [String] {
        var message = Onnx_GraphProto()
        message.name = graph.name
        message.node = graph.nodes.map(node)
        message.input = graph.inputs.map(port)
        message.output = graph.outputs.map(port)
        message.initializer = graph.constants.map { constant($0.value.name, $0.constant) }
        let slots = model.parameters.layout.slots
        let tensors = graph.parameters.map { value, parameter in
            let stream = WeightStream(files: weights, slot: slots[parameter.slot], parameter: parameter)
            return StreamedTensor<CheckpointError>(floats: value.name, shape: parameter.shape) {
                (sink) throws(CheckpointError) in try stream.write(to: sink)
            }
        }
        var writer = ModelWriter(producer: ("lockstep", version))
        if let largestMessage { writer.largestMessage = largestMessage }
        return try writer.write(message, weights: tensors, to: path)
    }

    private static func node(_ node: GraphNode) -> Onnx_NodeProto {
        Onnx_NodeProto(
            name: node.name, operation: node.operation, inputs: node.inputs.map { $0?.name },
            outputs: node.outputs.map(\.name),
            attributes: node.attributes.map { name, value in
                switch value {
                case .integer(let integer): Onnx_AttributeProto(name, integer: integer)
                case .integers(let integers): Onnx_AttributeProto(name, integers: integers)
                case .float(let float): Onnx_AttributeProto(name, float: float)
                }
            })
    }

    private static func port(_ port: GraphPort) -> Onnx_ValueInfoProto {
        Onnx_ValueInfoProto(
            port.value.name, type(port.type),
            port.axes.map { axis in
                switch axis {
                case .fixed(let size): .fixed(size)
                case .named(let name): .named(name)
                }
            })
    }

    private static func type(_ type: GraphElementType) -> Onnx_TensorProto.DataType {
        switch type {
        case .float32: .float
        case .int64: .int64
        case .bool: .bool
        }
    }

    private static func constant(_ name: String, _ constant: GraphConstant) -> Onnx_TensorProto {
        switch constant {
        case .floats(let floats, let shape): Onnx_TensorProto(name, floats: floats, shape: shape)
        case .integers(let integers, let shape): Onnx_TensorProto(name, integers: integers, shape: shape)
        }
    }
}
