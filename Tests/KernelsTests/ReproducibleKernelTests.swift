// Kernels whose bits may not depend on the number of threads, and sums that depend on no order.

import Kernels
import Tensors
import Testing

/// Products of many shapes, with all that a product may have.
private func productResults(_ type: ElementType) -> [Float] {
    // Few rows, several pieces in both directions, sums that are long, and odd sizes.
    let shapes = [(7, 64, 33), (94, 384, 96), (300, 450, 40), (40, 130, 2_000)]
    var found: [Float] = []
    for (index, (m, n, k)) in shapes.enumerated() {
        for (transposingA, transposingB) in [(false, true), (false, false), (true, false)] {
            let seed = UInt64(index * 10)
            let a = converted(randomTensor(transposingA ? k : m, transposingA ? m : k, seed: seed), type)
            let b = converted(randomTensor(transposingB ? n : k, transposingB ? k : n, seed: seed + 1), type)
            let sum = randomTensor(m, n, seed: seed + 2)
            MatrixProduct.run(
                a, transposingA: transposingA, b, transposingB: transposingB, into: sum, accumulating: true)
            let biased = Tensor(rows: m, columns: n)
            MatrixProduct.run(
                a, transposingA: transposingA, b, transposingB: transposingB,
                bias: randomTensor(1, n, seed: seed + 3), into: biased,
                multiplyingBy: randomTensor(m, n, seed: seed + 4))
            found += sum.values() + biased.values()
        }
    }
    return found
}

private func converted(_ x: Tensor, _ type: ElementType) -> Tensor {
    guard type != .float32 else { return x }
    let y = Tensor(rows: x.rows, columns: x.columns, type: type)
    Conversion.copy(x, to: y)
    return y
}

@Suite struct ReproducibleKernelTests {
    @Test("products in both formats are bitwise the same on 1 to 5 threads, and right")
    func products() async {
        await #expect(processExitsWith: .success) {
            for type in [ElementType.float32, .bfloat16] {
                ThreadPool.configure(threadCount: 1)
                let plain = productResults(type)
                let single = ThreadPool.run(isReproducible: true) { productResults(type) }
                #expect(deviation(single, plain.map { Double($0) }) < 1e-5)
                for threads in 2...5 {
                    ThreadPool.configure(threadCount: threads)
                    let found = ThreadPool.run(isReproducible: true) { productResults(type) }
                    #expect(found == single, "\(type), \(threads) threads")
                }
                #expect(!ThreadPool.isReproducible)
            }
        }
    }

    @Test("exact squares are the same bits for any division, and right; what is no number stays none")
    func squares() async {
        await #expect(processExitsWith: .success) {
            let x = randomTensor(1, 16 * 4_000, seed: 5)
            for (index, scale) in [Float(1e-18), 1e-6, 1e3, 1e9].enumerated() {
                Elementwise.scale(x.elements(index * 1_600..<(index + 1) * 1_600), by: scale)
            }
            let exact = x.values().reduce(0) { $0 + Double($1) * Double($1) }
            var whole = ExactSquares()
            whole.add(x)
            #expect(abs(whole.value - exact) < 1e-12 * exact)
            for threads in 1...4 {
                ThreadPool.configure(threadCount: threads)
                for parts in [1, 2, 3, 7, 8, 100] {
                    let sums = (0..<parts).reversed().map { part in
                        var sum = ExactSquares()
                        let lines = x.count / 16
                        sum.add([lines * part / parts * 16..<lines * (part + 1) / parts * 16], of: x)
                        return sum.bins
                    }
                    let bins = sums.dropFirst().reduce(sums[0]) { zip($0, $1).map(+) }
                    #expect(ExactSquares(bins: bins).value == whole.value, "\(parts) parts")
                }
            }
            x[0, 77] = .infinity
            var infinite = ExactSquares()
            infinite.add(x)
            #expect(!infinite.value.isFinite)
        }
    }

    @Test("a sum of a tree is made in its order, and may go to its sources")
    func treeSum() {
        let tensors = (1...4).map { randomTensor(1, 5_000, seed: UInt64($0)) }
        let values = tensors.map { $0.values() }
        let expected = (0..<5_000).map { (values[3][$0] + values[0][$0]) + (values[1][$0] + values[2][$0]) }
        TreeSum([.push(3), .add(0), .push(1), .add(2), .merge])
            .run(tensors, into: [tensors[1], tensors[3]], range: 100..<4_900)
        #expect(Array(tensors[1].values()[100..<4_900]) == Array(expected[100..<4_900]))
        #expect(tensors[3].values()[100..<4_900] == expected[100..<4_900])
        #expect(tensors[1].values()[..<100] == values[1][..<100])
        #expect(tensors[0].values() == values[0])
    }
}
