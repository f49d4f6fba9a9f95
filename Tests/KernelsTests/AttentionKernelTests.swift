// Padding-free attention, forward and backward, against the padded form in double precision.

import Kernels
import Tensors
import Testing

@Suite struct AttentionKernelTests {
    private static let short = [1, 2, 20, 3]

    private static let shapes: [AttentionShape] = {
        var shapes: [AttentionShape] = []
        for (index, headSize) in [8, 12, 16, 32, 64].enumerated() {
            for heads in 1...4 {
                let lengths = [[1, 2, 20], [17, 1, 33], [48, 49], [15, 16, 47]][(index + heads) % 4]
                shapes.append(
                    AttentionShape(
                        heads: heads, keyValueHeads: heads, headSize: headSize,
                        isCausal: (index + heads) % 2 == 0, queryLengths: lengths, keyLengths: lengths,
                        probability: heads > 2 ? 0.25 : 0))
            }
        }
        return shapes + special + windowed + biased
    }()

    /// A bias by distance, alone and with what else a call may have.
    private static let biased = [
        AttentionShape(queryLengths: [1, 37, 150], keyLengths: [1, 37, 150], bucketCount: 8),
        AttentionShape(
            heads: 3, keyValueHeads: 3, headSize: 12, isCausal: true, queryLengths: [200, 1, 63],
            keyLengths: [200, 1, 63], probability: 0.2, bucketCount: 7),
        AttentionShape(
            heads: 4, keyValueHeads: 2, headSize: 32, isCausal: true, queryLengths: [2, 60, 49],
            keyLengths: [90, 100, 49], probability: 0.3, bucketCount: 5),
        AttentionShape(
            heads: 4, keyValueHeads: 2, headSize: 64, queryLengths: [97, 3], keyLengths: [97, 3], window: 16,
            bucketCount: 6),
        AttentionShape(
            queryLengths: [1, 4, 51], keyLengths: [33, 129, 181], probability: 0.1,
            queryPositions: [0, 0, 5, 77, 128] + (0..<51).map { 3 * $0 + $0 % 3 }, bucketCount: 4),
    ]

    /// Windows of no key to more than all, over lengths around blocks and tiles; all queries, the last, some.
    private static let windowed: [AttentionShape] = [0, 1, 7, 16, 63, 500].flatMap { window in
        [
            AttentionShape(
                headSize: 12, queryLengths: [1, 37, 150], keyLengths: [1, 37, 150], probability: 0.2,
                window: window),
            AttentionShape(
                heads: 4, headSize: 32, queryLengths: [200, 3, 97], keyLengths: [200, 3, 97], window: window),
            AttentionShape(
                heads: 4, keyValueHeads: 2, isCausal: true, queryLengths: [2, 60, 130],
                keyLengths: [90, 100, 130], probability: 0.3, window: window),
            AttentionShape(
                queryLengths: [1, 4, 0, 51], keyLengths: [33, 129, 5, 181], probability: 0.1, window: window,
                queryPositions: [0, 0, 5, 77, 128] + (0..<51).map { 3 * $0 + $0 % 3 }),
        ]
    }

    private static let special = [
        AttentionShape(queryLengths: [200, 1, 97], keyLengths: [200, 1, 97], probability: 0.1),
        AttentionShape(isCausal: true, queryLengths: [200, 65], keyLengths: [200, 65]),
        AttentionShape(heads: 4, keyValueHeads: 1, queryLengths: short, keyLengths: short),
        AttentionShape(
            heads: 4, keyValueHeads: 2, isCausal: true, queryLengths: short, keyLengths: short,
            probability: 0.5),
        AttentionShape(heads: 3, keyValueHeads: 1, headSize: 12, queryLengths: [63], keyLengths: [63]),
        AttentionShape(queryLengths: [1, 1, 1, 1], keyLengths: [1, 5, 20, 100], probability: 0.2),
        AttentionShape(isCausal: true, queryLengths: [1, 3, 50], keyLengths: [9, 3, 120]),
        AttentionShape(
            heads: 4, keyValueHeads: 2, isCausal: true, queryLengths: [2, 60], keyLengths: [30, 100],
            probability: 0.3),
        AttentionShape(queryLengths: [5, 60], keyLengths: [2, 7]),
        AttentionShape(queryLengths: [3, 0, 2], keyLengths: [3, 0, 2]),
        AttentionShape(queryLengths: [2, 0, 1], keyLengths: [2, 4, 1]),
    ]

