// The dense layer y = x·Wᵀ + b, with or without b.

internal import Kernels
package import Tensors

/// A dense layer with weights `[outputs, inputs]`, the layout of torch.nn.Linear.
package final class Linear: Layer {
    package let inputs: Int
    package let outputs: Int
    /// What its slots are named after.
    let name: String
    let weight: Int
    let bias: Int?

    /// Adds the slots `name.weight` and, with `hasBias`, `name.bias`. `parts` names the tensors of the file
    /// that are stacked in it, from the top, when they are not `name` itself: `shares` of the outputs, equal
    /// ones by default. Files hold the weights transposed when `isTransposed`, as GPT-2's do, or in
    /// `weightShape`, the shape of a convolution.
    package init(
        _ layout: inout ParameterLayout, _ name: String, inputs: Int, outputs: Int, standardDeviation: Float,
        parts: [String]? = nil, shares: [Int]? = nil, hasBias: Bool = true, isTransposed: Bool = false,
        weightShape: [Int]? = nil
    ) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        let names = parts ?? [name]
        let shares = shares ?? names.map { _ in outputs / names.count }
        precondition(!isTransposed || names.count == 1, "a transposed matrix has no parts")
        let starts = shares.indices.map { shares[..<$0].reduce(0, +) }
        weight = layout.add(
            name + ".weight", rows: outputs, columns: inputs, hasWeightDecay: true,
            initialization: .normal(standardDeviation: standardDeviation),
            tensors: names.enumerated().map { index, part in
                CheckpointTensor(
                    name: part + ".weight",
                    shape: weightShape
                        ?? (isTransposed ? [inputs, shares[index]] : [shares[index], inputs]),
                    offset: starts[index] * inputs, isTransposed: isTransposed)
            }, isLinear: true)
        guard hasBias else {
            bias = nil
            return
        }
        bias = layout.add(
            name + ".bias", rows: 1, columns: outputs, hasWeightDecay: false, initialization: .zeros,
            tensors: names.enumerated().map { index, part in
                CheckpointTensor(name: part + ".bias", shape: [shares[index]], offset: starts[index])
            })
    }

    /// `y[T, n] = x[T, inputs]·Wᵀ + b` for the outputs in `range` (all by default), in the pass's format or
    /// in `type`.
    package func forward(
        _ x: Tensor, _ pass: Pass, outputs range: Range<Int>? = nil, type: ElementType? = nil
    ) -> Tensor {
        let range = range ?? 0..<outputs
        let y = pass.workspace.tensor(
            rows: x.rows, columns: range.count, type: type ?? pass.activationType)
        pass.multiply(
            x, slot: weight, outputs: range, bias: bias.map { pass.parameters.value($0).columns(range) },
            into: y)
        for adapter in pass.parameters.adapters[weight] ?? [] {
            adapter.forward(x, addingTo: y, outputs: range, pass)
        }
        return y
    }

    /// Adds the gradients of weights and bias for the outputs in `range`; writes `dx = dy·W`, or adds it when
    /// `accumulating`; with `slope [T, inputs]`, that of an activation before this layer, writes
    /// `(dy·W)·slope`. `x` is the input of the forward pass.
    package func backward(
        gradient dy: Tensor, input x: Tensor, _ pass: Pass, into dx: Tensor?, accumulating: Bool = false,
        slope: Tensor? = nil, outputs range: Range<Int>? = nil
    ) {
        let dy = pass.converted(dy)
        let parameters = pass.parameters
        if parameters.isTrainable(weight) {
            if let range {
                MatrixProduct.run(
                    dy, transposingA: true, x, into: parameters.gradient(weight).rows(range),
                    accumulating: true)
            } else {
                let (gradient, isAdded) = parameters.gradientForProduct(weight)
                MatrixProduct.run(dy, transposingA: true, x, into: gradient, accumulating: isAdded)
            }
        }
        let range = range ?? 0..<outputs
        if let bias, parameters.isTrainable(bias) {
            Elementwise.addColumnSums(of: dy, to: parameters.gradient(bias).columns(range))
        }
        let adapters = parameters.adapters[weight] ?? []
        if let dx {
            MatrixProduct.run(
                dy, parameters.operand(weight).rows(range), into: dx, accumulating: accumulating,
                multiplyingBy: adapters.isEmpty ? slope : nil)
        }
        for adapter in adapters {
            adapter.backward(gradient: dy, input: x, addingTo: dx, outputs: range, pass)
        }
        if let dx, let slope, !adapters.isEmpty { Elementwise.multiply(dx, by: slope) }
    }

    /// Says that the gradients of this pass are complete.
    package func finishBackward(_ pass: Pass) {
        for adapter in pass.parameters.adapters[weight] ?? [] { adapter.finishBackward(pass) }
        if let bias { pass.markReady(bias) }
        pass.markReady(weight)
    }
}
