// A group whose ranks get shared memory for so many arenas and no more.

import DataParallel
import Synchronization
import Tensors

/// Passes every call on, but refuses windows behind the first `allowed`.
final class RefusingGroup: ProcessGroup {
    private let base: any ProcessGroup
    private let allowed: Int
    private let windows = Mutex(0)

    init(_ base: any ProcessGroup, allowed: Int) { (self.base, self.allowed) = (base, allowed) }

    var rank: Int { base.rank }
    var size: Int { base.size }
    var hostName: String { base.hostName }

    func allReduceSum(_ tensor: Tensor) throws(ParallelError) { try base.allReduceSum(tensor) }
    func allReduceSum(_ values: inout [Int64]) throws(ParallelError) { try base.allReduceSum(&values) }
    func allReduceSum(_ values: inout [Double]) throws(ParallelError) { try base.allReduceSum(&values) }
    func allReduceMaximum(_ values: inout [Int64]) throws(ParallelError) {
        try base.allReduceMaximum(&values)
    }
    func broadcast(_ tensor: Tensor, from root: Int) throws(ParallelError) {
        try base.broadcast(tensor, from: root)
    }
    func broadcast(_ bytes: inout [UInt8], from root: Int) throws(ParallelError) {
        try base.broadcast(&bytes, from: root)
    }
    func gather(_ bytes: [UInt8], at root: Int) throws(ParallelError) -> [[UInt8]]? {
        try base.gather(bytes, at: root)
    }
    func allGather(_ bytes: [UInt8]) throws(ParallelError) -> [[UInt8]] { try base.allGather(bytes) }
    func allToAll(
        _ tensor: Tensor, parts: [Range<Int>], into received: Tensor
    ) throws(ParallelError) {
        try base.allToAll(tensor, parts: parts, into: received)
    }
    func allGather(_ tensor: Tensor, parts: [Range<Int>]) throws(ParallelError) {
        try base.allGather(tensor, parts: parts)
    }
    func barrier() throws(ParallelError) { try base.barrier() }
    func duplicate() throws(ParallelError) -> any ProcessGroup { try base.duplicate() }
    func split(color: Int) throws(ParallelError) -> any ProcessGroup { try base.split(color: color) }
    func splitByHost() throws(ParallelError) -> any ProcessGroup {
        RefusingGroup(try base.splitByHost(), allowed: allowed)
    }
    func window(elementCount: Int) throws(ParallelError) -> Result<HostWindow, WindowRefusal> {
        let number = windows.withLock { count in
            count += 1
            return count
        }
        if number > allowed { return .failure(WindowRefusal(reason: "window \(number) is too large")) }
        return try base.window(elementCount: elementCount)
    }
    func finalize() throws(ParallelError) { try base.finalize() }
    func abort(code: Int32) -> Never { base.abort(code: code) }
}
