// A block that computes one row a sequence equals the same rows of the whole computation, dropout included.

import Layers
import Tensors
import Testing

@Suite struct SelectedRowsTests {
    private let width = 8

    private func store(_ layout: ParameterLayout) -> ParameterStore {
        let store = ParameterStore(layout: layout)
        store.initialize(key: RandomKey(seed: 5))
        return store
    }

    private func pass(_ store: ParameterStore) -> Pass {
        Pass(
            parameters: store, workspace: Workspace(), batch: checkedBatch, trainingKey: RandomKey(seed: 9))
    }

    private func largest(_ values: [Float]) -> Float { values.reduce(0) { max($0, abs($1)) } }

    private func expectEqual(_ found: Tensor, _ expected: Tensor, _ what: String) {
        let difference = zip(found.values(), expected.values()).map { $0 - $1 }
        #expect(found.count == expected.count && largest(expected.values()) > 0, "\(what)")
        #expect(largest(difference) <= 3e-6 * max(1, largest(expected.values())), "\(what)")
    }

    @Test("values, input gradients and parameter gradients agree", arguments: [Float(0), 0.3])
    func equalsWholeComputation(probability: Float) {
        var layout = ParameterLayout()
        let block = encoderBlock(&layout, width: width, probability: probability)
        let (whole, selected) = (store(layout), store(layout))
        let firstRows = checkedBatch.offsets.dropLast().map { Int($0) }
        let x = randomTensor(9, width, seed: 1)
        let dy = randomTensor(3, width, seed: 2)

        let wholePass = pass(whole)
        let y = block.forward(x, wholePass)
        let wideGradient = Tensor(rows: 9, columns: width)
        let output = Tensor(rows: 3, columns: width)
        for (index, row) in firstRows.enumerated() {
            wideGradient.rows(row..<row + 1).copy(from: dy.rows(index..<index + 1))
            output.rows(index..<index + 1).copy(from: y.rows(row..<row + 1))
        }
        let dx = Tensor(rows: 9, columns: width)
        block.backward(gradient: wideGradient, into: dx, wholePass)

        let selectedPass = pass(selected)
        let first = Tensor(rows: 3, columns: width)
        for (index, row) in firstRows.enumerated() {
            first.rows(index..<index + 1).copy(from: x.rows(row..<row + 1))
        }
        let few = block.forward(x, selected: first, selectedPass)
        expectEqual(few, output, "output")
        let sum = Tensor(rows: 9, columns: width)
        let dfirst = Tensor(rows: 3, columns: width)
        block.backward(gradient: dy, into: sum, selectedGradient: dfirst, selectedPass)
        for (index, row) in firstRows.enumerated() {
            for column in 0..<width { sum[row, column] += dfirst[index, column] }
        }
        expectEqual(sum, dx, "input gradient")
        for slot in layout.slots {
            expectEqual(selected.gradient(slot.index), whole.gradient(slot.index), slot.name)
        }
    }
}
