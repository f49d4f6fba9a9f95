// The operators that layers are made of, by short names.

extension GraphRecorder {
    package func sum(_ a: GraphValue, _ b: GraphValue) -> GraphValue { add("Add", [a, b]) }
    package func difference(_ a: GraphValue, _ b: GraphValue) -> GraphValue { add("Sub", [a, b]) }
    package func product(_ a: GraphValue, _ b: GraphValue) -> GraphValue { add("Mul", [a, b]) }
    package func quotient(_ a: GraphValue, _ b: GraphValue) -> GraphValue { add("Div", [a, b]) }
    package func matrixProduct(_ a: GraphValue, _ b: GraphValue) -> GraphValue { add("MatMul", [a, b]) }
    package func and(_ a: GraphValue, _ b: GraphValue) -> GraphValue { add("And", [a, b]) }

    /// `a` where the condition holds, else `b`.
    package func choice(_ condition: GraphValue, _ a: GraphValue, _ b: GraphValue) -> GraphValue {
        add("Where", [condition, a, b])
    }

    package func toFloat(_ x: GraphValue) -> GraphValue { cast(x, .float32) }
    package func toBool(_ x: GraphValue) -> GraphValue { cast(x, .bool) }

    /// `x` in another number format.
    package func cast(_ x: GraphValue, _ type: GraphElementType) -> GraphValue {
        add("Cast", [x], [("to", .integer(type.code))])
    }

    /// The shape as fixed extents: 0 keeps the one of that place, −1 takes what is left.
    package func reshape(_ x: GraphValue, _ shape: [Int]) -> GraphValue {
        add("Reshape", [x, integers(shape)])
    }

    package func transpose(_ x: GraphValue, _ order: [Int]) -> GraphValue {
        add("Transpose", [x], [("perm", .integers(order))])
    }

    package func unsqueeze(_ x: GraphValue, _ axes: [Int]) -> GraphValue {
        add("Unsqueeze", [x, integers(axes)])
    }

    package func squeeze(_ x: GraphValue, _ axes: [Int]) -> GraphValue {
        add("Squeeze", [x, integers(axes)])
    }

    package func concatenation(_ parts: [GraphValue], axis: Int) -> GraphValue {
        add("Concat", parts, [("axis", .integer(axis))])
    }

    /// Parts of `x` along its last axis.
    package func split(_ x: GraphValue, _ sizes: [Int]) -> [GraphValue] {
        add("Split", [x, integers(sizes)], [("axis", .integer(-1))], outputs: sizes.count)
    }

    /// `x[…, start:end, …]` along an axis.
    package func slice(_ x: GraphValue, axis: Int, from start: Int, to end: Int) -> GraphValue {
        add("Slice", [x, integers([start]), integers([end]), integers([axis])])
    }

    /// The entries of `x` along an axis that `indices` name.
    package func gather(_ x: GraphValue, _ indices: GraphValue, axis: Int = 0) -> GraphValue {
        add("Gather", [x, indices], [("axis", .integer(axis))])
    }

    /// One extent of `x`, without axes.
    package func extent(_ x: GraphValue, axis: Int) -> GraphValue {
        gather(add("Shape", [x]), integer(axis))
    }

    /// One extent of `x`, `[1]`.
    package func extents(_ x: GraphValue, axis: Int) -> GraphValue {
        gather(add("Shape", [x]), integers([axis]))
    }

    /// The whole numbers from `start` up to, not including, `end`.
    package func range(_ start: GraphValue, _ end: GraphValue) -> GraphValue {
        add("Range", [start, end, integer(1)])
    }

    package func softmax(_ x: GraphValue) -> GraphValue { add("Softmax", [x], [("axis", .integer(-1))]) }

    /// The mean over the last axis, which stays with one entry.
    package func mean(_ x: GraphValue) -> GraphValue {
        add("ReduceMean", [x], [("axes", .integers([-1])), ("keepdims", .integer(1))])
    }

    /// 0 where attention may look, the lowest number of float32 where it may not.
    package func attentionBias(_ allowed: GraphValue) -> GraphValue {
        choice(allowed, scalar(0), scalar(-Float.greatestFiniteMagnitude))
    }
}

extension GraphElementType {
    /// TensorProto.DataType of ONNX.
    package var code: Int {
        switch self {
        case .float32: 1
        case .int64: 7
        case .bool: 9
        }
    }
}
