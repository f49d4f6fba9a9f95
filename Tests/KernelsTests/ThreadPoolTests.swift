// Every kernel on one, two and three threads. The pool's size belongs to the whole process, so these tests
// run in processes of their own and leave it alone for the others.

import Foundation
import Kernels
import Tensors
import Testing

/// What each kernel computes from fixed inputs, at sizes that give every thread several blocks of uneven
/// length.
private let computations: [(name: String, values: @Sendable () -> [Float])] = [
    ("matrix product", matrixProducts), ("activation", activations), ("layer norm", layerNorm),
    ("attention", attention), ("dropout", dropout), ("element-wise", elementwise), ("tables", tables),
    ("AdamW and SGD", optimizers),
]

private func matrixProducts() -> [Float] {
    let out = Tensor(rows: 65, columns: 129)
    let bias = randomTensor(1, 129, seed: 3)
    MatrixProduct.run(randomTensor(65, 77, seed: 1), randomTensor(77, 129, seed: 2), bias: bias, into: out)
    let square = Tensor(rows: 77, columns: 129)
    MatrixProduct.run(
        randomTensor(65, 77, seed: 1), transposingA: true, out, into: square, accumulating: true)
    return out.values() + square.values()
}

private func activations() -> [Float] {
    Activation.allCases.flatMap { activation in
        let x = randomTensor(7, 1_001, seed: 1, scale: 3)
        let (y, again) = (Tensor(rows: 7, columns: 1_001), Tensor(rows: 7, columns: 1_001))
        activation.forward(x, into: y)
        activation.forward(replacingBySlope: x, into: again)
        return y.values() + again.values() + x.values()
    }
}

private func layerNorm() -> [Float] {
    let (rows, width) = (101, 49)
    let keys = RowRandomKeys(sampleIDs: (0..<UInt64(rows)).map { $0 })
    let dropout = Dropout(key: RandomKey(seed: 1), probability: 0.2)
    let results = (0..<4).map { _ in Tensor(rows: rows, columns: width) }
    let gamma = randomTensor(1, width, seed: 3)
    let sums = [randomTensor(1, width, seed: 5), randomTensor(1, width, seed: 6)]
    let (mean, rstd) = (Tensor(rows: 1, columns: rows), Tensor(rows: 1, columns: rows))
    LayerNormKernel.forward(
        randomTensor(rows, width, seed: 1), residual: randomTensor(rows, width, seed: 2), gamma: gamma,
        beta: randomTensor(1, width, seed: 4), epsilon: 1e-5, dropout: dropout, keys: keys, sum: results[0],
        into: results[1], mean: mean, rstd: rstd)
    LayerNormKernel.backward(
        gradient: randomTensor(rows, width, seed: 7), sum: results[0], gamma: gamma, mean: mean, rstd: rstd,
        dropout: dropout, keys: keys, dsum: results[2], dx: results[3], dgamma: sums[0], dbeta: sums[1],
        partials: Tensor(rows: ThreadPool.partialSumCount, columns: 2 * width))
    return (results + sums + [mean, rstd]).flatMap { $0.values() }
}

private func attention() -> [Float] {
    let offsets: [Int32] = [0, 3, 60, 61, 161]
    let kernel = AttentionKernel(heads: 4, keyValueHeads: 2, headSize: 12, isCausal: true)
    let keys = RowRandomKeys(sampleIDs: [5, 6, 7, 8], offsets: offsets)
    let dropout = Dropout(key: RandomKey(seed: 2), probability: 0.1)
    let (q, dq) = (randomTensor(161, 48, seed: 1), Tensor(rows: 161, columns: 48))
    let (k, dk) = (randomTensor(161, 24, seed: 2), Tensor(rows: 161, columns: 24))
    let (v, dv) = (randomTensor(161, 24, seed: 3), Tensor(rows: 161, columns: 24))
    let (out, logSumExp) = (Tensor(rows: 161, columns: 48), Tensor(rows: 161, columns: 4))
    let scratch = Tensor(rows: 1, columns: kernel.scratchCount(length: 100))
    kernel.forward(
        q: q, k: k, v: v, queryOffsets: offsets, keyOffsets: offsets, keys: keys, dropout: dropout, into: out,
        logSumExp: logSumExp, scratch: scratch)
    kernel.backward(
        gradient: randomTensor(161, 48, seed: 4), q: q, k: k, v: v, out: out, logSumExp: logSumExp,
        queryOffsets: offsets, keyOffsets: offsets, keys: keys, dropout: dropout, dq: dq, dk: dk, dv: dv,
        scratch: scratch)
    return [out, logSumExp, dq, dk, dv].flatMap { $0.values() }
}

private func dropout() -> [Float] {
    let x = randomTensor(33, 65, seed: 1)
    let keys = RowRandomKeys(sampleIDs: (0..<33).map { $0 })
    Dropout(key: RandomKey(seed: 3), probability: 0.5).apply(to: x, keys: keys, into: x)
    return x.values()
}

