// Products of decoding against naive ones in double precision, and their independence of rows and threads.

import Foundation
import Kernels
import Tensors
import Testing

private func rounded(_ x: Tensor, _ type: ElementType) -> Tensor {
    let y = Tensor(rows: x.rows, columns: x.columns, type: type)
    Conversion.copy(x, to: y)
    return y
}

private func naive(_ x: Tensor, _ w: Tensor, bias: Tensor? = nil, scale: Double = 1) -> Matrix {
    let (a, b) = (matrix(x), matrix(w))
    return a.map { row in
        b.indices.map { n in
            zip(row, b[n]).reduce(0) { $0 + $1.0 * $1.1 } * scale + (bias.map { Double($0[0, n]) } ?? 0)
        }
    }
}

private func withThreads<Result>(_ count: Int, _ body: () -> Result) -> Result {
    let before = ThreadPool.threadCount
    ThreadPool.configure(threadCount: count)
    defer { ThreadPool.configure(threadCount: before) }
    return body()
}

@Suite(.serialized) struct RowProductTests {
    @Test(
        "row products equal naive ones at odd sizes and all row counts",
        arguments: [ElementType.float32, .bfloat16])
    func naiveProducts(_ type: ElementType) {
        for rows in Array(1...17) + [65] {
            for (n, k) in [(1, 1), (7, 15), (25, 33), (50, 64), (9, 100)] {
                let x = rounded(randomTensor(rows, k, seed: 1), type)
                let w = rounded(randomTensor(n, k, seed: 2), type)
                let bias = randomTensor(1, n, seed: 3)
                let out = Tensor(rows: rows, columns: n)
                RowProduct.run(x, w, bias: bias, scale: 0.5, into: out)
                #expect(deviation(out, naive(x, w, bias: bias, scale: 0.5)) < 3e-6, "\(rows)×\(n)×\(k)")
            }
        }
    }

    @Test("products are added, rounded to bfloat16, and keep out of gaps between rows")
    func forms() {
        let (x, w) = (stridedTensor(5, 37, seed: 1), stridedTensor(26, 37, seed: 2))
        let out = stridedTensor(5, 26, seed: 3)
        let before = matrix(out)
        RowProduct.run(x, w, into: out, accumulating: true)
        let product = naive(x, w)
        #expect(deviation(out, zip(before, product).map { zip($0, $1).map { $0 + $1 } }) < 3e-6)
        #expect(hasCleanGaps(out) && hasCleanGaps(x) && hasCleanGaps(w))
        let narrow = Tensor(rows: 5, columns: 26, type: .bfloat16)
        RowProduct.run(x, w, into: narrow)
        #expect(narrow.values() == product.flatMap { $0 }.map { BFloat16(Float($0)).float })
    }

    @Test("a row has the same bits alone and among others, on one thread and on several")
    func independence() {
        for type in [ElementType.float32, .bfloat16] {
            let (n, k) = (203, 77)
            let (x, w) = (
                rounded(randomTensor(70, k, seed: 1), type), rounded(randomTensor(n, k, seed: 2), type)
            )
            let int8 = QuantizedWeights(w)
            func product(_ rows: Range<Int>, threads: Int, isQuantized: Bool) -> [Float] {
                let out = Tensor(rows: rows.count, columns: n)
                withThreads(threads) {
                    if isQuantized {
                        RowProduct.run(x.rows(rows), int8, outputs: 0..<n, into: out)
                    } else {
                        RowProduct.run(x.rows(rows), w, into: out)
                    }
                }
                return out.values()
            }
            for isQuantized in [false, true] {
                let all = product(0..<70, threads: 1, isQuantized: isQuantized)
                for (first, count, threads) in [
                    (0, 1, 1), (3, 1, 2), (5, 2, 3), (9, 3, 2), (20, 4, 1), (30, 7, 2), (1, 16, 3),
                    (0, 70, 2),
                ] {
                    let part = product(first..<first + count, threads: threads, isQuantized: isQuantized)
                    #expect(part == Array(all[first * n..<(first + count) * n]), "\(type) \(first) \(count)")
                }
            }
        }
    }

    @Test("int8 weights are within half a step, and their product is that of the numbers they stand for")
    func quantized() {
        let (x, w) = (randomTensor(6, 83, seed: 1), randomTensor(31, 83, seed: 2))
        w.rows(4..<5).clear()
        let int8 = QuantizedWeights(w)
        let numbers = int8.dequantized()
        for row in 0..<31 {
            let largest = (0..<83).reduce(Float(0)) { max($0, abs(w[row, $1])) }
            for column in 0..<83 {
                let difference = abs(numbers[row, column] - w[row, column])
                #expect(difference <= largest / 254 * 1.0001)
            }
        }
        let out = Tensor(rows: 6, columns: 20)
        RowProduct.run(x, int8, outputs: 3..<23, into: out)
        #expect(deviation(out, naive(x, numbers.rows(3..<23))) < 3e-6)
        #expect(int8.byteCount == 31 * 87)
    }

    @Test("the most likely token is the first largest, with the logarithm of the sum of exponentials")
    func mostLikely() {
        for columns in [1, 7, 2_047, 2_048, 2_049, 5_000] {
            let logits = randomTensor(3, columns, seed: UInt64(columns), scale: 8)
            logits[1, columns - 1] = 100
            logits[2, columns / 2] = 90
            logits[2, columns - 1] = 90
            for (row, found) in MostLikelyToken.rows(of: logits).enumerated() {
                let values = logits.rows(row..<row + 1).values()
                let largest = values.max() ?? 0
                #expect(found.index == values.firstIndex(of: largest))
                let sum = values.reduce(0.0) { $0 + exp(Double($1) - Double(largest)) }
                #expect(
                    abs(Double(found.logSum) - Double(largest) - log(sum)) < 1e-5 * Double(max(1, largest)))
            }
        }
        let banned = Tensor([-.infinity, 2, .nan, -.infinity])
        #expect(MostLikelyToken.rows(of: banned)[0].index == 1)
    }
}
