// RMS norm, rotary positions, SwiGLU, cached attention and token cross-entropy against naive ones in double
// precision.

import Foundation
import Kernels
import Tensors
import Testing

private let tolerance = 2e-6

@Suite struct DecoderKernelTests {
    @Test("RMS norm equals its formula, forward and backward", arguments: oddSizes)
    func rmsNorm(width: Int) {
        let rows = 5
        let keys = RowRandomKeys(sampleIDs: [3], offsets: [0, Int32(rows)])
        let (x, residual) = (randomTensor(rows, width, seed: 1), randomTensor(rows, width, seed: 2))
        let (gamma, dy) = (randomTensor(1, width, seed: 3), randomTensor(rows, width, seed: 4))
        let stream = randomTensor(rows, width, seed: 5)
        let (sum, y) = (Tensor(rows: rows, columns: width), Tensor(rows: rows, columns: width))
        let rstd = Tensor(rows: 1, columns: rows)
        RMSNormKernel.forward(
            x, residual: residual, gamma: gamma, epsilon: 1e-3, dropout: .none, keys: keys, sum: sum, into: y,
            rstd: rstd)
        let (dsum, dgamma) = (Tensor(rows: rows, columns: width), Tensor(rows: 1, columns: width))
        dsum.copy(from: stream)
        dgamma.copy(from: [Float](repeating: 1, count: width))
        RMSNormKernel.backward(
            gradient: dy, sum: sum, gamma: gamma, rstd: rstd, dropout: .none, keys: keys, dsum: dsum,
            accumulating: true, dx: nil, dgamma: dgamma,
            partials: Tensor(rows: ThreadPool.threadCount, columns: width))
        var (expectedY, expectedSum) = (Matrix(), Matrix())
        var expectedGamma = [Double](repeating: 1, count: width)
        for row in 0..<rows {
            let s = (0..<width).map { Double(x[row, $0]) + Double(residual[row, $0]) }
            let r = 1 / (s.reduce(0) { $0 + $1 * $1 } / Double(width) + 1e-3).squareRoot()
            let scaled = (0..<width).map { Double(dy[row, $0]) * Double(gamma[0, $0]) }
            let mean = (0..<width).reduce(0) { $0 + scaled[$1] * s[$1] * r } / Double(width)
            expectedY.append((0..<width).map { s[$0] * r * Double(gamma[0, $0]) })
            expectedSum.append(
                (0..<width).map { Double(stream[row, $0]) + r * (scaled[$0] - s[$0] * r * mean) })
            for j in 0..<width { expectedGamma[j] += Double(dy[row, j]) * s[j] * r }
        }
        #expect(deviation(y, expectedY) < tolerance)
        #expect(deviation(dsum, expectedSum) < tolerance)
        #expect(deviation(dgamma, [expectedGamma]) < tolerance)
        RMSNormKernel.backward(
            gradient: dy, sum: sum, gamma: gamma, rstd: rstd, dropout: .none, keys: keys, dsum: dsum,
            accumulating: false, dx: nil, dgamma: dgamma,
            partials: Tensor(rows: ThreadPool.threadCount, columns: width))
        let through = zip(expectedSum, matrix(stream)).map { zip($0, $1).map { $0 - $1 } }
        #expect(deviation(dsum, through) < tolerance)
    }

    @Test("layer norm's backward pass on the stream is the plain one, added, with dropout on the branch")
    func layerNormStream() {
        let (rows, width) = (7, 33)
        let keys = RowRandomKeys(sampleIDs: [3], offsets: [0, Int32(rows)])
        let dropout = Dropout(key: RandomKey(seed: 2), probability: 0.4)
        let (sum, dy) = (randomTensor(rows, width, seed: 1), randomTensor(rows, width, seed: 4))
        let (gamma, beta) = (randomTensor(1, width, seed: 3), randomTensor(1, width, seed: 6))
        let (mean, rstd) = (Tensor(rows: 1, columns: rows), Tensor(rows: 1, columns: rows))
        let partials = Tensor(rows: ThreadPool.threadCount, columns: 2 * width)
        func zeros(_ rows: Int) -> Tensor { Tensor(rows: rows, columns: width) }
        LayerNormKernel.forward(
            sum, residual: nil, gamma: gamma, beta: beta, epsilon: 1e-5, dropout: .none, keys: keys, sum: sum,
            into: zeros(rows), mean: mean, rstd: rstd)
        let (plain, plainGamma, plainBeta) = (zeros(rows), zeros(1), zeros(1))
        LayerNormKernel.backward(
            gradient: dy, sum: sum, gamma: gamma, mean: mean, rstd: rstd, dropout: .none, keys: keys,
            dsum: plain, dx: nil, dgamma: plainGamma, dbeta: plainBeta, partials: partials)
        let stream = randomTensor(rows, width, seed: 5)
        let (dsum, dx, dgamma, dbeta) = (zeros(rows), zeros(rows), zeros(1), zeros(1))
        dsum.copy(from: stream)
        LayerNormKernel.backward(
            gradient: dy, sum: sum, gamma: gamma, mean: mean, rstd: rstd, dropout: dropout, keys: keys,
            dsum: dsum, accumulating: true, dx: dx, dgamma: dgamma, dbeta: dbeta, partials: partials)
        let expected = zip(matrix(plain), matrix(stream)).map { zip($0, $1).map { $0 + $1 } }
        #expect(deviation(dsum, expected) < tolerance)
        #expect(deviation(dgamma, matrix(plainGamma)) < tolerance)
        #expect(deviation(dbeta, matrix(plainBeta)) < tolerance)
        let dropped = zeros(rows)
        dropout.apply(to: dsum, keys: keys, into: dropped)
        #expect(dx.values() == dropped.values() && dx.values().contains(0))
    }