private func elementwise() -> [Float] {
    let (x, y) = (randomTensor(91, 203, seed: 1), randomTensor(91, 203, seed: 2))
    let sums = Tensor(rows: 1, columns: 203)
    Elementwise.add(x, to: y)
    Elementwise.scale(y, by: 1.5)
    Elementwise.addColumnSums(of: y, to: sums)
    let squares = Elementwise.sumOfSquares(randomTensor(1, 150_000, seed: 3))
    return y.values() + sums.values() + [Float(squares)]
}

private func tables() -> [Float] {
    let table = randomTensor(50, 200, seed: 1)
    let ids = (0..<99).map { Int32($0 * $0 % 50) }
    let out = Tensor(rows: 99, columns: 200)
    EmbeddingTable.gather(table, ids: ids, into: out)
    EmbeddingTable.scatterAdd(out, ids: ids.reversed(), to: table)
    return out.values() + table.values()
}

private func optimizers() -> [Float] {
    let tensors = (1...5).map { randomTensor(1, 20_011, seed: $0) }
    Elementwise.scale(tensors[3], by: 0)
    AdamWUpdate(
        learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, step: 3,
        gradientScale: 0.5
    ).apply(
        values: tensors[0], gradients: tensors[1], firstMoments: tensors[2], secondMoments: tensors[3])
    SGDUpdate(learningRate: 0.1, momentum: 0.9, weightDecay: 0.1, gradientScale: 1, isFirst: false)
        .apply(values: tensors[0], gradients: tensors[1], momentumBuffer: tensors[4])
    return tensors.flatMap { $0.values() }
}

@Suite struct ThreadPoolTests {
    @Test("results are bitwise the same on repeat, and within rounding on 1, 2 and 3 threads")
    func threadCounts() async {
        await #expect(processExitsWith: .success) {
            for (name, values) in computations {
                ThreadPool.configure(threadCount: 1)
                let single = values()
                for threads in 1...3 {
                    ThreadPool.configure(threadCount: threads)
                    #expect(ThreadPool.threadCount == threads)
                    let found = values()
                    for _ in 0..<3 { #expect(values() == found, "\(name), \(threads) threads, repeated") }
                    #expect(deviation(found, single.map { Double($0) }) < 1e-6, "\(name), \(threads) threads")
                }
            }
        }
    }

    @Test("asked for, every result is bitwise the same on 1 to 5 threads")
    func reproducible() async {
        await #expect(processExitsWith: .success) {
            for (name, values) in computations {
                ThreadPool.configure(threadCount: 1)
                let single = ThreadPool.run(isReproducible: true) { values() }
                for threads in 2...5 {
                    ThreadPool.configure(threadCount: threads)
                    let found = ThreadPool.run(isReproducible: true) { values() }
                    #expect(found == single, "\(name), \(threads) threads")
                }
            }
        }
    }

    @Test("sums that do not depend on the number of threads are bitwise equal on all")
    func sumOfSquares() async {
        await #expect(processExitsWith: .success) {
            let x = randomTensor(1, 500_001, seed: 1)
            let sums = (1...3).map { threads in
                ThreadPool.configure(threadCount: threads)
                return Elementwise.sumOfSquares(x)
            }
            #expect(Set(sums).count == 1)
        }
    }

    @Test(
        "oneDNN's products run on the pool's threads, whichever thread calls them, and on one thread when it has one"
    )
    func productsShareThePool() async {
        await #expect(processExitsWith: .success) {
            for threads in [1, 3] {
                ThreadPool.configure(threadCount: threads)
                let regions = await withCheckedContinuation { continuation in
                    Thread.detachNewThread {
                        let (a, b) = (randomTensor(256, 256, seed: 1), randomTensor(256, 256, seed: 2))
                        let out = Tensor(rows: 256, columns: 256)
                        let before = ThreadPool.regionCount
                        MatrixProduct.run(a, b, into: out)
                        continuation.resume(returning: ThreadPool.regionCount - before)
                    }
                }
                #expect(threads == 1 ? regions == 0 : regions > 0, "\(threads) threads: \(regions) regions")
            }
        }
    }

    @Test("several threads start regions at the same time, each with workers of its own, and end")
    func concurrentRegions() async {
        await #expect(processExitsWith: .success) {
            ThreadPool.configure(threadCount: 3)
            let x = randomTensor(1, 300_001, seed: 1)
            let expected = Elementwise.sumOfSquares(x)
            for _ in 0..<5 {
                await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<6 {
                        group.addTask {
                            await withCheckedContinuation { continuation in
                                Thread.detachNewThread {
                                    let sums = (0..<40).map { _ in Elementwise.sumOfSquares(x) }
                                    continuation.resume(returning: sums.allSatisfy { $0 == expected })
                                }
                            }
                        }
                    }
                    for await isEqual in group { #expect(isEqual) }
                }
            }
        }
    }
}
