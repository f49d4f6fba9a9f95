// Products in every form that the program has for them, at the sizes of low-rank adapters among others:
// right, and none of them by the library's reference code.

import Kernels
import Synchronization
import Tensors
import Testing

/// One product: its operands as they lie, and what must come out.
private struct ProductCase {
    var m, n, k: Int
    var transposingA = false
    var transposingB = false
    var type = ElementType.float32
    var result = ElementType.float32
    /// Whether the left operand and the result are columns of wider matrices, as the parts of a fused layer
    /// are.
    var isPart = false
    var isAdded = false
    var hasBias = false
    var hasFactor = false
    var scale = Float(1)

    private func operand(_ rows: Int, _ columns: Int, seed: UInt64, _ type: ElementType) -> Tensor {
        let gap = isPart ? 8 : 0
        let whole = Tensor(rows: rows, columns: columns + gap, type: type)
        let view = whole.columns(0..<columns)
        convertRows(randomTensor(rows, columns, seed: seed), to: view)
        return view
    }

    /// Runs it in the first possible of `forms` and compares every element with sums in double precision.
    func isRight(forms: [ProductForm]?, blocks: WidenedBlockLimits = .init()) -> Bool {
        let a = operand(transposingA ? k : m, transposingA ? m : k, seed: 1, type)
        let b = Tensor(rows: transposingB ? n : k, columns: transposingB ? k : n, type: type)
        convertRows(randomTensor(b.rows, b.columns, seed: 2), to: b)
        let out = operand(m, n, seed: 3, result)
        let (bias, factor) = (randomTensor(1, n, seed: 4), operand(m, n, seed: 5, result))
        let (left, right, before) = (a.values(), b.values(), out.values())
        let (biases, factors) = (bias.values(), factor.values())
        MatrixProduct.run(
            a, transposingA: transposingA, b, transposingB: transposingB, bias: hasBias ? bias : nil,
            scale: scale,
            into: out,
            accumulating: isAdded, multiplyingBy: hasFactor ? factor : nil, forms: forms,
            widenedBlocks: blocks)
        let found = out.values()
        for i in 0..<m {
            for j in 0..<n {
                var sum = (hasBias ? Double(biases[j]) : 0) + (isAdded ? Double(before[i * n + j]) : 0)
                var bound = abs(sum) + 1
                for p in 0..<k {
                    let term =
                        Double(left[transposingA ? p * m + i : i * k + p])
                        * Double(right[transposingB ? j * k + p : p * n + j])
                    sum += term
                    bound += abs(term)
                }
                let scale = Double(scale) * (hasFactor ? Double(factors[i * n + j]) : 1)
                let rounding = result == .bfloat16 ? 0x1p-8 * abs(sum * scale) : 0
                if abs(Double(found[i * n + j]) - sum * scale) > rounding + 1e-6 * bound * max(1, abs(scale))
                {
                    return false
                }
            }
        }
        return true
    }
}

private let ranks = [1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 32, 48, 64]
private let transpositions = [(false, false), (false, true), (true, false), (true, true)]

@Suite struct ProductFormTests {
    /// Runs cases in the program's order of forms and in each form alone, and expects no reference code.
    private func check(
        _ product: ProductCase, _ forms: [[ProductForm]?] = [ProductForm.allCases, [.plain, .widened]]
    ) {
        let before = ReferenceProducts.shared.count
        for forms in forms {
            #expect(product.isRight(forms: forms), "\(product) in \(String(describing: forms))")
        }
        #expect(ReferenceProducts.shared.count == before, "\(product) ran on reference code")
    }

    @Test(
        "the six products of an adapter, of any rank, whole and for a part of a fused layer", arguments: ranks
    )
    func adapters(rank: Int) {
        for tokens in [1, 37, 64, 72, 129] {
            for (inputs, outputs) in [(24, 64), (64, 192), (130, 65)] {
                for isBFloat16 in [false, true] {
                    let type = isBFloat16 ? ElementType.bfloat16 : .float32
                    for isPart in [false, true] {
                        let (t, r) = (tokens, rank)
                        let cases = [
                            // h = s·x·Aᵀ, y += h·Bᵀ, dB += dyᵀ·h, dh = s·dy·B, dA += dhᵀ·x, dx += dh·A.
                            ProductCase(m: t, n: r, k: inputs, transposingB: true, result: type, scale: 0.7),
                            ProductCase(
                                m: t, n: outputs, k: r, transposingB: true, result: type, isAdded: true),
                            ProductCase(m: outputs, n: r, k: t, transposingA: true, isAdded: true),
                            ProductCase(m: t, n: r, k: outputs, result: type, scale: 0.7),
                            ProductCase(m: r, n: inputs, k: t, transposingA: true, isAdded: true),
                            ProductCase(m: t, n: inputs, k: r, result: type, isAdded: true),
                        ]
                        for var product in cases {
                            (product.type, product.isPart) = (type, isPart)
                            check(product)
                        }
                    }
                }
            }
        }
    }

