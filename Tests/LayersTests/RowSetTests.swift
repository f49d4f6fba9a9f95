// Sets of rows: their members, what they look like to other ranks, and the parts of ranges.

import Layers
import Testing

@Suite struct RowSetTests {
    private func set(_ rows: [Int], of count: Int = 130) -> RowSet {
        rows.reduce(into: RowSet(rowCount: count)) { $0.insert($1) }
    }

    @Test("a set has the rows that were inserted, once and in order")
    func members() {
        let rows = set([129, 0, 63, 64, 63, 5, 6])
        #expect(rows.rows == [0, 5, 6, 63, 64, 129])
        #expect(rows.count == 6)
        #expect(rows.contains(64) && !rows.contains(65))
        #expect(rows.runs == [0..<1, 5..<7, 63..<65, 129..<130])
        #expect(RowSet(rowCount: 130).isEmpty && !rows.isEmpty)
        #expect(RowSet(rowCount: 130, isFull: true).runs == [0..<130])
    }

    @Test("union and difference")
    func operations() {
        var union = set([1, 70])
        union.formUnion(set([2, 70]))
        #expect(union.rows == [1, 2, 70])
        union.subtract(set([1, 129]))
        #expect(union.rows == [2, 70])
    }

    @Test("bytes carry a set to other ranks")
    func bytes() {
        let rows = set([0, 7, 8, 129])
        #expect(rows.bytes.count == 24)
        #expect(rows.bytes[0] == 0x81 && rows.bytes[1] == 1)
        #expect(RowSet(rowCount: 130, bytes: rows.bytes) == rows)
    }

    @Test("the parts of ranges that lie in others")
    func intersections() {
        let ranges = [0..<4, 6..<7, 10..<20]
        #expect(ranges.intersections([2..<6, 6..<12, 15..<16]) == [2..<4, 6..<7, 10..<12, 15..<16])
        #expect(ranges.intersections([]).isEmpty)
        #expect([Range<Int>]().intersections(ranges).isEmpty)
        #expect(ranges.intersections([0..<100]) == ranges)
    }
}
