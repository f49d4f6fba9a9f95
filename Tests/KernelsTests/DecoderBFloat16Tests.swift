// The decoders' kernels on bfloat16 activations: equal to the float32 kernels but for the roundings.

import Kernels
import Tensors
import Testing

/// Random numbers that bfloat16 holds exactly, in both formats: float32, then bfloat16.
private func pair(_ rows: Int, _ columns: Int, seed: UInt64) -> [Tensor] {
    let exact = randomTensor(rows, columns, seed: seed)
    let rounded = Tensor(rows: rows, columns: columns, type: .bfloat16)
    Conversion.copy(exact, to: rounded)
    Conversion.copy(rounded, to: exact)
    return [exact, rounded]
}

/// Whether the second differs from the first by no more than so many roundings of the largest number.
private func isNear(_ tensors: [Tensor], roundings: Float = 4) -> Bool {
    let expected = tensors[0].values()
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return largest > 0
        && zip(tensors[1].values(), expected).allSatisfy { abs($0 - $1) <= roundings * 0x1p-9 * largest }
}

@Suite struct DecoderBFloat16Tests {
    private let rows = 7
    private let columns = 34
    private let keys = RowRandomKeys(sampleIDs: [1, 2], offsets: [0, 3, 7])

    @Test("norms on the residual stream, forward and backward", arguments: [0, 0.2] as [Float])
    func norms(probability: Float) {
        let dropout = Dropout(key: RandomKey(seed: 5), probability: probability)
        let (x, residual, dy) = (
            pair(rows, columns, seed: 1), pair(rows, columns, seed: 2), pair(rows, columns, seed: 3)
        )
        let gamma = randomTensor(1, columns, seed: 4)
        let (y, stream, dx) = (
            pair(rows, columns, seed: 6), pair(rows, columns, seed: 7), pair(rows, columns, seed: 8)
        )
        let dgammas = (0..<4).map { _ in Tensor(rows: 1, columns: columns) }
        for format in 0..<2 {
            let rstd = Tensor(rows: 1, columns: rows)
            let partials = Tensor(rows: ThreadPool.threadCount, columns: 2 * columns)
            RMSNormKernel.forward(
                x[format], residual: residual[format], gamma: gamma, epsilon: 1e-5, dropout: dropout,
                keys: keys, sum: x[format], into: y[format], rstd: rstd)
            RMSNormKernel.backward(
                gradient: dy[format], sum: x[format], gamma: gamma, rstd: rstd, dropout: dropout, keys: keys,
                dsum: stream[format], accumulating: true, dx: dx[format], dgamma: dgammas[format],
                partials: partials)
        }
        for tensors in [x, y, stream, dx, Array(dgammas[0..<2])] { #expect(isNear(tensors, roundings: 12)) }
        for format in 0..<2 {
            let (mean, rstd) = (randomTensor(1, rows, seed: 9), randomTensor(1, rows, seed: 10))
            LayerNormKernel.backward(
                gradient: dy[format], sum: residual[format], gamma: gamma, mean: mean, rstd: rstd,
                dropout: dropout, keys: keys, dsum: y[format], accumulating: false, dx: dx[format],
                dgamma: dgammas[2 + format], dbeta: Tensor(rows: 1, columns: columns),
                partials: Tensor(rows: ThreadPool.threadCount, columns: 2 * columns))
        }
        for tensors in [y, dx, Array(dgammas[2..<4])] { #expect(isNear(tensors)) }
    }

    @Test("rotation and SwiGLU, forward and backward")
    func rotationAndGate() {
        let (x, y, dy) = (
            pair(rows, 2 * columns, seed: 1), pair(rows, columns, seed: 2), pair(rows, columns, seed: 3)
        )
        let (cosines, sines) = (randomTensor(4, 17, seed: 4), randomTensor(4, 17, seed: 5))
        for format in 0..<2 {
            RotaryKernel.rotate(
                x[format], headSize: 34, positions: [0, 1, 2, 3, 0, 1, 2], cosines: cosines, sines: sines)
            SwiGLU.forward(x[format], into: y[format])
        }
        #expect(isNear(x) && isNear(y, roundings: 8))
        for format in 0..<2 { SwiGLU.backward(x[format], gradient: dy[format], into: x[format]) }
        #expect(isNear(x, roundings: 8))
    }

    @Test("a gate of every activation", arguments: Activation.allCases)
    func gates(activation: Activation) {
        let (x, y, dy) = (
            pair(rows, 2 * columns, seed: 1), pair(rows, columns, seed: 2), pair(rows, columns, seed: 3)
        )
        let unit = GatedLinearUnit(activation)
        for format in 0..<2 { unit.forward(x[format], into: y[format]) }
        #expect(isNear(y, roundings: 8))
        for format in 0..<2 { unit.backward(x[format], gradient: dy[format], into: x[format]) }
        #expect(isNear(x, roundings: 8))
    }

    @Test("attention over cached rows")
    func cachedAttention() {
        let kernel = AttentionKernel(heads: 4, keyValueHeads: 2, headSize: 70, isCausal: true)
        let (q, out) = (pair(3, 280, seed: 1), pair(3, 280, seed: 2))
        let (k, v) = (pair(20, 140, seed: 3), pair(20, 140, seed: 4))
        for format in 0..<2 {
            CachedAttention.run(
                kernel, q: q[format], keys: k[format], values: v[format], queryOffsets: [0, 1, 3],
                tables: [[3, 1, 19], [7, 8, 0, 2, 11]], into: out[format])
        }
        #expect(isNear(out))
    }
}
