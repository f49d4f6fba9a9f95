// The MPI module on its own: pieces, blocks, messages, splits and errors.

import Files
import Foundation
import MPI

extension Scenario {
    /// Needs a launcher; starts and ends MPI itself.
    static func communicator() throws {
        let environment = try MPIEnvironment()
        let world = try environment.world()
        for pieceLimit in [1, 7, 1 << 30] {
            let cut = try world.duplicate(pieceLimit: pieceLimit)
            try reductionsInPieces(cut)
            try blocks(cut)
            try messages(cut)
        }
        try splits(world)
        try refusals(world)
        try world.barrier()
        try StandardOutput.write("ok rank \(world.rank): communicator of \(world.size)\n")
        try environment.finalize()
        try environment.finalize()
    }

    private static func reductionsInPieces(_ communicator: Communicator) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        let triangle = size * (size + 1) / 2
        var floats = (0..<23).map { Float((rank + 1) * $0) }
        var span = floats.mutableSpan
        try communicator.allReduce(&span, .sum)
        try expect(floats, (0..<23).map { Float(triangle * $0) }, "sum in pieces")
        var doubles = (0..<23).map { Double(rank - $0) }
        try communicator.allReduce(&doubles, .minimum)
        try expect(doubles, (0..<23).map { Double(-$0) }, "minimum in pieces")
        var integers = (0..<23).map { Int64(rank * $0) }
        try communicator.allReduce(&integers, .maximum)
        try expect(integers, (0..<23).map { Int64((size - 1) * $0) }, "maximum in pieces")
        var bytes = (0..<23).map { UInt8(rank * 30 + $0) }
        try communicator.broadcast(&bytes, from: size - 1)
        try expect(bytes, (0..<23).map { UInt8((size - 1) * 30 + $0) }, "broadcast in pieces")
    }

    /// Element i of block b is (rank + 1) · (100 b + i).
    private static func blocks(_ communicator: Communicator) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        let triangle = size * (size + 1) / 2
        var values = (0..<size * 10).map { Float((rank + 1) * ($0 / 10 * 100 + $0 % 10)) }
        var span = values.mutableSpan
        try communicator.reduceScatter(&span, .sum)
        try expect(
            Array(values[0..<10]), (0..<10).map { Float(triangle * (rank * 100 + $0)) }, "reduce-scatter")
        var own = [Float](repeating: -1, count: size * 10)
        for index in 0..<10 { own[rank * 10 + index] = Float(rank * 100 + index) }
        var ownSpan = own.mutableSpan
        try communicator.allGather(&ownSpan)
        try expect(own, (0..<size * 10).map { Float($0 / 10 * 100 + $0 % 10) }, "all-gather in place")
        let gathered = try communicator.allGather((0..<9).map { Int64(rank * 10 + $0) })
        try expect(gathered, (0..<size * 9).map { Int64($0 / 9 * 10 + $0 % 9) }, "all-gather of integers")
    }

    /// A ring: each rank sends to the next; rank 0 begins, so no one waits for itself.
    private static func messages(_ communicator: Communicator) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        guard size > 1 else { return }
        let own = (0..<17).map { UInt8(rank * 20 + $0) }
        let previous = (rank + size - 1) % size
        let expected = (0..<17).map { UInt8(previous * 20 + $0) }
        if rank == 0 { try communicator.send(own, to: 1, tag: 3) }
        try expect(try communicator.receive(count: 17, from: previous, tag: 3), expected, "message")
        if rank != 0 { try communicator.send(own, to: (rank + 1) % size, tag: 3) }
    }

    private static func splits(_ world: Communicator) throws {
        let half = try world.split(color: world.rank % 2, key: -world.rank)
        let members = (0..<world.size).filter { $0 % 2 == world.rank % 2 }
        try expect(half?.size, members.count, "size of a half")
        let position = Array(members.reversed()).firstIndex(of: world.rank)
        try expect(half?.rank, position, "rank in a half")
        let first = try world.split(color: world.rank == 0 ? 0 : nil, key: 0)
        try expect(first?.size, world.rank == 0 ? 1 : nil, "a rank without a color")
        try expect(try world.splitByHost().size, world.size, "ranks on this host")
        try expect(try world.processorName().isEmpty, false, "name of the host")
    }

    /// A root that does not exist comes back as an error with its place.
    private static func refusals(_ world: Communicator) throws {
        var bytes: [UInt8] = [1]
        do {
            try world.broadcast(&bytes, from: 99)
        } catch {
            try expect(error.operation, "MPI_Bcast", "operation of the error")
            try expect(error.rank, world.rank, "rank of the error")
            // Open MPI says MPI_ERR_ROOT, MPICH and its kin "Invalid root".
            try expect(error.reason.lowercased().contains("root"), true, "text of the error")
            return
        }
        throw WrongResult(description: "a broadcast from rank 99 was accepted")
    }
}
