// The ranks of an MPI job.

import Foundation
import MPI
package import Tensors

/// A process group over an MPI communicator.
package final class MPIProcessGroup: ProcessGroup {
    package let hostName: String
    private let communicator: Communicator
    /// Whether no two ranks are on one host.
    private let isSpread: Bool

    package var rank: Int { communicator.rank }
    package var size: Int { communicator.size }

    /// Starts MPI and takes all ranks of the job. Throws when MPI cannot start or sees fewer ranks than the
    /// launcher started.
    package convenience init() throws(ParallelError) {
        let world = try communicating { () throws(MPIError) in try MPIEnvironment().world() }
        let name = try communicating { () throws(MPIError) in try world.processorName() }
        self.init(world, hostName: name)
    }

    private init(_ communicator: Communicator, hostName: String, isSpread: Bool = false) {
        self.communicator = communicator
        self.isSpread = isSpread
        self.hostName = hostName
    }

    package func allReduceSum(_ tensor: Tensor) throws(ParallelError) {
        try tensor.withFloats { (floats) throws(ParallelError) in
            try communicating { () throws(MPIError) in try communicator.allReduce(&floats, .sum) }
        }
    }

    package func allReduceSum(_ values: inout [Int64]) throws(ParallelError) {
        try communicating { () throws(MPIError) in try communicator.allReduce(&values, .sum) }
    }

    package func allReduceSum(_ values: inout [Double]) throws(ParallelError) {
        try communicating { () throws(MPIError) in try communicator.allReduce(&values, .sum) }
    }

    package func allReduceMaximum(_ values: inout [Int64]) throws(ParallelError) {
        try communicating { () throws(MPIError) in try communicator.allReduce(&values, .maximum) }
    }

    package func broadcast(_ tensor: Tensor, from root: Int) throws(ParallelError) {
        try tensor.withBytes { (bytes) throws(ParallelError) in
            try communicating { () throws(MPIError) in try communicator.broadcast(&bytes, from: root) }
        }
    }

    package func broadcast(_ bytes: inout [UInt8], from root: Int) throws(ParallelError) {
        var length = UInt64Bytes.bytes([UInt64(bytes.count)])
        try communicating { () throws(MPIError) in try communicator.broadcast(&length, from: root) }
        if rank != root { bytes = [UInt8](repeating: 0, count: Int(UInt64Bytes.words(length)[0])) }
        try communicating { () throws(MPIError) in try communicator.broadcast(&bytes, from: root) }
    }

    package func gather(_ bytes: [UInt8], at root: Int) throws(ParallelError) -> [[UInt8]]? {
        try communicating { () throws(MPIError) in
            let lengths = try communicator.allGather([Int64(bytes.count)])
            guard rank == root else {
                try communicator.send(bytes, to: root)
                return nil
            }
            var result: [[UInt8]] = []
            for (source, length) in lengths.enumerated() {
                result.append(
                    source == rank ? bytes : try communicator.receive(count: Int(length), from: source))
            }
            return result
        }
    }

    package func allGather(_ bytes: [UInt8]) throws(ParallelError) -> [[UInt8]] {
        try communicating { () throws(MPIError) in
            let lengths = try communicator.allGather([Int64(bytes.count)]).map(Int.init)
            let longest = lengths.max() ?? 0
            let padding = [UInt8](repeating: 0, count: longest - bytes.count)
            let all = try communicator.allGather(bytes + padding)
            return lengths.enumerated().map { Array(all[$0 * longest..<$0 * longest + $1]) }
        }
    }

    package func allToAll(
        _ tensor: Tensor, parts: [Range<Int>], into received: Tensor
    ) throws(ParallelError) {
        try communicating { () throws(MPIError) in
            try communicator.allToAll(tensor, parts: parts, into: received, asleep: isSpread)
        }
    }

    package func allGather(_ tensor: Tensor, parts: [Range<Int>]) throws(ParallelError) {
        try communicating { () throws(MPIError) in
            try communicator.allGather(tensor, parts: parts, asleep: isSpread)
        }
    }

    package func ask(
        _ bytes: [UInt8], within seconds: Double, answer: ([[UInt8]?]) -> [UInt8]
    ) throws(ParallelError) -> [UInt8] {
        precondition(!bytes.isEmpty, "a question without words")
        guard rank == 0 else {
            return try communicating { () throws(MPIError) in
                try communicator.send(bytes, to: 0, tag: Self.questionTag)
                while true {
                    if let answer = try communicator.waitingMessage(tag: Self.answerTag) {
                        return try communicator.receive(
                            count: answer.count, from: answer.source, tag: Self.answerTag)
                    }
                    Thread.sleep(forTimeInterval: Self.pollSeconds)
                }
            }
        }
        var all = [[UInt8]?](repeating: nil, count: size)
        all[0] = bytes
        let start = ContinuousClock.now
        try communicating { () throws(MPIError) in
            while all.contains(nil), (ContinuousClock.now - start) / .seconds(1) < seconds {
                guard let message = try communicator.waitingMessage(tag: Self.questionTag) else {
                    Thread.sleep(forTimeInterval: Self.pollSeconds)
                    continue
                }
                all[message.source] = try communicator.receive(
                    count: message.count, from: message.source, tag: Self.questionTag)
            }
        }
        let result = answer(all)
        precondition(!result.isEmpty, "an answer without words")
        try communicating { () throws(MPIError) in
            for other in 1..<max(1, size) where all[other] != nil {
                try communicator.send(result, to: other, tag: Self.answerTag)
            }
        }
        return result
    }

    private static let questionTag = 21
    private static let answerTag = 22
    /// Between two looks for a message.
    private static let pollSeconds = 0.005

    package func barrier() throws(ParallelError) {
        try communicating { () throws(MPIError) in try communicator.barrier() }
    }

    package func duplicate() throws(ParallelError) -> any ProcessGroup {
        let copy = try communicating { () throws(MPIError) in try communicator.duplicate() }
        return MPIProcessGroup(copy, hostName: hostName)
    }

    package func split(color: Int) throws(ParallelError) -> any ProcessGroup {
        precondition(color >= 0, "a color is not negative")
        let part = try communicating { () throws(MPIError) in try communicator.split(color: color, key: rank)
        }
        guard let part else { preconditionFailure("a rank with a color is a member") }
        let isSpread = try communicating { () throws(MPIError) in
            var most = [Int64(try part.splitByHost().size)]
            try part.allReduce(&most, .maximum)
            return most[0] == 1 && part.size > 1
        }
        return MPIProcessGroup(part, hostName: hostName, isSpread: isSpread)
    }

    package func splitByHost() throws(ParallelError) -> any ProcessGroup {
        let part = try communicating { () throws(MPIError) in try communicator.splitByHost() }
        return MPIProcessGroup(part, hostName: hostName)
    }

    package func window(elementCount: Int) throws(ParallelError) -> Result<HostWindow, WindowRefusal> {
        let made = try communicating { () throws(MPIError) in
            try HostMemory.make(byteCount: elementCount * 4, communicator: communicator)
        }
        switch made {
        case .failure(let refusal): return .failure(WindowRefusal(reason: refusal.reason))
        case .success(let memory):
            let arenas = memory.arenas.map { Tensor($0, rows: 1, columns: elementCount) }
            return .success(HostWindow(arenas: arenas) { memory.barrier() })
        }
    }

    package func finalize() throws(ParallelError) {
        try communicating { () throws(MPIError) in try communicator.environment.finalize() }
    }

    package func abort(code: Int32) -> Never { communicator.abort(code: code) }
}
