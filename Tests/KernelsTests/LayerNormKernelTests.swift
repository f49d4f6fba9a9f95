// Dropout + residual + layer norm, forward and backward, against double precision.

import Kernels
import Tensors
import Testing

@Suite struct LayerNormKernelTests {
    /// One call's operands and the reference's results.
    private struct Case {
        let rows: Int
        let width: Int
        let hasResidual: Bool
        let probability: Float
        let epsilon: Float = 1e-5

        var dropout: Dropout { Dropout(key: RandomKey(seed: 21), probability: probability) }
        var sampleIDs: [UInt64] { (0..<UInt64(rows)).map { 3 * $0 + 1 } }
        var x: Tensor { randomTensor(rows, width, seed: 1) }
        var residual: Tensor? { hasResidual ? randomTensor(rows, width, seed: 2) : nil }
        var gamma: Tensor { randomTensor(1, width, seed: 3) }
        var beta: Tensor { randomTensor(1, width, seed: 4) }
        var gradient: Tensor { randomTensor(rows, width, seed: 5) }

        /// Dropout factors, `[T, C]`.
        var mask: Matrix {
            let reference = DropoutReference(dropout: dropout)
            let keys = DropoutReference.rowKeys(
                sampleIDs: sampleIDs, offsets: (0...Int32(rows)).map { $0 })
            return keys.map { key in (0..<width).map { reference.factor(rowKey: key, column: $0) } }
        }

        /// dropout(x) + residual
        var sum: Matrix {
            let (x, mask, residual) = (matrix(x), mask, residual.map(matrix))
            return x.indices.map { row in
                x[row].indices.map { x[row][$0] * mask[row][$0] + (residual?[row][$0] ?? 0) }
            }
        }

        func moments(_ row: [Double]) -> (mean: Double, rstd: Double) {
            let mean = row.reduce(0, +) / Double(width)
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            return (mean, 1 / (variance + Double(epsilon)).squareRoot())
        }

        /// (sum − mean)·rstd
        var normed: Matrix {
            sum.map { row in
                let (mean, rstd) = moments(row)
                return row.map { ($0 - mean) * rstd }
            }
        }
    }

    private struct Result {
        let sum, y, mean, rstd, dsum, dgamma, dbeta: Tensor
        let dx: Tensor?
    }

    private func run(_ c: Case, writingDX: Bool = true) -> Result {
        let keys = RowRandomKeys(sampleIDs: c.sampleIDs)
        func like() -> Tensor { Tensor(rows: c.rows, columns: c.width) }
        let result = Result(
            sum: like(), y: like(), mean: Tensor(rows: 1, columns: c.rows),
            rstd: Tensor(rows: 1, columns: c.rows), dsum: like(), dgamma: randomTensor(1, c.width, seed: 6),
            dbeta: randomTensor(1, c.width, seed: 7), dx: writingDX ? like() : nil)
        LayerNormKernel.forward(
            c.x, residual: c.residual, gamma: c.gamma, beta: c.beta, epsilon: c.epsilon, dropout: c.dropout,
            keys: keys, sum: result.sum, into: result.y, mean: result.mean, rstd: result.rstd)
        LayerNormKernel.backward(
            gradient: c.gradient, sum: result.sum, gamma: c.gamma, mean: result.mean, rstd: result.rstd,
            dropout: c.dropout, keys: keys, dsum: result.dsum, dx: result.dx, dgamma: result.dgamma,
            dbeta: result.dbeta, partials: randomTensor(ThreadPool.threadCount, 2 * c.width, seed: 8))
        return result
    }

    private var cases: [Case] {
        oddSizes.enumerated().flatMap { index, width in
            [(false, Float(0)), (true, 0), (true, 0.3), (false, 0.3)].map {
                Case(
                    rows: [1, 2, 3, 5, 17, 33][index % 6], width: width, hasResidual: $0.0, probability: $0.1)
            }
        }
    }

    @Test("forward equals the definition")
    func forward() {
        for c in cases {
            let found = run(c)
            let (gamma, beta) = (matrix(c.gamma)[0], matrix(c.beta)[0])
            let expected = c.normed.map { row in row.indices.map { row[$0] * gamma[$0] + beta[$0] } }
            #expect(deviation(found.sum, c.sum) < 1e-6, "\(c)")
            #expect(deviation(found.y, expected) < 1e-5, "\(c)")
            #expect(deviation(found.mean, [c.sum.map { c.moments($0).mean }]) < 1e-6, "\(c)")
            #expect(deviation(found.rstd, [c.sum.map { c.moments($0).rstd }]) < 1e-5, "\(c)")
        }
    }

