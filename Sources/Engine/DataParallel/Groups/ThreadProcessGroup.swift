// Ranks as threads of one process: the logic of several ranks without MPI, for tests.

import Foundation
import MPI
internal import Machine
import Synchronization
package import Tensors

/// A process group whose ranks are threads. Reductions run in rank order, so that results do not depend on
/// timing.
///
/// Stricter than MPI: ranks that run different collectives against each other get an error, and when a rank
/// throws or returns too early, the others fail in their next collective instead of waiting.
package final class ThreadProcessGroup: ProcessGroup {
    package let rank: Int
    package let hostName: String
    package var size: Int { members.ranks.count }

    private let world: ThreadWorld
    private let members: ThreadMembers
    private let duplicates = Mutex(0)

    private init(world: ThreadWorld, members: ThreadMembers, hostName: String) {
        guard let rank = members.ranks.firstIndex(of: members.rank) else {
            preconditionFailure("rank \(members.rank) is no member of its group")
        }
        self.rank = rank
        self.world = world
        self.members = members
        self.hostName = hostName
    }

    /// Runs `body` once a rank, each in a thread of its own, and waits for all. Throws the error of the rank
    /// that failed first.
    package static func run(
        size: Int, body: @escaping @Sendable (any ProcessGroup) throws -> Void
    ) throws {
        precondition(size > 0, "a group has at least one rank")
        try run(ranksOnHosts: [size], body: body)
    }

    /// The same for several simulated hosts with these numbers of ranks. The ranks of one host can share a
    /// window.
    package static func run(
        ranksOnHosts: [Int], body: @escaping @Sendable (any ProcessGroup) throws -> Void
    ) throws {
        let hosts = ranksOnHosts.enumerated().flatMap { host, count in
            [Int](repeating: host, count: count)
        }
        let size = hosts.count
        let world = ThreadWorld(hosts: hosts)
        let outcomes = Monitor<[Int: Result<Void, any Error>]>([:])
        let hostName = HostFacts.current.name
        for rank in 0..<size {
            let thread = Thread {
                let members = ThreadMembers(ranks: Array(0..<size), rank: rank, channel: [])
                let group = ThreadProcessGroup(world: world, members: members, hostName: hostName)
                let outcome = Result { try body(group) }
                let hasFailed = if case .failure = outcome { true } else { false }
                world.leave(rank: rank, hasFailed: hasFailed)
                outcomes.update { $0[rank] = outcome }
            }
            thread.name = "rank-\(rank)"
            thread.stackSize = 8 << 20
            thread.start()
        }
        let all = outcomes.wait { $0.count == size ? $0 : nil }
        if let failed = world.failedRank { try all[failed]?.get() }
    }

    private func exchange(
        _ operation: String, _ payload: Contribution.Payload = .nothing
    ) throws(ParallelError) -> [Contribution.Payload] {
        let contribution = Contribution(operation: operation, payload: payload)
        return try world.exchange(contribution, members).map(\.payload)
    }

    package func allReduceSum(_ tensor: Tensor) throws(ParallelError) {
        precondition(tensor.isContiguous && tensor.type == .float32, "expected a contiguous float32 tensor")
        let all = try exchange("all-reduce of \(tensor.count) floats", .floats(tensor.values()))
        var sum = [Float](repeating: 0, count: tensor.count)
        for (index, payload) in all.enumerated() {
            guard case .floats(let values) = payload else { preconditionFailure("not floats") }
            sum = index == 0 ? values : zip(sum, values).map { $0 + $1 }
        }
        tensor.copy(from: sum)
    }

    package func allReduceSum(_ values: inout [Int64]) throws(ParallelError) {
        values = try reduced(values, "sum") { $0 + $1 }
    }

    package func allReduceMaximum(_ values: inout [Int64]) throws(ParallelError) {
        values = try reduced(values, "maximum") { max($0, $1) }
    }

    private func reduced(
        _ values: [Int64], _ name: String, _ combine: (Int64, Int64) -> Int64
    ) throws(ParallelError) -> [Int64] {
        let all = try exchange("\(name) of \(values.count) integers", .integers(values))
        var result: [Int64] = []
        for (index, payload) in all.enumerated() {
            guard case .integers(let values) = payload else { preconditionFailure("not integers") }
            result = index == 0 ? values : zip(result, values).map(combine)
        }
        return result
    }

    package func allReduceSum(_ values: inout [Double]) throws(ParallelError) {
        let all = try exchange("sum of \(values.count) doubles", .doubles(values))
        for (index, payload) in all.enumerated() {
            guard case .doubles(let other) = payload else { preconditionFailure("not doubles") }
            values = index == 0 ? other : zip(values, other).map { $0 + $1 }
        }
    }

    package func broadcast(_ tensor: Tensor, from root: Int) throws(ParallelError) {
        precondition(root >= 0 && root < size, "rank \(root) of \(size)")
        precondition(tensor.isContiguous, "expected a contiguous tensor")
        let flat = tensor.reshaped(rows: 1, columns: tensor.count)
        var payload = Contribution.Payload.nothing
        if rank == root {
            let copy = Tensor(rows: 1, columns: flat.count, type: flat.type)
            copy.copy(from: flat)
            payload = .tensor(copy)
        }
        let all = try exchange("broadcast of \(tensor.count) \(tensor.type) from \(root)", payload)
        if rank != root, case .tensor(let given) = all[root] { flat.copy(from: given) }
    }

    package func broadcast(_ bytes: inout [UInt8], from root: Int) throws(ParallelError) {
        precondition(root >= 0 && root < size, "rank \(root) of \(size)")
        let all = try exchange("broadcast of bytes from \(root)", .bytes(rank == root ? bytes : []))
        if case .bytes(let given) = all[root] { bytes = given }
    }

    package func gather(_ bytes: [UInt8], at root: Int) throws(ParallelError) -> [[UInt8]]? {
        precondition(root >= 0 && root < size, "rank \(root) of \(size)")
        let all = try gathered(bytes, "gather of bytes at \(root)")
        return rank == root ? all : nil
    }

    package func allGather(_ bytes: [UInt8]) throws(ParallelError) -> [[UInt8]] {
        try gathered(bytes, "all-gather of bytes")
    }

    private func gathered(_ bytes: [UInt8], _ operation: String) throws(ParallelError) -> [[UInt8]] {
        try exchange(operation, .bytes(bytes)).map { payload in
            guard case .bytes(let bytes) = payload else { preconditionFailure("not bytes") }
            return bytes
        }
    }

    package func barrier() throws(ParallelError) { _ = try exchange("barrier") }

    package func duplicate() throws(ParallelError) -> any ProcessGroup {
        _ = try exchange("duplication")
        return group(of: members.ranks, color: 0)
    }

    package func split(color: Int) throws(ParallelError) -> any ProcessGroup {
        precondition(color >= 0, "a color is not negative")
        let colors = try exchange("split", .integers([Int64(color)]))
        let chosen = zip(members.ranks, colors).compactMap { rank, payload in
            if case .integers([Int64(color)]) = payload { rank } else { nil }
        }
        return group(of: chosen, color: color)
    }

    package func splitByHost() throws(ParallelError) -> any ProcessGroup {
        try split(color: world.hosts[members.rank])
    }

    private func group(of ranks: [Int], color: Int) -> ThreadProcessGroup {
        let number = duplicates.withLock { count in
            count += 1
            return count
        }
        let part = ThreadMembers(
            ranks: ranks, rank: members.rank, channel: members.channel + [number, color])
        return ThreadProcessGroup(world: world, members: part, hostName: hostName)
    }

    package func window(elementCount: Int) throws(ParallelError) -> Result<HostWindow, WindowRefusal> {
        let own = Tensor(rows: 1, columns: elementCount)
        let arenas = try exchange("window of \(elementCount) floats", .tensor(own)).map { payload in
            guard case .tensor(let arena) = payload else { preconditionFailure("not a tensor") }
            return arena
        }
        let waiting = try duplicate()
        return .success(HostWindow(arenas: arenas) { () throws(ParallelError) in try waiting.barrier() })
    }

    package func allToAll(
        _ tensor: Tensor, parts: [Range<Int>], into received: Tensor
    ) throws(ParallelError) {
        precondition(parts.count == size, "expected one part a rank")
        let count = parts[rank].count
        let all = try tensors("exchange of \(tensor.count) \(tensor.type)", copy(tensor))
        for (source, other) in all.enumerated() {
            received.elements(source * count..<(source + 1) * count)
                .copy(from: other.elements(parts[rank]))
        }
    }

    package func allGather(_ tensor: Tensor, parts: [Range<Int>]) throws(ParallelError) {
        precondition(parts.count == size, "expected one part a rank")
        let all = try tensors("all-gather of \(tensor.count) \(tensor.type)", copy(tensor))
        for source in 0..<size where source != rank {
            tensor.elements(parts[source]).copy(from: all[source].elements(parts[source]))
        }
    }

    private func tensors(_ operation: String, _ own: Tensor) throws(ParallelError) -> [Tensor] {
        try exchange(operation, .tensor(own)).map { payload in
            guard case .tensor(let tensor) = payload else { preconditionFailure("not a tensor") }
            return tensor
        }
    }

    private func copy(_ tensor: Tensor) -> Tensor {
        let copy = Tensor(rows: 1, columns: tensor.count, type: tensor.type)
        copy.copy(from: tensor.reshaped(rows: 1, columns: tensor.count))
        return copy
    }

    package func finalize() throws(ParallelError) { try barrier() }

    /// Ends the process, and with it all ranks.
    package func abort(code: Int32) -> Never { exit(code) }
}
