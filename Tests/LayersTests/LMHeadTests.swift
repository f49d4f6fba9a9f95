// The output layer over a vocabulary: chunks of rows, and a table that an embedding shares.

import Kernels
import Layers
import Tensors
import Testing

@Suite struct LMHeadTests {
    /// More rows than one chunk has.
    private let rows = 1_100
    private let batch = TokenBatch(
        tokens: [0], typeIDs: [0], positions: [0], offsets: [0, 1], sampleIDs: [0])

    @Test("losses and gradients of many rows equal those of single ones", arguments: [0, 0.1])
    func chunks(smoothing: Double) {
        var layout = ParameterLayout()
        let head = LMHead(
            &layout, "head", vocabularySize: 11, width: 5, standardDeviation: 1, biasName: "bias")
        let store = ParameterStore(layout: layout)
        store.initialize(key: RandomKey(seed: 8))
        store.value(1).copy(from: randomTensor(1, 11, seed: 9))
        let h = randomTensor(rows, 5, seed: 10)
        let targets = (0..<rows).map { Int32($0 * 7 % 11) }
        let pass = Pass(
            parameters: store, workspace: Workspace(), batch: batch, trainingKey: RandomKey(seed: 1))
        let gradient = Tensor(rows: rows, columns: 5)
        let all = head.lossSums(
            h, targets: targets, scale: 0.5, labelSmoothing: smoothing, gradient: gradient, pass)
        let together = store.gradients.values()
        store.gradients.clear()
        var (loss, correct) = (0.0, 0)
        let single = Tensor(rows: rows, columns: 5)
        for row in 0..<rows {
            let one = head.lossSums(
                h.rows(row..<row + 1), targets: [targets[row]], scale: 0.5, labelSmoothing: smoothing,
                gradient: single.rows(row..<row + 1), pass)
            loss += one.loss
            correct += one.correct
        }
        #expect(abs(all.loss - loss) < 1e-5 * loss && all.correct == correct)
        if smoothing == 0 {
            let rows = head.losses(h, targets: targets, pass)
            #expect(rows.losses.count == self.rows && rows.isCorrect.count { $0 } == correct)
            #expect(abs(rows.losses.reduce(0, +) - loss) < 1e-5 * loss)
        }
        #expect(zip(gradient.values(), single.values()).allSatisfy { abs($0 - $1) < 1e-5 })
        let largest = together.reduce(0) { max($0, abs($1)) }
        #expect(zip(together, store.gradients.values()).allSatisfy { abs($0 - $1) < 1e-5 * largest })
    }

    @Test("the gradient of a tied table is the sum of both uses, the padding id's from the head alone")
    func tying() {
        var layout = ParameterLayout()
        let table = Embedding(
            &layout, "table", count: 7, width: 4, standardDeviation: 1, paddingID: 2)
        let head = LMHead(&layout, tiedTo: table)
        #expect(layout.slots.count == 1 && head.vocabularySize == 7 && head.width == 4)
        let store = ParameterStore(layout: layout)
        store.initialize(key: RandomKey(seed: 3))
        var reported = 0
        store.onGradientReady = { _ in reported += 1 }
        let pass = Pass(
            parameters: store, workspace: Workspace(), batch: batch, trainingKey: RandomKey(seed: 1))
        let h = randomTensor(3, 4, seed: 5)
        let dh = Tensor(rows: 3, columns: 4)
        _ = head.lossSums(h, targets: [0, 2, 6], scale: 1, labelSmoothing: 0, gradient: dh, pass)
        #expect(reported == 0)
        let fromHead = store.gradients.values()
        let dy = randomTensor(3, 4, seed: 6)
        table.backward(gradient: dy, [2, 5, 2], pass)
        #expect(reported == 1)
        store.onGradientReady = nil
        for row in 0..<7 {
            for column in 0..<4 {
                let added = row == 5 ? dy[1, column] : 0
                #expect(abs(store.gradient(0)[row, column] - fromHead[row * 4 + column] - added) < 1e-6)
            }
        }
    }
}
