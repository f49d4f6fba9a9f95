// A block that computes some rows alone equals the same rows of the whole computation, dropout included.

import Kernels
import Layers
import Tensors
import Testing

@Suite struct SelectedRowsTests {
    private let width = 8
    /// The first token of each sequence; some tokens of two of three sequences; the last token alone.
    static let selections: [[Int32]] = [checkedBatch.offsets.dropLast(), [1, 2, 5, 6], [8]]

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

    @Test("values, input gradients and parameter gradients agree", arguments: [Float(0), 0.3], selections)
    func equalsWholeComputation(probability: Float, ids: [Int32]) {
        var layout = ParameterLayout()
        let block = encoderBlock(&layout, width: width, probability: probability)
        let (whole, selected) = (store(layout), store(layout))
        let count = ids.count
        let x = randomTensor(9, width, seed: 1)
        let dy = randomTensor(count, width, seed: 2)

        let wholePass = pass(whole)
        let y = block.forward(x, wholePass)
        let wideGradient = Tensor(rows: 9, columns: width)
        let output = Tensor(rows: count, columns: width)
        for (index, row) in ids.map(Int.init).enumerated() {
            wideGradient.rows(row..<row + 1).copy(from: dy.rows(index..<index + 1))
            output.rows(index..<index + 1).copy(from: y.rows(row..<row + 1))
        }
        let dx = Tensor(rows: 9, columns: width)
        block.backward(gradient: wideGradient, into: dx, wholePass)

        let selectedPass = pass(selected)
        let few = block.forward(x, rows: SelectedRows(ids, of: selectedPass), selectedPass)
        expectEqual(few, output, "output")
        let sum = Tensor(rows: 9, columns: width)
        block.backward(gradient: dy, into: sum, selectedPass)
        expectEqual(sum, dx, "input gradient")
        for slot in layout.slots {
            expectEqual(selected.gradient(slot.index), whole.gradient(slot.index), slot.name)
        }
    }

    /// A bidirectional pre-norm block with two query heads for each key/value head; with a window its
    /// positions are rotary ones.
    private func preNormBlock(
        _ layout: inout ParameterLayout, window: Int?, probability: Float
    ) -> PreNormBlock {
        func norm(_ name: String, _ layout: inout ParameterLayout) -> ResidualNorm {
            ResidualNorm(
                &layout, name, width: width, kind: .layer, epsilon: 1e-5, dropoutProbability: probability)
        }
        let attentionNorm = norm("norm1", &layout)
        let attention = GroupedQueryAttention(
            &layout, "attention", .separate(query: "query", key: "key", value: "value"), outputName: "output",
            shape: .init(width: width, heads: 4, keyValueHeads: 2, isCausal: false, window: window),
            rotary: window.map { _ in RotaryEmbedding(headSize: 2, base: 20, scaling: .none) },
            dropoutProbability: probability, standardDeviation: 0.4)
        let feedForwardNorm = norm("norm2", &layout)
        let feedForward = FeedForward(
            &layout, innerName: "inner", outerName: "outer", width: width, innerWidth: 12, activation: .gelu,
            standardDeviation: 0.4)
        return PreNormBlock(
            attentionNorm: attentionNorm, attention: attention, feedForwardNorm: feedForwardNorm,
            feedForward: feedForward)
    }

    private func rows(_ ids: [Int32], of x: Tensor) -> Tensor {
        let result = Tensor(rows: ids.count, columns: width)
        for (index, row) in ids.map(Int.init).enumerated() {
            result.rows(index..<index + 1).copy(from: x.rows(row..<row + 1))
        }
        return result
    }

    private func spread(_ ids: [Int32], _ x: Tensor) -> Tensor {
        let result = Tensor(rows: 9, columns: width)
        for (index, row) in ids.map(Int.init).enumerated() {
            result.rows(row..<row + 1).copy(from: x.rows(index..<index + 1))
        }
        return result
    }

    private func copy(_ x: Tensor) -> Tensor {
        let result = Tensor(rows: x.rows, columns: x.columns)
        result.copy(from: x)
        return result
    }

    @Test("a pre-norm block agrees too", arguments: [Float(0), 0.3], selections)
    func preNorm(probability: Float, ids: [Int32]) {
        for window in [nil, 1, 9] { preNorm(window: window, probability: probability, ids: ids) }
    }

    private func preNorm(window: Int?, probability: Float, ids: [Int32]) {
        var layout = ParameterLayout()
        let block = preNormBlock(&layout, window: window, probability: probability)
        let (whole, selected) = (store(layout), store(layout))
        let (branch, stream) = (randomTensor(9, width, seed: 1), randomTensor(9, width, seed: 2))
        let (dbranch, dstream) = (
            randomTensor(ids.count, width, seed: 3), randomTensor(ids.count, width, seed: 4)
        )

        let wholePass = pass(whole)
        let expected = block.forward(copy(branch), stream: stream, wholePass)
        let (wantedBranch, wantedStream) = (rows(ids, of: expected.branch), rows(ids, of: expected.stream))
        let wideStream = spread(ids, dstream)
        let wideBranch = copy(
            block.backward(
                gradient: spread(ids, dbranch), streamGradient: wideStream,
                spare: Tensor(rows: 9, columns: width), wholePass))

        let selectedPass = pass(selected)
        let found = block.forward(
            copy(branch), stream: stream, rows: SelectedRows(ids, of: selectedPass), selectedPass)
        expectEqual(found.branch, wantedBranch, "branch")
        expectEqual(found.stream, wantedStream, "stream")
        let streamGradient = Tensor(rows: 9, columns: width)
        let branchGradient = block.backward(
            gradient: dbranch, selectedStreamGradient: dstream, streamGradient: streamGradient,
            spare: Tensor(rows: 9, columns: width), selectedPass)
        expectEqual(branchGradient, wideBranch, "branch gradient")
        expectEqual(streamGradient, wideStream, "stream gradient")
        for slot in layout.slots {
            expectEqual(selected.gradient(slot.index), whole.gradient(slot.index), slot.name)
        }
    }
}
