// Matrix products in all four forms against a triple loop in double precision.

import Kernels
import Tensors
import Testing

@Suite struct MatrixProductTests {
    /// Σ_p a[i, p]·b[p, j], and the same of magnitudes, which bounds the rounding error.
    private func product(_ a: Matrix, _ b: Matrix, m: Int, n: Int, k: Int) -> (value: Matrix, bound: Matrix) {
        var value = Matrix(repeating: [Double](repeating: 0, count: n), count: m)
        var bound = value
        for i in 0..<m {
            for p in 0..<k {
                for j in 0..<n {
                    value[i][j] += a[i][p] * b[p][j]
                    bound[i][j] += abs(a[i][p] * b[p][j])
                }
            }
        }
        return (value, bound)
    }

    private func transposed(_ a: Matrix, rows: Int, columns: Int) -> Matrix {
        (0..<columns).map { column in (0..<rows).map { a[$0][column] } }
    }

    /// One product with every choice of bias and accumulation; all operands have gaps between their rows.
    private func check(m: Int, n: Int, k: Int, transposingA: Bool, transposingB: Bool) {
        let a = transposingA ? stridedTensor(k, m, seed: 1) : stridedTensor(m, k, seed: 1)
        let b = transposingB ? stridedTensor(n, k, seed: 2) : stridedTensor(k, n, seed: 2)
        let bias = randomTensor(1, n, seed: 3)
        let (value, bound) = product(
            transposingA ? transposed(matrix(a), rows: k, columns: m) : matrix(a),
            transposingB ? transposed(matrix(b), rows: n, columns: k) : matrix(b), m: m, n: n, k: k)
        for (hasBias, accumulating) in [(false, false), (true, false), (false, true), (true, true)] {
            let out = stridedTensor(m, n, seed: 4, gap: 5)
            let before = matrix(out)
            MatrixProduct.run(
                a, transposingA: transposingA, b, transposingB: transposingB, bias: hasBias ? bias : nil,
                into: out, accumulating: accumulating)
            var isRight = hasCleanGaps(out)
            for i in 0..<m {
                for j in 0..<n {
                    let terms = [hasBias ? Double(bias[0, j]) : 0, accumulating ? before[i][j] : 0]
                    let allowed = 1e-6 * (bound[i][j] + abs(terms[0]) + abs(terms[1]))
                    let exact = value[i][j] + terms[0] + terms[1]
                    isRight = isRight && abs(Double(out[i, j]) - exact) <= allowed
                }
            }
            #expect(
                isRight,
                "\(m)×\(n)×\(k) ta \(transposingA) tb \(transposingB) bias \(hasBias) add \(accumulating)")
        }
    }

    /// `tensor` in memory with rows behind it that hold no numbers.
    private func withSpareRows(_ tensor: Tensor, _ count: Int) -> Tensor {
        let whole = Tensor(rows: tensor.rows + count, columns: tensor.columns)
        whole.copy(from: [Float](repeating: .nan, count: whole.count))
        whole.rows(0..<tensor.rows).copy(from: tensor)
        return Tensor(whole.storage, rows: tensor.rows, columns: tensor.columns, spareRows: count)
    }

    @Test(
        "in bfloat16 every form is right at sizes for which the right operand is packed",
        arguments: [(64, 64, 2), (65, 128, 30), (70, 64, 376), (96, 192, 46), (64, 64, 33), (64, 80, 32)])
    func bfloat16(m: Int, n: Int, k: Int) {
        func rounded(_ tensor: Tensor) -> Tensor {
            let wide = Tensor(rows: tensor.rows, columns: tensor.columns + 5, type: .bfloat16)
            let copy = wide.columns(2..<tensor.columns + 2)
            convertRows(tensor, to: copy)
            return copy
        }
        for (transposingA, transposingB) in [(false, false), (false, true), (true, false), (true, true)] {
            let a = rounded(transposingA ? randomTensor(k, m, seed: 1) : randomTensor(m, k, seed: 1))
            let b = rounded(transposingB ? randomTensor(n, k, seed: 2) : randomTensor(k, n, seed: 2))
            let (value, bound) = product(
                transposingA ? transposed(matrix(a), rows: k, columns: m) : matrix(a),
                transposingB ? transposed(matrix(b), rows: n, columns: k) : matrix(b), m: m, n: n, k: k)
            let out = randomTensor(m, n, seed: 3)
            let before = matrix(out)
            MatrixProduct.run(
                a, transposingA: transposingA, b, transposingB: transposingB, into: out, accumulating: true)
            let isRight = (0..<m).allSatisfy { i in
                (0..<n).allSatisfy { j in
                    abs(Double(out[i, j]) - value[i][j] - before[i][j]) <= 1e-6 * (bound[i][j] + 1)
                }
            }
            #expect(isRight, "ta \(transposingA) tb \(transposingB)")
        }
    }

    @Test("whatever lies in spare rows does not reach the result", arguments: [64, 65, 71, 100])
    func spareRows(count: Int) {
        let (inputs, outputs) = (20, 24)
        let (x, w) = (randomTensor(count, inputs, seed: 1), randomTensor(outputs, inputs, seed: 2))
        let dy = randomTensor(count, outputs, seed: 3)
        #expect(MatrixProduct.roundedRows(count) % 8 == 0 && MatrixProduct.roundedRows(63) == 63)
        for spare in [0, 3, 7] {
            func spared(_ tensor: Tensor) -> Tensor { withSpareRows(tensor, spare) }
            let (y, dx) = (
                spared(Tensor(rows: count, columns: outputs)), spared(Tensor(rows: count, columns: inputs))
            )
            let (dw, factor) = (
                Tensor(rows: outputs, columns: inputs), spared(randomTensor(count, inputs, seed: 4))
            )
            MatrixProduct.run(spared(x), w, transposingB: true, into: y)
            MatrixProduct.run(spared(dy), w, into: dx, multiplyingBy: factor)
            MatrixProduct.run(spared(dy), transposingA: true, spared(x), into: dw)
            let (mx, mw, mdy) = (matrix(x), matrix(w), matrix(dy))
            let wt = transposed(mw, rows: outputs, columns: inputs)
            let dyt = transposed(mdy, rows: count, columns: outputs)
            #expect(deviation(y, product(mx, wt, m: count, n: outputs, k: inputs).value) < 1e-6)
            let scaled = zip(product(mdy, mw, m: count, n: inputs, k: outputs).value, matrix(factor))
                .map { zip($0, $1).map { $0 * $1 } }
            #expect(deviation(dx, scaled) < 1e-6)
            #expect(deviation(dw, product(dyt, mx, m: outputs, n: inputs, k: count).value) < 1e-6)
        }
    }

    @Test(
        "every form, with and without bias and accumulation, at odd sizes",
        arguments: [(false, false), (false, true), (true, false), (true, true)])
    func forms(transposingA: Bool, transposingB: Bool) {
        for (index, m) in oddSizes.enumerated() {
            let n = oddSizes[(index * 5 + 3) % oddSizes.count]
            let k = oddSizes[(index * 3 + 7) % oddSizes.count]
            for (m, n, k) in [(m, n, k), (m, m, m), (m, 1, k), (1, n, m)] {
                check(m: m, n: n, k: k, transposingA: transposingA, transposingB: transposingB)
            }
        }
    }

    @Test(
        "without inner elements the product is zero, plus bias and what was there",
        arguments: [(false, false), (true, false), (false, true), (true, true)])
    func emptyInner(hasBias: Bool, accumulating: Bool) {
        let out = stridedTensor(3, 5, seed: 4)
        let before = matrix(out)
        let bias = randomTensor(1, 5, seed: 3)
        MatrixProduct.run(
            Tensor(rows: 3, columns: 0), Tensor(rows: 0, columns: 5), bias: hasBias ? bias : nil, into: out,
            accumulating: accumulating)
        let expected = (0..<3).map { i in
            (0..<5).map { j in
                (hasBias ? Double(bias[0, j]) : 0) + (accumulating ? before[i][j] : 0)
            }
        }
        #expect(deviation(out, expected) < 1e-6 && hasCleanGaps(out))
    }

    @Test("an empty result is left alone")
    func emptyResult() {
        let a = randomTensor(0, 4, seed: 1)
        let out = Tensor(rows: 0, columns: 6)
        MatrixProduct.run(a, randomTensor(4, 6, seed: 2), into: out)
        let narrow = Tensor(rows: 6, columns: 0)
        MatrixProduct.run(randomTensor(6, 4, seed: 2), Tensor(rows: 4, columns: 0), into: narrow)
        #expect(out.values().isEmpty && narrow.values().isEmpty)
    }

    @Test("NaN and infinity in an operand reach the result")
    func nonFinite() {
        let a = randomTensor(4, 40, seed: 1)
        a[1, 7] = .nan
        a[2, 9] = .infinity
        let b = Tensor(rows: 40, columns: 20)
        b.copy(from: [Float](repeating: 1, count: 800))
        let out = Tensor(rows: 4, columns: 20)
        MatrixProduct.run(a, b, into: out)
        #expect(out.rows(0..<1).values().allSatisfy { $0.isFinite })
        #expect(out.rows(1..<2).values().allSatisfy { $0.isNaN })
        #expect(out.rows(2..<3).values().allSatisfy { $0 == .infinity })
    }
}
