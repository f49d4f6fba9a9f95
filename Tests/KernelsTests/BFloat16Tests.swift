// Kernels on bfloat16 activations: equal to the float32 kernels on the same numbers, but for one rounding at
// the end.

import Kernels
import Tensors
import Testing

/// Random numbers that bfloat16 holds exactly, in both formats.
private struct Pair {
    let exact, rounded: Tensor

    init(_ rows: Int, _ columns: Int, seed: UInt64) {
        exact = randomTensor(rows, columns, seed: seed)
        exact.copy(from: exact.values().map { BFloat16($0).float })
        rounded = Tensor(rows: rows, columns: columns, type: .bfloat16)
        Conversion.copy(exact, to: rounded)
    }

    /// Whether each rounded number is the exact one but for one rounding.
    var isRounded: Bool {
        zip(rounded.values(), exact.values()).allSatisfy { abs($0 - $1) <= 0x1p-8 * max(abs($1), 1e-3) }
    }

    /// Whether they differ by some roundings of the terms that they are sums of.
    func isNear(roundings: Float = 4) -> Bool { near(rounded, exact, roundings: roundings) }
}

/// Whether no number differs by more than so many roundings of the largest.
private func near(_ found: Tensor, _ expected: Tensor, roundings: Float = 4) -> Bool {
    let largest = expected.values().reduce(0) { max($0, abs($1)) }
    return zip(found.values(), expected.values()).allSatisfy { abs($0 - $1) <= roundings * 0x1p-9 * largest }
}

@Suite struct BFloat16Tests {
    @Test("conversion rounds to nearest even, and keeps zeros, infinities and NaN")
    func conversion() {
        let special: [Float] = [
            0, -0.0, 1, 1.00390625, 1.01171875, 1.005, -1.005, 3.4e38, -3.4e38,
            Float(bitPattern: 0x0001_1170), .infinity, -.infinity,
            .nan, Float(bitPattern: 0x7F80_0001), Float(bitPattern: 0x7FFF_FFFF),
        ]
        for count in oddSizes {
            let x = randomTensor(1, count, seed: 1, scale: 100)
            for (place, value) in special.enumerated() where place < count { x[0, place] = value }
            let y = Tensor(rows: 1, columns: count, type: .bfloat16)
            Conversion.copy(x, to: y)
            for (found, value) in zip(y.values(), x.values()) {
                let expected = BFloat16(value).float
                #expect(found == expected && found.sign == expected.sign || found.isNaN && expected.isNaN)
            }
            let back = Tensor(rows: 1, columns: count)
            Conversion.copy(y, to: back)
            #expect(zip(back.values(), y.values()).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
        }
    }

    @Test("activations, forward and slope", arguments: Activation.allCases)
    func activations(activation: Activation) {
        for count in oddSizes {
            let x = Pair(1, count, seed: 2)
            let y = Pair(1, count, seed: 4)
            activation.forward(x.exact, into: y.exact)
            activation.forward(x.rounded, into: y.rounded)
            #expect(y.isRounded)
            activation.forward(replacingBySlope: x.exact, into: y.exact)
            activation.forward(replacingBySlope: x.rounded, into: y.rounded)
            #expect(x.isRounded && y.isRounded)
        }
    }

