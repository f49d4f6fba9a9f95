// Sums over arenas, the bfloat16 wire format and rows that are zero, against naive code at odd sizes.

import Kernels
import Tensors
import Testing

@Suite("Reductions over ranks")
struct RankReductionsTests {
    private static let counts = [0, 1, 15, 16, 2_047, 2_048, 2_049, 7_001]

    private func random(_ count: Int, seed: UInt64) -> [Float] {
        let key = RandomKey(seed: seed)
        return (0..<count).map { Float(key.normal(UInt64($0))) }
    }

    private func tensor(_ values: [Float], type: ElementType) -> Tensor {
        let tensor = Tensor(rows: 1, columns: values.count, type: type)
        let source = Tensor(values)
        if type == .bfloat16 { WireFormat.encode(source, into: tensor) } else { tensor.copy(from: source) }
        return tensor
    }

    @Test("arenas are added in order, to all or to one", arguments: counts, 1...4)
    func arenas(count: Int, ranks: Int) {
        let range = min(1, count)..<count
        let given = (0..<ranks).map { random(count, seed: UInt64($0)) }
        let sum = (0..<count).map { index in given.dropFirst().reduce(given[0][index]) { $0 + $1[index] } }
        func expected(_ rank: Int, _ isTarget: Bool) -> [Float] {
            (0..<count).map { isTarget && range.contains($0) ? sum[$0] : given[rank][$0] }
        }
        let all = given.map { Tensor($0) }
        let squares = ArenaSum.toAll(all, range: range)
        let wanted = range.reduce(0.0) { $0 + Double(sum[$1]) * Double(sum[$1]) }
        #expect(abs(squares - wanted) <= 1e-12 * wanted)
        for rank in 0..<ranks { #expect(all[rank].values() == expected(rank, true)) }
        let one = given.map { Tensor($0) }
        #expect(ArenaSum.toOne(one, target: ranks - 1, range: range) == squares)
        for rank in 0..<ranks { #expect(one[rank].values() == expected(rank, rank == ranks - 1)) }
    }

    @Test("rounding to bfloat16 is that of the scalar type, also at the edges")
    func rounding() {
        let edges: [Float] = [
            0, -0.0, 1, 1.00390625, 1.0039063, 1.01171875, 3.4e38, -3.4e38, .infinity, -.infinity, .nan,
            .leastNormalMagnitude / 4,
            .leastNonzeroMagnitude, 65_504,
        ]
        let values = edges + random(4_099, seed: 9)
        let wire = tensor(values, type: .bfloat16)
        let back = Tensor(rows: 1, columns: values.count)
        WireFormat.decode(wire, into: back)
        for (value, found) in zip(values, back.values()) {
            let expected = BFloat16(value).float
            #expect(value.isNaN ? found.isNaN : found.bitPattern == expected.bitPattern)
        }
    }

    @Test("blocks are added in order; the own one unrounded in bfloat16", arguments: counts, 1...3)
    func blocks(count: Int, ranks: Int) {
        let values = random(count * ranks, seed: 4)
        let sum = Tensor(rows: 1, columns: count)
        ArenaSum.blocks(Tensor(values), into: sum)
        func naive(_ element: (Int, Int) -> Float) -> [Float] {
            (0..<count).map { index in (0..<ranks).reduce(Float(0)) { $0 + element($1, index) } }
        }
        #expect(sum.values() == naive { values[$0 * count + $1] })
        let own = random(count, seed: 5)
        sum.copy(from: own)
        ArenaSum.bfloat16Blocks(tensor(values, type: .bfloat16), own: ranks - 1, into: sum)
        #expect(
            sum.values()
                == naive { $0 == ranks - 1 ? own[$1] : BFloat16(values[$0 * count + $1]).float })
    }

    @Test(
        "rows with an element are found, whatever it is and wherever", arguments: [1, 7, 255, 256, 257, 600])
    func flags(columns: Int) {
        let table = Tensor(rows: 40, columns: columns)
        let elements: [(row: Int, value: Float)] = [
            (0, 1), (3, -0.0), (7, .nan), (8, .leastNonzeroMagnitude), (39, -.infinity),
        ]
        for (position, element) in elements.enumerated() {
            table[element.row, position * 67 % columns] = element.value
        }
        let flags = SparseRows.flags(of: table)
        #expect(flags.indices.filter { flags[$0] != 0 } == [0, 7, 8, 39])
        let packed = Tensor(rows: 3, columns: columns)
        let source = Tensor(random(40 * columns, seed: 6)).reshaped(rows: 40, columns: columns)
        SparseRows.gather(source, rows: [2, 3, 39], into: packed)
        let target = Tensor(rows: 40, columns: columns)
        SparseRows.scatter(packed, rows: [2, 3, 39], into: target)
        for row in 0..<40 {
            let zeros = [Float](repeating: 0, count: columns)
            let expected = [2, 3, 39].contains(row) ? source.rows(row..<row + 1).values() : zeros
            #expect(target.rows(row..<row + 1).values() == expected)
        }
    }
}