    @Test(
        "rotation turns pairs by their angles in views with gaps; transposed it turns back",
        arguments: [2, 6, 34])
    func rotary(headSize: Int) {
        let heads = 3
        let x = stridedTensor(5, heads * headSize, seed: 1)
        let before = matrix(x)
        let half = headSize / 2
        let (cosines, sines) = (Tensor(rows: 9, columns: half), Tensor(rows: 9, columns: half))
        for position in 0..<9 {
            for i in 0..<half {
                let angle = Double(position) / Double(i + 2)
                (cosines[position, i], sines[position, i]) = (Float(cos(angle)), Float(sin(angle)))
            }
        }
        let positions: [Int32] = [0, 3, 8, 1, 1]
        RotaryKernel.rotate(x, headSize: headSize, positions: positions, cosines: cosines, sines: sines)
        let expected = before.enumerated().map { row, values in
            values.indices.map { index -> Double in
                let (element, i) = (index % headSize, index % headSize % half)
                let angle = Double(positions[row]) / Double(i + 2)
                let other = element < half ? -values[index + half] : values[index - half]
                return values[index] * cos(angle) + other * sin(angle)
            }
        }
        #expect(deviation(x, expected) < tolerance && hasCleanGaps(x))
        RotaryKernel.rotate(
            x, headSize: headSize, positions: positions, cosines: cosines, sines: sines, isTransposed: true)
        #expect(deviation(x, before) < tolerance && hasCleanGaps(x))
    }

    @Test("SwiGLU equals its formula, forward and backward in place", arguments: oddSizes)
    func swiGLU(width: Int) {
        let rows = 3
        let (gateUp, dy) = (
            randomTensor(rows, 2 * width, seed: 1, scale: 3), randomTensor(rows, width, seed: 2)
        )
        let y = Tensor(rows: rows, columns: width)
        SwiGLU.forward(gateUp, into: y)
        var (expected, slopes) = (Matrix(), Matrix())
        for row in 0..<rows {
            let g = (0..<width).map { Double(gateUp[row, $0]) }
            let u = (0..<width).map { Double(gateUp[row, width + $0]) }
            let s = g.map { 1 / (1 + exp(-$0)) }
            expected.append((0..<width).map { g[$0] * s[$0] * u[$0] })
            slopes.append(
                (0..<width).map { Double(dy[row, $0]) * u[$0] * s[$0] * (1 + g[$0] * (1 - s[$0])) }
                    + (0..<width).map { Double(dy[row, $0]) * g[$0] * s[$0] })
        }
        #expect(deviation(y, expected) < tolerance)
        SwiGLU.backward(gateUp, gradient: dy, into: gateUp)
        #expect(deviation(gateUp, slopes) < tolerance)
    }

