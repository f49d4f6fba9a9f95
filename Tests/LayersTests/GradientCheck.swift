// Central finite differences of a random linear functional of a layer's output.

import Kernels
import Layers
import Tensors
import Testing

/// A layer with the way to call it.
struct CheckedLayer {
    /// From copies of the inputs, which it may overwrite, to the output.
    let forward: (_ inputs: [Tensor], _ pass: Pass) -> Tensor
    /// From the output's gradient: writes the inputs' gradients into `gradients`, which are zero.
    let backward: (_ dy: Tensor, _ gradients: [Tensor], _ pass: Pass) -> Void
}

/// One entry of the table of gradient checks.
struct GradientCheck: CustomTestStringConvertible, Sendable {
    /// Name of the type.
    let layer: String
    let variant: String
    /// Rows and columns of each input.
    let inputs: [[Int]]
    /// Builds the layer into the layout.
    let build: @Sendable (inout ParameterLayout) -> CheckedLayer
    /// Changes the parameters after they were filled with random numbers.
    var prepare: @Sendable (ParameterStore) -> Void = { _ in }
    /// Elements of a gradient that are zero by definition, not by the function: slot name and range.
    var frozen: [String: Range<Int>] = [:]

    var testDescription: String { variant.isEmpty ? layer : "\(layer), \(variant)" }
}

/// Sequences of 5, 1 and 3 tokens.
let checkedBatch = TokenBatch(
    tokens: [3, 0, 5, 2, 2, 6, 1, 3, 0], typeIDs: [0, 0, 0, 1, 1, 0, 0, 0, 1],
    positions: [0, 1, 2, 3, 4, 0, 0, 1, 2], offsets: [0, 5, 6, 9], sampleIDs: [12, 5, 1_000])

/// Normal numbers that depend on the seed alone.
func randomTensor(_ rows: Int, _ columns: Int, seed: UInt64, scale: Double = 1) -> Tensor {
    let tensor = Tensor(rows: rows, columns: columns)
    let key = RandomKey(seed: seed)
    tensor.copy(from: (0..<rows * columns).map { Float(key.normal(UInt64($0)) * scale) })
    return tensor
}

/// A layer in its arena with inputs and a functional: loss = Σ weights·output.
final class GradientChecker {
    let check: GradientCheck
    let layer: CheckedLayer
    let store: ParameterStore
    let inputs: [Tensor]
    private let workspace = Workspace()
    private var weights: Tensor?

    init(_ check: GradientCheck) {
        self.check = check
        var layout = ParameterLayout()
        layer = check.build(&layout)
        store = ParameterStore(layout: layout)
        inputs = check.inputs.enumerated().map {
            randomTensor($1[0], $1[1], seed: 100 + UInt64($0), scale: 0.8)
        }
        for slot in layout.slots {
            let isNormWeight = slot.initialization == .ones
            let noise = randomTensor(slot.rows, slot.columns, seed: 200 + UInt64(slot.index), scale: 0.4)
            noise.copy(from: noise.values().map { isNormWeight ? 1 + $0 / 2 : $0 })
            store.value(slot.index).copy(from: noise)
        }
        check.prepare(store)
    }

    private func start(completesGradients: Bool) -> (pass: Pass, output: Tensor) {
        workspace.reset()
        let pass = Pass(
            parameters: store, workspace: workspace, batch: checkedBatch, trainingKey: RandomKey(seed: 77),
            completesGradients: completesGradients)
        let copies = inputs.map { input in
            let copy = workspace.tensor(rows: input.rows, columns: input.columns)
            copy.copy(from: input)
            return copy
        }
        return (pass, layer.forward(copies, pass))
    }

    private func functional(_ output: Tensor) -> Tensor {
        if let weights { return weights }
        let new = randomTensor(output.rows, output.columns, seed: 300)
        weights = new
        return new
    }

    func loss() -> Double {
        let output = start(completesGradients: true).output
        return zip(output.values(), functional(output).values()).reduce(0) {
            $0 + Double($1.0) * Double($1.1)
        }
    }

    /// Gradients of the inputs, and of the parameters added into the arena.
    func backward(completesGradients: Bool = true) -> [Tensor] {
        let (pass, output) = start(completesGradients: completesGradients)
        let gradients = inputs.map { Tensor(rows: $0.rows, columns: $0.columns) }
        let dy = workspace.tensor(rows: output.rows, columns: output.columns)
        dy.copy(from: functional(output))
        layer.backward(dy, gradients, pass)
        return gradients
    }

    /// (loss(x + h) − loss(x − h)) / 2h for one element, extrapolated to h = 0 from two step sizes.
    private func slope(_ tensor: Tensor, _ row: Int, _ column: Int) -> Double {
        let value = tensor[row, column]
        defer { tensor[row, column] = value }
        func difference(_ step: Float) -> Double {
            tensor[row, column] = value + step
            let (above, x) = (loss(), Double(tensor[row, column]))
            tensor[row, column] = value - step
            return (above - loss()) / (x - Double(tensor[row, column]))
        }
        return (4 * difference(0.02) - difference(0.04)) / 3
    }

    /// Largest difference from the finite differences, relative to the largest gradient of the tensor or 1.
    func deviation(of gradient: Tensor, by tensor: Tensor, frozen: Range<Int> = 0..<0) -> Double {
        var (worst, largest) = (0.0, 1.0)
        for row in 0..<tensor.rows {
            for column in 0..<tensor.columns {
                let isFrozen = frozen.contains(row * tensor.columns + column)
                let expected = isFrozen ? 0 : slope(tensor, row, column)
                largest = max(largest, abs(expected))
                let difference = abs(Double(gradient[row, column]) - expected)
                worst = difference.isFinite ? max(worst, difference) : .infinity
            }
        }
        return worst / largest
    }
}
