// Products for answers to requests: what a row's bits may not depend on.

import Kernels
import Tensors
import Testing

/// A product with a bias by the code of new processors or of others, `a` read with gaps between its rows.
private func product(
    _ rows: Range<Int>, n: Int, k: Int, _ vectors: PanelProducts.Vectors, adding: Bool = false
) -> [[Float]] {
    let whole = randomTensor(240, k + 3, seed: 1)
    let b = randomTensor(n, k, seed: 2)
    let out = randomTensor(rows.count, n, seed: 3)
    if adding { out.clear() }
    PanelProducts(constants: [b], vectors: vectors).use {
        for _ in 0..<2 {
            MatrixProduct.run(
                whole.rows(rows).columns(0..<k), b, transposingB: true, bias: randomTensor(1, n, seed: 4),
                into: out, accumulating: adding)
        }
    }
    return (0..<rows.count).map { out.rows($0..<$0 + 1).values() }
}

@Suite struct PanelProductsTests {
    @Test("a row has the same bits alone, in every company and on any number of threads")
    func independence() async {
        await #expect(processExitsWith: .success) {
            let cases: [(Int, Int, PanelProducts.Vectors)] = [
                (33, 40, .upTo512Bits), (130, 257, .upTo512Bits), (130, 257, .upTo256Bits),
                (64, 96, .upTo256Bits), (45, 33, .ofTheCompiler),
            ]
            for (n, k, vectors) in cases {
                ThreadPool.configure(threadCount: 1)
                let all = product(0..<240, n: n, k: k, vectors)
                for rows in [0..<1, 5..<28, 17..<29, 100..<228, 3..<9, 239..<240] {
                    for threads in [1, 2, 5] {
                        ThreadPool.configure(threadCount: threads)
                        let some = product(rows, n: n, k: k, vectors)
                        #expect(some == Array(all[rows]), "\(rows) of \(n) × \(k), \(threads) threads")
                    }
                }
            }
        }
    }

    @Test(
        "the results are those of oneDNN, also added to what was there",
        arguments: PanelProducts.Vectors.allCases)
    func values(_ vectors: PanelProducts.Vectors) {
        for (n, k) in [(33, 40), (130, 257), (1, 1), (32, 16), (47, 9), (41, 5)] {
            let a = randomTensor(240, k + 3, seed: 1).rows(7..<30).columns(0..<k)
            let (b, bias) = (randomTensor(n, k, seed: 2), randomTensor(1, n, seed: 4))
            let plain = Tensor(rows: 23, columns: n)
            MatrixProduct.run(a, b, transposingB: true, bias: bias, into: plain)
            let expected = plain.values().map { Double($0) }
            let once = product(7..<30, n: n, k: k, vectors)
            #expect(deviation(once.flatMap(\.self), expected) < 1e-5)
            let twice = product(7..<30, n: n, k: k, vectors, adding: true)
            #expect(deviation(twice.flatMap(\.self), expected.map { 2 * $0 }) < 1e-5)
        }
    }

    @Test("operands that are no constants are packed anew, and transposed ones are right")
    func changingOperands() {
        let (a, b) = (randomTensor(9, 20, seed: 1), randomTensor(20, 37, seed: 2))
        let (plain, found) = (Tensor(rows: 9, columns: 37), Tensor(rows: 9, columns: 37))
        let products = PanelProducts(constants: [])
        for factor in [1, -3] as [Float] {
            b[4, 5] = factor
            MatrixProduct.run(a, b, into: plain)
            products.use { MatrixProduct.run(a, b, into: found) }
            #expect(deviation(found.values(), plain.values().map { Double($0) }) < 1e-5)
        }
        #expect(products.byteCount == 0)
    }

    @Test("weights are packed once, and products of other threads are not affected")
    func packing() {
        let (a, b) = (randomTensor(2, 16, seed: 1), randomTensor(40, 16, seed: 2))
        let out = Tensor(rows: 2, columns: 40)
        let products = PanelProducts(constants: [b])
        for _ in 0..<3 { products.use { MatrixProduct.run(a, b, transposingB: true, into: out) } }
        #expect(products.byteCount == 2 * 32 * 16 * 4)
        b.clear()
        MatrixProduct.run(a, b, transposingB: true, into: out)
        #expect(out.values().allSatisfy { $0 == 0 })
    }
}