    private struct Operands {
        let q, k, v, dout, out, logSumExp, dq, dk, dv: Tensor
        let dbias: AttentionBiasGradient?

        init(_ shape: AttentionShape) {
            let (queries, keys) = (shape.queryCount, shape.keyCount)
            q = stridedTensor(queries, shape.width, seed: 1)
            k = stridedTensor(keys, shape.narrowWidth, seed: 2)
            v = stridedTensor(keys, shape.narrowWidth, seed: 3)
            dout = stridedTensor(queries, shape.width, seed: 4)
            out = stridedTensor(queries, shape.width, seed: 5)
            logSumExp = Tensor(rows: queries, columns: shape.heads)
            dq = stridedTensor(queries, shape.width, seed: 6)
            dk = stridedTensor(keys, shape.narrowWidth, seed: 7)
            dv = stridedTensor(keys, shape.narrowWidth, seed: 8)
            dbias = shape.biasGradient()
        }

        /// The same numbers, rounded, in rows with odd gaps between them.
        init(rounding other: Operands) {
            func rounded(_ x: Tensor) -> Tensor {
                let wide = Tensor(rows: x.rows, columns: x.columns + 5, type: .bfloat16)
                let copy = wide.columns(3..<x.columns + 3)
                convertRows(x, to: copy)
                return copy
            }
            (q, k, v, dout) = (rounded(other.q), rounded(other.k), rounded(other.v), rounded(other.dout))
            (out, dq, dk, dv) = (rounded(other.out), rounded(other.dq), rounded(other.dk), rounded(other.dv))
            logSumExp = Tensor(rows: other.q.rows, columns: other.logSumExp.columns)
            dbias = other.dbias
        }

        var areGapsClean: Bool { [q, k, v, dout, out, dq, dk, dv].allSatisfy { hasCleanGaps($0) } }
    }

    private func run(_ shape: AttentionShape, _ o: Operands) {
        let keys = RowRandomKeys(sampleIDs: shape.sampleIDs, offsets: shape.queryOffsets)
        let scratch = randomTensor(
            1, shape.kernel.scratchCount(length: shape.keyLengths.max() ?? 0), seed: 9, scale: 100)
        shape.kernel.forward(
            q: o.q, k: o.k, v: o.v, queryOffsets: shape.queryOffsets, keyOffsets: shape.keyOffsets,
            queryPositions: shape.queryPositions, bias: shape.bias, keys: keys, dropout: shape.dropout,
            into: o.out, logSumExp: o.logSumExp, scratch: scratch)
        shape.kernel.backward(
            gradient: o.dout, q: o.q, k: o.k, v: o.v, out: o.out, logSumExp: o.logSumExp,
            queryOffsets: shape.queryOffsets, keyOffsets: shape.keyOffsets,
            queryPositions: shape.queryPositions, bias: shape.bias, biasGradient: o.dbias, keys: keys,
            dropout: shape.dropout, dq: o.dq, dk: o.dk, dv: o.dv, scratch: scratch)
    }