    @Test("every transposition and format, added or not, with bias and factor, with gaps and without")
    func forms() {
        let sizes = [
            (64, 64, 2), (65, 128, 30), (100, 64, 33), (3, 5, 7), (96, 192, 46), (1, 64, 64), (70, 65, 64),
        ]
        let formats: [(ElementType, ElementType)] = [
            (.float32, .float32), (.bfloat16, .float32), (.bfloat16, .bfloat16),
        ]
        for (m, n, k) in sizes {
            for (transposingA, transposingB) in transpositions {
                for (type, result) in formats {
                    for options in 0..<16 {
                        check(
                            ProductCase(
                                m: m, n: n, k: k, transposingA: transposingA, transposingB: transposingB,
                                type: type,
                                result: result, isPart: options & 1 != 0, isAdded: options & 2 != 0,
                                hasBias: options & 4 != 0, hasFactor: options & 8 != 0))
                    }
                }
            }
        }
    }

    @Test("a scaled product in float32 has the bits of a product that is scaled afterwards", arguments: ranks)
    func scale(rank: Int) {
        let (x, a) = (randomTensor(72, 130, seed: 1), randomTensor(rank, 130, seed: 2))
        let (scaled, plain) = (Tensor(rows: 72, columns: rank), Tensor(rows: 72, columns: rank))
        MatrixProduct.run(x, a, transposingB: true, scale: 0.7, into: scaled)
        MatrixProduct.run(x, a, transposingB: true, into: plain)
        Elementwise.scale(plain, by: 0.7)
        #expect(scaled.values() == plain.values())
    }

    @Test("widened to float32, as on a processor without bfloat16, products are right too")
    func widened() {
        for (transposingA, transposingB) in transpositions {
            for result in [ElementType.float32, .bfloat16] {
                for isPart in [false, true] {
                    let product = ProductCase(
                        m: 70, n: 33, k: 18, transposingA: transposingA, transposingB: transposingB,
                        type: .bfloat16,
                        result: result, isPart: isPart, isAdded: true, hasBias: true, hasFactor: true)
                    check(product, [[.widened]])
                }
            }
        }
    }

    @Test("widened in blocks, whole left operands among them, products are right at every border of a block")
    func widenedBlocks() {
        let limits = [
            WidenedBlockLimits(right: 32 * 64, left: 32 * 80, wholeLeft: 0, depth: 32),
            WidenedBlockLimits(right: 32 * 64, left: 32 * 80, wholeLeft: 1 << 20, depth: 32),
            WidenedBlockLimits(right: 1 << 20, left: 8 * 200, wholeLeft: 0, depth: 1 << 20),
            WidenedBlockLimits(right: 64 * 96, left: 1 << 20, wholeLeft: 1 << 20, depth: 1 << 20),
        ]
        for (m, n, k) in [(70, 130, 96), (64, 128, 33), (9, 200, 65), (100, 64, 32)] {
            for (transposingA, transposingB) in transpositions {
                for options in 0..<32 {
                    let isScaled = options & 16 != 0
                    let product = ProductCase(
                        m: m, n: n, k: k, transposingA: transposingA, transposingB: transposingB,
                        type: .bfloat16, result: options & 1 == 0 ? .float32 : .bfloat16,
                        isPart: options & 2 != 0, isAdded: options & 4 != 0 && !isScaled,
                        hasBias: options & 4 != 0 && !isScaled, hasFactor: options & 8 != 0,
                        scale: isScaled ? 0.7 : 1)
                    for blocks in limits {
                        #expect(product.isRight(forms: [.widened], blocks: blocks), "\(product), \(blocks)")
                    }
                }
            }
        }
    }

    @Test("the best form for the processor is right where it widens and where it does not")
    func bestForms() {
        for (m, n, k) in [(47, 64, 64), (48, 48, 48), (200, 136, 72)] {
            for (transposingA, transposingB) in transpositions {
                check(
                    ProductCase(
                        m: m, n: n, k: k, transposingA: transposingA, transposingB: transposingB,
                        type: .bfloat16, result: .bfloat16, isAdded: true), [nil])
            }
        }
    }

    @Test(
        "reference code is counted each time and reported once a shape, earlier shapes to a late observer too"
    )
    func report() {
        let (products, lines) = (ReferenceProducts(), Lines())
        func add(_ n: Int) {
            products.add(.init(m: 1_024, n: n, k: 16, operands: .bfloat16, result: .bfloat16))
        }
        for n in [64, 64, 192] { add(n) }
        products.observe { lines.add($0) }
        #expect(products.count == 3 && lines.all.count == 2)
        for n in [192, 576, 576] { add(n) }
        #expect(products.count == 6 && lines.all.count == 3)
        #expect(lines.all.last?.contains("1024×16 · 16×576, bfloat16 to bfloat16") == true)
    }
}

/// Sentences that an observer was told.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
