// A group of one: every collective gives what it gives one rank of any other group.

import DataParallel
import Tensors
import Testing

@Suite("A group of one")
struct SoloProcessGroupTests {
    /// What all collectives of a group of one make of fixed inputs.
    private func answers(_ group: any ProcessGroup) throws -> [[Double]] {
        #expect(group.rank == 0 && group.size == 1 && group.placeName == "rank 0 on \(group.hostName)")
        let tensor = Tensor([1.5, -2, 3])
        try group.allReduceSum(tensor)
        try group.broadcast(tensor, from: 0)
        let parts = Tensor((0..<20).map { Float($0) })
        let received = Tensor([Float](repeating: -1, count: 17))
        try group.allToAll(parts, parts: [3..<20], into: received)
        try group.allGather(parts, parts: [0..<20])
        var integers: [Int64] = [7, -7]
        try group.allReduceSum(&integers)
        try group.allReduceMaximum(&integers)
        var doubles = [0.1]
        try group.allReduceSum(&doubles)
        var bytes: [UInt8] = [1, 2, 3]
        try group.broadcast(&bytes, from: 0)
        let gathered = [try group.gather(bytes, at: 0) ?? [], try group.allGather(bytes)]
        for other in [try group.duplicate(), try group.split(color: 4), try group.splitByHost()] {
            #expect(other.rank == 0 && other.size == 1)
            try other.barrier()
        }
        let window = try group.window(elementCount: 5).get()
        try window.barrier()
        #expect(window.arenas.map { $0.values() } == [[0, 0, 0, 0, 0]])
        return [tensor, parts, received].map { $0.values().map(Double.init) }
            + [integers.map(Double.init), doubles] + gathered.map { $0.flatMap { $0.map(Double.init) } }
    }

    @Test("it answers as one rank among threads does, and gives back what it was given")
    func collectives() throws {
        let solo = try answers(SoloProcessGroup())
        #expect(solo[0] == [1.5, -2, 3])
        #expect(solo[1] == (0..<20).map { Double($0) })
        #expect(solo[2] == (3..<20).map { Double($0) })
        #expect(solo[3...] == [[7, -7], [0.1], [1, 2, 3], [1, 2, 3]])
        try ThreadProcessGroup.run(size: 1) { group in
            let one = try answers(group)
            #expect(one == solo)
        }
    }
}