    @Test("layer norm with dropout and residual, forward and backward", arguments: [0, 0.2] as [Float])
    func layerNorm(probability: Float) {
        let (rows, columns) = (7, 50)
        let dropout = Dropout(key: RandomKey(seed: 5), probability: probability)
        let keys = RowRandomKeys(sampleIDs: [1, 2], offsets: [0, 3, 7])
        let (x, residual, y) = (
            Pair(rows, columns, seed: 1), Pair(rows, columns, seed: 2), Pair(rows, columns, seed: 3)
        )
        let (dy, dsum, dx) = (
            Pair(rows, columns, seed: 4), Pair(rows, columns, seed: 5), Pair(rows, columns, seed: 6)
        )
        let gamma = randomTensor(1, columns, seed: 7)
        let beta = randomTensor(1, columns, seed: 8)
        var gradients: [[Tensor]] = []
        for isExact in [true, false] {
            func pick(_ pair: Pair) -> Tensor { isExact ? pair.exact : pair.rounded }
            let (mean, rstd) = (Tensor(rows: 1, columns: rows), Tensor(rows: 1, columns: rows))
            LayerNormKernel.forward(
                pick(x), residual: pick(residual), gamma: gamma, beta: beta, epsilon: 1e-5, dropout: dropout,
                keys: keys, sum: pick(x), into: pick(y), mean: mean, rstd: rstd)
            let (dgamma, dbeta) = (Tensor(rows: 1, columns: columns), Tensor(rows: 1, columns: columns))
            LayerNormKernel.backward(
                gradient: pick(dy), sum: pick(x), gamma: gamma, mean: mean, rstd: rstd, dropout: dropout,
                keys: keys, dsum: pick(dsum), dx: pick(dx), dgamma: dgamma, dbeta: dbeta,
                partials: Tensor(rows: ThreadPool.threadCount, columns: 2 * columns))
            gradients.append([mean, rstd, dgamma, dbeta])
        }
        #expect(
            x.isRounded && y.isNear() && dsum.isNear() && dx.isNear())
        for (exact, rounded) in zip(gradients[0], gradients[1]) {
            #expect(near(rounded, exact))
        }
    }

    @Test("attention, forward and backward", arguments: [false, true])
    func attention(isCausal: Bool) {
        let shape = AttentionShape(
            heads: 4, keyValueHeads: 2, isCausal: isCausal, queryLengths: [5, 70, 1], keyLengths: [5, 70, 1],
            probability: 0.1)
        let (tokens, width, narrow) = (shape.queryCount, shape.width, shape.narrowWidth)
        let (q, k, v) = (
            Pair(tokens, width, seed: 1), Pair(tokens, narrow, seed: 2), Pair(tokens, narrow, seed: 3)
        )
        let (out, dout, dq) = (
            Pair(tokens, width, seed: 4), Pair(tokens, width, seed: 5), Pair(tokens, width, seed: 6)
        )
        let (dk, dv) = (Pair(tokens, narrow, seed: 7), Pair(tokens, narrow, seed: 8))
        let keys = RowRandomKeys(sampleIDs: shape.sampleIDs, offsets: shape.queryOffsets)
        let scratch = Tensor(rows: 1, columns: shape.kernel.scratchCount(length: 70))
        for isExact in [true, false] {
            func pick(_ pair: Pair) -> Tensor { isExact ? pair.exact : pair.rounded }
            let logSumExp = Tensor(rows: tokens, columns: shape.heads)
            shape.kernel.forward(
                q: pick(q), k: pick(k), v: pick(v), queryOffsets: shape.queryOffsets,
                keyOffsets: shape.keyOffsets,
                keys: keys, dropout: shape.dropout, into: pick(out), logSumExp: logSumExp, scratch: scratch)
            shape.kernel.backward(
                gradient: pick(dout), q: pick(q), k: pick(k), v: pick(v), out: pick(out),
                logSumExp: logSumExp,
                queryOffsets: shape.queryOffsets, keyOffsets: shape.keyOffsets, keys: keys,
                dropout: shape.dropout,
                dq: pick(dq), dk: pick(dk), dv: pick(dv), scratch: scratch)
        }
        #expect(out.isNear())
        #expect(dq.isNear() && dk.isNear() && dv.isNear())
    }

    @Test("products, with bias, accumulation, a factor, and float32 results")
    func products() {
        for (m, n, k) in [(1, 1, 1), (5, 17, 33), (48, 31, 64), (33, 100, 7)] {
            let (a, b, out) = (Pair(m, k, seed: 1), Pair(n, k, seed: 2), Pair(m, n, seed: 3))
            let factor = Pair(m, n, seed: 4)
            let bias = randomTensor(1, n, seed: 5)
            let sums = Tensor(rows: m, columns: n)
            MatrixProduct.run(a.rounded, b.rounded, transposingB: true, bias: bias, into: sums)
            MatrixProduct.run(a.exact, b.exact, transposingB: true, bias: bias, into: out.exact)
            MatrixProduct.run(a.rounded, b.rounded, transposingB: true, bias: bias, into: out.rounded)
            #expect(deviation(sums, matrix(out.exact)) < 1e-5)
            #expect(out.isRounded)
            for accumulating in [false, true] {
                let (x, y) = (Pair(m, n, seed: 6), Pair(m, n, seed: 6))
                let expected = matrix(out.exact).enumerated().map { i, row in
                    row.indices.map { j in
                        let product = row[j] - Double(bias[0, j])
                        return (product + (accumulating ? Double(x.exact[i, j]) : 0))
                            * Double(factor.exact[i, j])
                    }
                }
                MatrixProduct.run(
                    a.exact, b.exact, transposingB: true, into: x.exact, accumulating: accumulating,
                    multiplyingBy: factor.exact)
                MatrixProduct.run(
                    a.rounded, b.rounded, transposingB: true, into: y.rounded, accumulating: accumulating,
                    multiplyingBy: factor.rounded)
                #expect(deviation(x.exact, expected) < 1e-5)
                #expect(near(y.rounded, x.exact))
            }
        }
    }

    @Test("dropout, column sums, products of elements, look-ups and their sums")
    func rows() {
        let (x, table) = (Pair(5, 70, seed: 1), Pair(9, 70, seed: 2))
        let keys = RowRandomKeys(sampleIDs: [1, 2], offsets: [0, 2, 5])
        let dropout = Dropout(key: RandomKey(seed: 3), probability: 0.3)
        dropout.apply(to: x.exact, keys: keys, into: x.exact)
        dropout.apply(to: x.rounded, keys: keys, into: x.rounded)
        #expect(x.isRounded)
        let (exactSums, sums) = (Tensor(rows: 1, columns: 70), Tensor(rows: 1, columns: 70))
        Conversion.copy(x.rounded, to: x.exact)
        Elementwise.addColumnSums(of: x.exact, to: exactSums)
        Elementwise.addColumnSums(of: x.rounded, to: sums)
        #expect(sums.values() == exactSums.values())
        let ids: [[Int32]] = [[8, 0, 3, 3, 1], [1, 1, 2, 7, 0], [4, 5, 6, 7, 8]]
        for count in 1...3 {
            let y = Pair(5, 70, seed: 4)
            let parts = ids.prefix(count).map { (table: table.exact, ids: $0) }
            EmbeddingTable.gatherSum(parts, into: y.exact)
            EmbeddingTable.gatherSum(parts, into: y.rounded)
            let expected = (0..<5).map { row in
                (0..<70).map { column in
                    ids.prefix(count).reduce(0.0) { $0 + Double(table.exact[Int($1[row]), column]) }
                }
            }
            #expect(deviation(y.exact, expected) < 1e-6 && y.isRounded)
        }
        let (gradient, target) = (Tensor(rows: 9, columns: 70), Pair(9, 70, seed: 5))
        let before = matrix(target.exact)
        EmbeddingTable.scatterAdd(x.rounded, ids: ids[0], to: gradient)
        EmbeddingTable.scatterAdd(x.rounded, ids: ids[0], to: target.rounded)
        var expected = Matrix(repeating: [Double](repeating: 0, count: 70), count: 9)
        for (row, id) in ids[0].enumerated() {
            for column in 0..<70 { expected[Int(id)][column] += Double(x.exact[row, column]) }
        }
        #expect(deviation(gradient, expected) < 1e-6)
        for row in 0..<9 {
            for column in 0..<70 {
                target.exact[row, column] = Float(expected[row][column] + before[row][column])
            }
        }
        #expect(target.isNear())
    }

    @Test("AdamW rounds the new values into the copy and changes nothing else")
    func adamW() {
        let update = AdamWUpdate(
            learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, step: 3,
            gradientScale: 0.5)
        for count in oddSizes {
            let runs = [false, true].map { hasCopy in
                let arenas = (1...4).map { randomTensor(1, count, seed: $0) }
                arenas[3].copy(from: arenas[3].values().map { $0 * $0 })
                let copy = hasCopy ? Tensor(rows: 1, columns: count, type: .bfloat16) : nil
                update.apply(
                    values: arenas[0], gradients: arenas[1], firstMoments: arenas[2],
                    secondMoments: arenas[3],
                    copy: copy)
                if let copy {
                    #expect(copy.values() == arenas[0].values().map { BFloat16($0).float })
                }
                return arenas.map { $0.values() }
            }
            #expect(runs[0] == runs[1])
        }
    }
}