    @Test("a gated unit whose output has not half the columns stops the program")
    func gatedShapes() async {
        await #expect(processExitsWith: .failure) {
            GatedLinearUnit(.gelu).forward(Tensor(rows: 2, columns: 6), into: Tensor(rows: 2, columns: 4))
        }
    }

    @Test("GeGLU equals its formula, forward and backward in place", arguments: oddSizes)
    func geGLU(width: Int) {
        let rows = 3
        let (wide, dy) = (
            randomTensor(rows, 2 * width, seed: 1, scale: 3), randomTensor(rows, width, seed: 2)
        )
        let y = Tensor(rows: rows, columns: width)
        let unit = GatedLinearUnit(.gelu)
        unit.forward(wide, into: y)
        var (expected, slopes) = (Matrix(), Matrix())
        for row in 0..<rows {
            let g = (0..<width).map { Double(wide[row, $0]) }
            let u = (0..<width).map { Double(wide[row, width + $0]) }
            let cdf = g.map { erfc(-$0 / 2.0.squareRoot()) / 2 }
            let density = g.map { exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() }
            expected.append((0..<width).map { g[$0] * cdf[$0] * u[$0] })
            slopes.append(
                (0..<width).map { Double(dy[row, $0]) * u[$0] * (cdf[$0] + g[$0] * density[$0]) }
                    + (0..<width).map { Double(dy[row, $0]) * g[$0] * cdf[$0] })
        }
        #expect(deviation(y, expected) < tolerance)
        unit.backward(wide, gradient: dy, into: wide)
        #expect(deviation(wide, slopes) < tolerance)
    }

    @Test("attention over scattered cached rows equals that over whole sequences", arguments: [false, true])
    func cachedAttention(isCausal: Bool) {
        let shape = AttentionShape(
            heads: 4, keyValueHeads: 2, headSize: 9, isCausal: isCausal, queryLengths: [1, 3, 2],
            keyLengths: [17, 3, 40])
        let q = stridedTensor(shape.queryCount, shape.width, seed: 1)
        let k = randomTensor(shape.keyCount, shape.narrowWidth, seed: 2)
        let v = randomTensor(shape.keyCount, shape.narrowWidth, seed: 3)
        let reference = AttentionReference(
            shape, q: matrix(q), k: matrix(k), v: matrix(v), dout: matrix(q))
        // Row i of the batch lies in row 7·i mod 101 of the cache.
        let keys = Tensor(rows: 101, columns: shape.narrowWidth)
        let values = Tensor(rows: 101, columns: shape.narrowWidth)
        for row in 0..<shape.keyCount {
            keys.rows(row * 7 % 101..<row * 7 % 101 + 1).copy(from: k.rows(row..<row + 1))
            values.rows(row * 7 % 101..<row * 7 % 101 + 1).copy(from: v.rows(row..<row + 1))
        }
        let tables = (0..<3).map { sequence in
            (shape.keyOffsets[sequence]..<shape.keyOffsets[sequence + 1]).map { $0 * 7 % 101 }
        }
        let out = stridedTensor(shape.queryCount, shape.width, seed: 4)
        CachedAttention.run(
            shape.kernel, q: q, keys: keys, values: values, queryOffsets: shape.queryOffsets, tables: tables,
            into: out)
        #expect(deviation(out, reference.out) < tolerance && hasCleanGaps(out))
    }

    @Test("token cross-entropy equals its formula with its gradient", arguments: oddSizes.dropFirst())
    func tokenCrossEntropy(vocabulary: Int) {
        let rows = 4
        for smoothing in [0, 0.15] {
            let logits = randomTensor(rows, vocabulary, seed: UInt64(vocabulary), scale: 4)
            let values = matrix(logits)
            let targets = (0..<rows).map { Int32($0 * 5 % vocabulary) }
            var (loss, correct) = (0.0, 0)
            var slopes = Matrix()
            for (row, x) in values.enumerated() {
                let target = Int(targets[row])
                let total = log(x.reduce(0) { $0 + exp($1) })
                loss += total - (1 - smoothing) * x[target]
                loss -= smoothing * x.reduce(0, +) / Double(vocabulary)
                if x.firstIndex(of: x.max() ?? 0) == target { correct += 1 }
                slopes.append(
                    x.indices.map {
                        let aim = ($0 == target ? 1 - smoothing : 0) + smoothing / Double(vocabulary)
                        return 0.25 * (exp(x[$0] - total) - aim)
                    })
            }
            let rounded = Tensor(rows: rows, columns: vocabulary, type: .bfloat16)
            for gradient in [nil, rounded, logits] {
                let found = TokenCrossEntropy.run(
                    logits, targets: targets, labelSmoothing: smoothing, scale: 0.25, gradient: gradient)
                #expect(abs(found.loss - loss) < 1e-5 * loss && found.correct == correct)
                #expect(gradient?.type == .float32 || deviation(logits, values) < tolerance)
            }
            #expect(deviation(logits, slopes) < tolerance && deviation(rounded, slopes) < 2e-3)
        }
    }

    @Test("of equal largest logits the first counts, and a NaN makes the loss NaN")
    func ties() {
        let logits = Tensor(rows: 2, columns: 3)
        logits.copy(from: [1, 1, 0, 1, 1, 0])
        #expect(
            TokenCrossEntropy.run(logits, targets: [0, 1], labelSmoothing: 0).correct == 1
        )
        logits[1, 2] = .nan
        #expect(
            TokenCrossEntropy.run(logits, targets: [0, 1], labelSmoothing: 0).loss.isNaN)
    }
}
