// ONNX's messages made from names, shapes and numbers.

package import ONNXMessages

extension Onnx_NodeProto {
    /// An operator; nil stands for an input that is left out.
    package init(
        name: String, operation: String, inputs: [String?], outputs: [String],
        attributes: [Onnx_AttributeProto]
    ) {
        self.init()
        self.name = name
        opType = operation
        input = inputs.map { $0 ?? "" }
        output = outputs
        attribute = attributes
    }
}

extension Onnx_AttributeProto {
    package init(_ name: String, integer: Int) {
        self.init()
        (self.name, type, i) = (name, .int, Int64(integer))
    }

    package init(_ name: String, integers: [Int]) {
        self.init()
        (self.name, type, ints) = (name, .ints, integers.map { Int64($0) })
    }

    package init(_ name: String, float: Float) {
        self.init()
        (self.name, type, f) = (name, .float, float)
    }
}

extension Onnx_TensorProto {
    package init(_ name: String, floats: [Float], shape: [Int]) {
        self.init()
        (self.name, dims) = (name, shape.map { Int64($0) })
        dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
        floatData = floats
    }

    package init(_ name: String, integers: [Int], shape: [Int]) {
        self.init()
        (self.name, dims) = (name, shape.map { Int64($0) })
        dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
        int64Data = integers.map { Int64($0) }
    }
}

/// An extent of an input or an output.
package enum Dimension: Sendable {
    case fixed(Int)
    case named(String)
}

extension Onnx_ValueInfoProto {
    /// An input or an output.
    package init(_ name: String, _ type: Onnx_TensorProto.DataType, _ dimensions: [Dimension]) {
        self.init()
        self.name = name
        self.type.tensorType.elemType = Int32(type.rawValue)
        self.type.tensorType.shape.dim = dimensions.map { dimension in
            var result = Onnx_TensorShapeProto.Dimension()
            switch dimension {
            case .fixed(let size): result.dimValue = Int64(size)
            case .named(let name): result.dimParam = name
            }
            return result
        }
    }
}
