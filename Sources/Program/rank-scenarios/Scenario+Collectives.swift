// Collectives of every type with closed-form answers.

import DataParallel
import Foundation
import Tensors

extension Scenario {
    /// Rank r gives (r + 1) · (i + 1); the sum over n ranks is n(n + 1)/2 · (i + 1).
    static func reductions(_ group: any ProcessGroup) throws {
        let triangle = group.size * (group.size + 1) / 2
        for count in [1, 7, 1_000, 300_001] {
            let tensor = Tensor((0..<count).map { Float((group.rank + 1) * ($0 % 1_000 + 1)) })
            try group.allReduceSum(tensor)
            let expected = (0..<count).map { Float(triangle * ($0 % 1_000 + 1)) }
            try expect(tensor.values() == expected, true, "sum of \(count) floats")
        }
        var integers = [Int64(group.rank + 1), Int64(1) << 53 + Int64(group.rank)]
        let offsets = Int64(group.size * (group.size - 1) / 2)
        try group.allReduceSum(&integers)
        try expect(integers, [Int64(triangle), Int64(group.size) << 53 + offsets], "sum of integers")
        var doubles = [Double(group.rank + 1) * 0.25]
        try group.allReduceSum(&doubles)
        try expect(doubles, [Double(triangle) * 0.25], "sum of doubles")
        var largest = [Int64(group.rank), Int64(-group.rank)]
        try group.allReduceMaximum(&largest)
        try expect(largest, [Int64(group.size - 1), 0], "maximum")
        var nothing: [Int64] = []
        try group.allReduceSum(&nothing)
        try report(group, "reductions over \(group.size)")
    }

    /// Every rank is the root once; the bytes have a length that only the root knows.
    static func broadcast(_ group: any ProcessGroup) throws {
        for root in 0..<group.size {
            let arena = Tensor((0..<5_003).map { Float(group.rank * 10_000 + $0) })
            try ParameterBroadcast.run(arena, from: root, through: group, pieceMebibytes: 1.0 / 256)
            let expected = (0..<5_003).map { Float(root * 10_000 + $0) }
            try expect(arena.values() == expected, true, "arena of rank \(root)")
            var bytes = [UInt8](repeating: UInt8(group.rank), count: group.rank * 3)
            try group.broadcast(&bytes, from: root)
            try expect(bytes, [UInt8](repeating: UInt8(root), count: root * 3), "bytes of rank \(root)")
        }
        try group.barrier()
        try report(group, "broadcast from \(group.size) roots")
    }

    /// Rank r gives r bytes of value r.
    static func gather(_ group: any ProcessGroup) throws {
        let own = [UInt8](repeating: UInt8(group.rank), count: group.rank)
        let expected = (0..<group.size).map { [UInt8](repeating: UInt8($0), count: $0) }
        try expect(try group.allGather(own), expected, "all-gather")
        for root in 0..<group.size {
            let gathered = try group.gather(own, at: root)
            try expect(gathered, group.rank == root ? expected : nil, "gather at \(root)")
        }
        try report(group, "gather at \(group.size) roots")
    }

    /// 200 sums on each of two channels at the same time, from two threads.
    static func channels(_ group: any ProcessGroup) throws {
        let other = try group.duplicate()
        let outcome = ThreadOutcome()
        let thread = Thread { outcome.finish(Result { try sums(other, factor: 1_000) }) }
        thread.start()
        try sums(group, factor: 1)
        try outcome.wait()
        try report(group, "two channels at once")
    }

    private static func sums(_ group: any ProcessGroup, factor: Int) throws {
        let triangle = group.size * (group.size + 1) / 2
        for round in 1...200 {
            var values = [Int64(factor * round * (group.rank + 1))]
            try group.allReduceSum(&values)
            try expect(values, [Int64(factor * round * triangle)], "round \(round) of channel \(factor)")
        }
    }
}
