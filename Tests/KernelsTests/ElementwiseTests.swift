// Additions, sums and table look-ups against double precision.

import Kernels
import Tensors
import Testing

@Suite struct ElementwiseTests {
    private let counts = oddSizes + [1_000, 4_095, 4_097, 20_001]

    @Test("add and scale touch every element once")
    func addAndScale() {
        for count in counts {
            let (x, y) = (randomTensor(1, count, seed: 1), randomTensor(1, count, seed: 2))
            let expected = zip(matrix(x)[0], matrix(y)[0]).map { ($0 + $1) * -0.75 }
            Elementwise.add(x, to: y)
            Elementwise.scale(y, by: -0.75)
            #expect(deviation(y, [expected]) < 1e-6)
        }
    }

    @Test("column sums are added, also those of a view with gaps")
    func columnSums() {
        for (index, rows) in oddSizes.enumerated() {
            for columns in [oddSizes[(index * 5 + 1) % oddSizes.count], 64, 130] {
                for x in [randomTensor(rows, columns, seed: 1), stridedTensor(rows, columns, seed: 1)] {
                    let sums = randomTensor(1, columns, seed: 2)
                    let before = matrix(sums)[0]
                    let values = matrix(x)
                    let expected = (0..<columns).map { column in
                        values.reduce(before[column]) { $0 + $1[column] }
                    }
                    Elementwise.addColumnSums(of: x, to: sums)
                    #expect(deviation(sums, [expected]) < 2e-6, "\(rows) × \(columns)")
                }
            }
        }
    }

    @Test("the sum of squares is right to 1e-12, beyond the range of float squares too")
    func sumOfSquares() {
        for count in [0] + counts + [65_535, 65_536, 65_537, 200_003] {
            for scale in [1.0, 1e25, 1e-30] {
                let x = randomTensor(1, count, seed: 3, scale: scale)
                let expected = matrix(x)[0].reduce(0) { $0 + $1 * $1 }
                #expect(abs(Elementwise.sumOfSquares(x) - expected) <= 1e-12 * expected)
            }
        }
        #expect(Elementwise.sumOfSquares(Tensor([1, .nan, 2])).isNaN)
        #expect(Elementwise.sumOfSquares(Tensor([1, .infinity])) == .infinity)
    }

    @Test("gather copies or adds the rows of the ids")
    func gather() {
        for (index, width) in oddSizes.enumerated() {
            let count = oddSizes[(index * 3 + 5) % oddSizes.count]
            let table = randomTensor(9, width, seed: 1)
            let ids = (0..<count).map { Int32($0 * 7 % 9) }
            let rows = ids.map { matrix(table)[Int($0)] }
            let out = randomTensor(count, width, seed: 2)
            EmbeddingTable.gather(table, ids: ids, into: out)
            #expect(deviation(out, rows) == 0)
            EmbeddingTable.gather(table, ids: ids.reversed(), into: out, accumulating: true)
            let sums = zip(rows, rows.reversed()).map { pair in zip(pair.0, pair.1).map { $0 + $1 } }
            #expect(deviation(out, sums) < 1e-6)
        }
    }

    @Test("scatter adds the rows of equal ids together and leaves others alone")
    func scatterAdd() {
        for (index, width) in oddSizes.enumerated() {
            let count = oddSizes[(index * 3 + 5) % oddSizes.count]
            let table = randomTensor(9, width, seed: 1)
            let dy = randomTensor(count, width, seed: 2)
            let ids = (0..<count).map { Int32($0 * $0 % 8) }
            var expected = matrix(table)
            for (id, row) in zip(ids, matrix(dy)) {
                for column in 0..<width { expected[Int(id)][column] += row[column] }
            }
            EmbeddingTable.scatterAdd(dy, ids: ids, to: table)
            #expect(deviation(table, expected) < 1e-6)
        }
    }
}
