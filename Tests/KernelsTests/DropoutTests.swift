// Keyed dropout: its mask is a function of the keys, its share is right, it is its own backward pass.

import Kernels
import Tensors
import Testing

@Suite struct DropoutTests {
    private let offsets: [Int32] = [0, 5, 6, 6, 17]
    private let sampleIDs: [UInt64] = [40, 3, 99, 1_000_000_007]

    @Test("the mask equals the definition at every width", arguments: [Float(0.1), 0.5, 0.9])
    func mask(probability: Float) {
        let dropout = Dropout(key: RandomKey(seed: 9).derived("site"), probability: probability)
        let reference = DropoutReference(dropout: dropout)
        let rowKeys = DropoutReference.rowKeys(sampleIDs: sampleIDs, offsets: offsets)
        for width in oddSizes {
            let x = randomTensor(17, width, seed: 2)
            let y = Tensor(rows: 17, columns: width)
            dropout.apply(to: x, keys: RowRandomKeys(sampleIDs: sampleIDs, offsets: offsets), into: y)
            let values = matrix(x)
            let expected = values.indices.map { row in
                values[row].indices.map {
                    values[row][$0] * reference.factor(rowKey: rowKeys[row], column: $0)
                }
            }
            #expect(deviation(y, expected) < 1e-6)
            dropout.apply(to: x, keys: RowRandomKeys(sampleIDs: sampleIDs, offsets: offsets), into: x)
            #expect(x.values() == y.values())
        }
    }

    @Test(
        "added to a gradient it gives the bits of dropout, addition and rounding one by one",
        arguments: oddSizes)
    func addition(width: Int) {
        let dropout = Dropout(key: RandomKey(seed: 9).derived("site"), probability: 0.3)
        let keys = RowRandomKeys(sampleIDs: sampleIDs, offsets: offsets)
        let (x, y) = (randomTensor(17, width, seed: 2), randomTensor(17, width, seed: 3))
        let rounded = Tensor(rows: 17, columns: width, type: .bfloat16)
        Conversion.copy(y, to: rounded)
        let (dropped, wide) = (Tensor(rows: 17, columns: width), Tensor(rows: 17, columns: width))
        dropout.apply(to: x, keys: keys, into: dropped)
        Conversion.copy(rounded, to: wide)
        Elementwise.add(dropped, to: wide)
        dropout.add(x, keys: keys, to: rounded)
        #expect(rounded.values() == wide.values().map { BFloat16($0).float })
        dropout.add(x, keys: keys, to: y)
        let expected = randomTensor(17, width, seed: 3)
        Elementwise.add(dropped, to: expected)
        #expect(y.values() == expected.values())
    }

    @Test("the share of zeros is p within five standard deviations", arguments: [Float(0.01), 0.1, 0.5, 0.9])
    func share(probability: Float) {
        let (rows, columns) = (1_000, 257)
        let x = Tensor(rows: rows, columns: columns)
        x.copy(from: [Float](repeating: 1, count: x.count))
        let keys = RowRandomKeys(sampleIDs: (0..<UInt64(rows)).map { $0 })
        Dropout(key: RandomKey(seed: 1), probability: probability).apply(to: x, keys: keys, into: x)
        let p = Double(probability)
        func isPlausible(_ zeros: Int, of count: Int) -> Bool {
            let deviation = (Double(count) * p * (1 - p)).squareRoot()
            return abs(Double(zeros) - Double(count) * p) < 5 * deviation
        }
        #expect(isPlausible(x.values().count { $0 == 0 }, of: x.count))
        for column in [0, 1, 128, 256] {
            #expect(isPlausible((0..<rows).count { x[$0, column] == 0 }, of: rows))
        }
        #expect(x.values().allSatisfy { $0 == 0 || abs(Double($0) * (1 - p) - 1) < 1e-6 })
    }

