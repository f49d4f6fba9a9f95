// Ranks as threads: the same answers as ranks of MPI, and errors where MPI would hang.

import DataParallel
import Tensors
import Testing

private struct Planned: Error, Equatable { let rank: Int }

@Suite("Ranks as threads")
struct ThreadProcessGroupTests {
    @Test("reductions give closed-form answers", arguments: 1...5)
    func reductions(size: Int) throws {
        try ThreadProcessGroup.run(size: size) { group in
            let triangle = size * (size + 1) / 2
            let tensor = Tensor((0..<33).map { Float((group.rank + 1) * $0) })
            try group.allReduceSum(tensor)
            #expect(tensor.values() == (0..<33).map { Float(triangle * $0) })
            var integers = [Int64(group.rank + 1), -1]
            try group.allReduceSum(&integers)
            #expect(integers == [Int64(triangle), Int64(-size)])
            var doubles = [Double(group.rank + 1) / 4]
            try group.allReduceSum(&doubles)
            #expect(doubles == [Double(triangle) / 4])
            var largest = [Int64(group.rank), Int64(-group.rank)]
            try group.allReduceMaximum(&largest)
            #expect(largest == [Int64(size - 1), 0])
        }
    }

    @Test("broadcast and gather carry bytes of any length", arguments: 1...5)
    func bytes(size: Int) throws {
        try ThreadProcessGroup.run(size: size) { group in
            #expect(group.size == size)
            let own = [UInt8](repeating: UInt8(group.rank), count: group.rank)
            let all = (0..<size).map { [UInt8](repeating: UInt8($0), count: $0) }
            #expect(try group.allGather(own) == all)
            for root in 0..<size {
                #expect(try group.gather(own, at: root) == (group.rank == root ? all : nil))
                var bytes = own
                try group.broadcast(&bytes, from: root)
                #expect(bytes == all[root])
                let arena = Tensor((0..<100).map { Float(group.rank * 1_000 + $0) })
                try ParameterBroadcast.run(arena, from: root, through: group, pieceMebibytes: 1.0 / 16_384)
                #expect(arena.values() == (0..<100).map { Float(root * 1_000 + $0) })
            }
        }
    }

    @Test("sums run in rank order, so that all ranks get the same bits")
    func rankOrder() throws {
        try ThreadProcessGroup.run(size: 3) { group in
            let tensor = Tensor([[Float(1e8), -1e8, 1][group.rank], [Float(1), 1e8, -1e8][group.rank]])
            try group.allReduceSum(tensor)
            #expect(tensor.values() == [1, 0])
        }
    }

    @Test("a rank that throws fails the others, and its error comes out", arguments: [0, 1, 3])
    func throwingRank(rank: Int) throws {
        let body: @Sendable (any ProcessGroup) throws -> Void = { group in
            let other = try group.duplicate()
            if group.rank == rank { throw Planned(rank: rank) }
            #expect(throws: ParallelError.peerFailed(rank: rank, operation: "barrier")) {
                try other.barrier()
            }
        }
        #expect(throws: Planned(rank: rank)) { try ThreadProcessGroup.run(size: 4, body: body) }
    }

    @Test("a rank that returns too early fails the others")
    func earlyReturn() {
        #expect(throws: ParallelError.peerFailed(rank: 1, operation: "barrier")) {
            try ThreadProcessGroup.run(size: 2) { group in
                if group.rank == 0 { try group.barrier() }
            }
        }
    }

    @Test("different collectives against each other are an error that names them")
    func mismatch() {
        let expected = ParallelError.mismatch(
            operation: "barrier", rank: 0, otherOperation: "sum of 1 integers", otherRank: 2)
        #expect(throws: expected) {
            try ThreadProcessGroup.run(size: 3) { group in
                var values: [Int64] = [1]
                if group.rank == 2 { try group.allReduceSum(&values) } else { try group.barrier() }
            }
        }
    }
}