    @Test("output and gradients equal those of the padded form", arguments: shapes)
    func equalsPaddedForm(shape: AttentionShape) {
        let operands = Operands(shape)
        run(shape, operands)
        let expected = AttentionReference(
            shape, q: matrix(operands.q), k: matrix(operands.k), v: matrix(operands.v),
            dout: matrix(operands.dout))
        #expect(deviation(operands.out, expected.out) < 3e-6)
        #expect(deviation(operands.logSumExp, expected.logSumExp) < 3e-6)
        #expect(deviation(operands.dq, expected.dq) < 1e-5)
        #expect(deviation(operands.dk, expected.dk) < 1e-5)
        #expect(deviation(operands.dv, expected.dv) < 1e-5)
        if let dbias = operands.dbias { #expect(deviation(dbias.sums, expected.dbias) < 1e-5) }
        #expect(operands.areGapsClean)
    }

    @Test("in bfloat16 they differ from the padded form by some roundings", arguments: shapes)
    func bfloat16(shape: AttentionShape) {
        let operands = Operands(rounding: Operands(shape))
        run(shape, operands)
        func exact(_ x: Tensor) -> Matrix {
            let copy = Tensor(rows: x.rows, columns: x.columns)
            convertRows(x, to: copy)
            return matrix(copy)
        }
        let expected = AttentionReference(
            shape, q: exact(operands.q), k: exact(operands.k), v: exact(operands.v),
            dout: exact(operands.dout))
        #expect(deviation(operands.logSumExp, expected.logSumExp) < 1e-5)
        // Where a query sees one key, the gradient of its score is the difference of two equal products: only
        // their roundings are left.
        let roundings = shape.window == 0 ? 0x1p-5 : 0x1p-6
        // The gradients of a row's scores add up to zero: buckets are sums in which most of them cancel, and
        // what is left of the roundings weighs more.
        if let dbias = operands.dbias { #expect(deviation(dbias.sums, expected.dbias) < 0x1p-4) }
        for (found, expected) in [
            (operands.out, expected.out), (operands.dq, expected.dq), (operands.dk, expected.dk),
            (operands.dv, expected.dv),
        ] {
            #expect(
                deviation(exact(found).flatMap { $0 }.map { Float($0) }, expected.flatMap { $0 })
                    < roundings)
        }
    }

    @Test("a window that no sequence fills changes no bit", arguments: [ElementType.float32, .bfloat16])
    func wideWindow(type: ElementType) {
        var shape = AttentionShape(queryLengths: [64, 3, 97], keyLengths: [64, 3, 97], probability: 0.1)
        func results() -> [[UInt32]] {
            let exact = Operands(shape)
            let operands = type == .float32 ? exact : Operands(rounding: exact)
            run(shape, operands)
            return [operands.out, operands.logSumExp, operands.dq, operands.dk, operands.dv].map { x in
                let copy = Tensor(rows: x.rows, columns: x.columns)
                convertRows(x, to: copy)
                return copy.values().map(\.bitPattern)
            }
        }
        let without = results()
        shape.window = 96
        #expect(results() == without)
        shape.window = 95
        #expect(results() != without)
    }

    @Test("large scores do not overflow: one key takes all the weight")
    func largeScores() {
        let shape = AttentionShape(heads: 1, keyValueHeads: 1, queryLengths: [20], keyLengths: [20])
        let operands = Operands(shape)
        for row in 0..<20 {
            for column in 0..<16 {
                operands.q[row, column] = 100
                operands.k[row, column] = row == 7 ? 100 : -100
            }
        }
        run(shape, operands)
        let chosen = operands.v.rows(7..<8).values()
        for row in 0..<20 { #expect(operands.out.rows(row..<row + 1).values() == chosen) }
        #expect(operands.dq.values().allSatisfy { abs($0) < 1e-3 })
        #expect(operands.dk.values().allSatisfy { abs($0) < 1e-3 })
    }

    @Test("a sequence's result does not depend on its neighbours in the batch")
    func neighbours() {
        let pair = AttentionShape(queryLengths: [30, 21], keyLengths: [30, 21], probability: 0.2)
        let single = AttentionShape(queryLengths: [30], keyLengths: [30], probability: 0.2)
        let (together, alone) = (Operands(pair), Operands(single))
        alone.q.copy(from: together.q.rows(0..<30))
        alone.k.copy(from: together.k.rows(0..<30))
        alone.v.copy(from: together.v.rows(0..<30))
        alone.dout.copy(from: together.dout.rows(0..<30))
        run(pair, together)
        run(single, alone)
        for (found, expected) in [
            (together.out, alone.out), (together.dq, alone.dq), (together.dk, alone.dk),
            (together.dv, alone.dv),
        ] {
            #expect(found.rows(0..<30).values() == expected.values())
        }
    }
}