    @Test("the mask of a sample does not depend on its place in the batch or on its neighbours")
    func placeInBatch() {
        let dropout = Dropout(key: RandomKey(seed: 4), probability: 0.4)
        func dropped(_ ids: [UInt64], _ lengths: [Int32]) -> [UInt64: [Float]] {
            var offsets: [Int32] = [0]
            for length in lengths { offsets.append((offsets.last ?? 0) + length) }
            let x = Tensor(rows: Int(offsets.last ?? 0), columns: 33)
            x.copy(from: [Float](repeating: 1, count: x.count))
            dropout.apply(to: x, keys: RowRandomKeys(sampleIDs: ids, offsets: offsets), into: x)
            return Dictionary(
                uniqueKeysWithValues: ids.enumerated().map { index, id in
                    (id, x.rows(Int(offsets[index])..<Int(offsets[index + 1])).values())
                })
        }
        let together = dropped([7, 8, 9], [4, 6, 2])
        let reordered = dropped([9, 7, 8], [2, 4, 6])
        #expect(together == reordered)
        for (id, length) in [(UInt64(7), Int32(4)), (8, 6), (9, 2)] {
            #expect(dropped([id], [length])[id] == together[id])
        }
        #expect(together[7]?.prefix(66) != together[9]?.prefix(66))
    }

    @Test("keys of one row a sample are those of the samples' first tokens")
    func sequenceKeys() {
        let dropout = Dropout(key: RandomKey(seed: 4), probability: 0.5)
        let (tokens, pooled) = (Tensor(rows: 17, columns: 50), Tensor(rows: 3, columns: 50))
        let offsets: [Int32] = [0, 5, 6, 17]
        let ids: [UInt64] = [40, 3, 99]
        for tensor in [tokens, pooled] { tensor.copy(from: [Float](repeating: 1, count: tensor.count)) }
        dropout.apply(to: tokens, keys: RowRandomKeys(sampleIDs: ids, offsets: offsets), into: tokens)
        dropout.apply(to: pooled, keys: RowRandomKeys(sampleIDs: ids), into: pooled)
        for (row, offset) in offsets.dropLast().enumerated() {
            #expect(
                pooled.rows(row..<row + 1).values() == tokens.rows(Int(offset)..<Int(offset) + 1).values())
        }
    }

    @Test("another site, step or seed gives another mask")
    func otherKeys() {
        let key = RandomKey(seed: 1)
        let keys = RowRandomKeys(sampleIDs: [0, 1, 2, 3])
        let masks = [key, key.derived("a"), key.derived("b"), key.derived(1), RandomKey(seed: 2)].map { key in
            let x = Tensor(rows: 4, columns: 64)
            x.copy(from: [Float](repeating: 1, count: 256))
            Dropout(key: key, probability: 0.5).apply(to: x, keys: keys, into: x)
            return x.values()
        }
        for (index, mask) in masks.enumerated() {
            for other in masks[..<index] {
                let equal = zip(mask, other).count { $0 == $1 }
                #expect(abs(equal - 128) < 5 * 8)
            }
        }
    }

    @Test("applied to the gradient it is its own backward pass")
    func backward() {
        let dropout = Dropout(key: RandomKey(seed: 4), probability: 0.3)
        let keys = RowRandomKeys(sampleIDs: [1, 2, 3])
        let (x, weights) = (randomTensor(3, 20, seed: 1), randomTensor(3, 20, seed: 2))
        let (y, dx) = (Tensor(rows: 3, columns: 20), Tensor(rows: 3, columns: 20))
        dropout.apply(to: x, keys: keys, into: y)
        dropout.apply(to: weights, keys: keys, into: dx)
        // <dropout(x), w> = <x, dropout(w)>: the operator is linear and symmetric.
        let left = zip(y.values(), weights.values()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let right = zip(x.values(), dx.values()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(left - right) < 1e-5)
        #expect(zip(y.values(), dx.values()).allSatisfy { ($0 == 0) == ($1 == 0) })
    }

    @Test("without a probability the values are copied")
    func identity() {
        let x = randomTensor(3, 20, seed: 1)
        let y = Tensor(rows: 3, columns: 20)
        Dropout.none.apply(to: x, keys: RowRandomKeys(sampleIDs: [1, 2, 3]), into: y)
        #expect(Dropout.none.isIdentity && x.values() == y.values())
    }
}