    @Test("backward gives the gradients of sum and x, and adds those of gamma and beta")
    func backward() {
        for c in cases where c.width > 1 {
            let found = run(c)
            let (normed, mask, dy) = (c.normed, c.mask, matrix(c.gradient))
            let gamma = matrix(c.gamma)[0]
            var dgamma = matrix(randomTensor(1, c.width, seed: 6))[0]
            var dbeta = matrix(randomTensor(1, c.width, seed: 7))[0]
            var dsum: Matrix = []
            for row in 0..<c.rows {
                let scaled = (0..<c.width).map { dy[row][$0] * gamma[$0] }
                let mean = scaled.reduce(0, +) / Double(c.width)
                let projection =
                    zip(scaled, normed[row]).reduce(0) { $0 + $1.0 * $1.1 } / Double(c.width)
                let rstd = c.moments(c.sum[row]).rstd
                dsum.append(
                    (0..<c.width).map { (scaled[$0] - mean - normed[row][$0] * projection) * rstd })
                for column in 0..<c.width {
                    dgamma[column] += dy[row][column] * normed[row][column]
                    dbeta[column] += dy[row][column]
                }
            }
            let dx = dsum.indices.map { row in (0..<c.width).map { dsum[row][$0] * mask[row][$0] } }
            // Errors of the normalised values are multiplied by rstd, which narrow rows make large.
            let allowed = 3e-6 * c.sum.reduce(10) { max($0, c.moments($1).rstd) }
            #expect(deviation(found.dsum, dsum) < allowed, "\(c)")
            #expect(found.dx.map { deviation($0, dx) < allowed } ?? false, "\(c)")
            #expect(deviation(found.dgamma, [dgamma]) < 1e-5, "\(c)")
            #expect(deviation(found.dbeta, [dbeta]) < 1e-5, "\(c)")
            #expect(run(c, writingDX: false).dsum.values() == found.dsum.values())
        }
    }

    @Test("sum may share memory with x, and dsum with the gradient")
    func sharedMemory() {
        let c = Case(rows: 9, width: 33, hasResidual: true, probability: 0.2)
        let apart = run(c)
        let keys = RowRandomKeys(sampleIDs: c.sampleIDs)
        let (x, y, gradient) = (c.x, Tensor(rows: 9, columns: 33), c.gradient)
        let (mean, rstd) = (Tensor(rows: 1, columns: 9), Tensor(rows: 1, columns: 9))
        LayerNormKernel.forward(
            x, residual: c.residual, gamma: c.gamma, beta: c.beta, epsilon: c.epsilon, dropout: c.dropout,
            keys: keys, sum: x, into: y, mean: mean, rstd: rstd)
        LayerNormKernel.backward(
            gradient: gradient, sum: x, gamma: c.gamma, mean: mean, rstd: rstd, dropout: c.dropout,
            keys: keys, dsum: gradient, dx: nil, dgamma: Tensor(rows: 1, columns: 33),
            dbeta: Tensor(rows: 1, columns: 33),
            partials: Tensor(rows: ThreadPool.threadCount, columns: 66))
        #expect(x.values() == apart.sum.values() && y.values() == apart.y.values())
        #expect(gradient.values() == apart.dsum.values())
    }

    @Test("a large common offset does not spoil the variance, and equal values give beta")
    func offsets() {
        let x = randomTensor(4, 64, seed: 1)
        for row in 0..<3 { for column in 0..<64 { x[row, column] += 1_000 } }
        x.rows(3..<4).copy(from: [Float](repeating: 5, count: 64))
        let c = Case(rows: 4, width: 64, hasResidual: false, probability: 0)
        let (y, mean, rstd) = (x, Tensor(rows: 1, columns: 4), Tensor(rows: 1, columns: 4))
        let expected = matrix(x).map { row in
            let (mean, rstd) = c.moments(row)
            return row.enumerated().map {
                ($1 - mean) * rstd * Double(c.gamma[0, $0]) + Double(c.beta[0, $0])
            }
        }
        let out = Tensor(rows: 4, columns: 64)
        LayerNormKernel.forward(
            y, residual: nil, gamma: c.gamma, beta: c.beta, epsilon: c.epsilon, dropout: .none,
            keys: RowRandomKeys(sampleIDs: [0, 1, 2, 3]), sum: y, into: out, mean: mean, rstd: rstd)
        // The values themselves carry 1,000·2⁻²⁴ = 6e-5.
        #expect(deviation(out, expected) < 5e-4)
        #expect(out.rows(3..<4).values() == c.beta.values())
    }
}
