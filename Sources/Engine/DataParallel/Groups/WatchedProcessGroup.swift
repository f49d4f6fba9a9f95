// A process group whose collectives run under a stall watch.

internal import Machine
package import Tensors

/// Passes every call on to another group and has a `Watchdog` look at how long it takes.
///
/// For the training loop, where no rank is long alone; not around work of one rank for which the others wait,
/// such as reading a data set.
package final class WatchedProcessGroup: ProcessGroup {
    private let base: any ProcessGroup
    private let watch: Watchdog

    package var rank: Int { base.rank }
    package var size: Int { base.size }
    package var hostName: String { base.hostName }

    /// Watches `base`.
    package init(_ base: any ProcessGroup, watch: Watchdog) {
        self.base = base
        self.watch = watch
    }

    /// Runs `body`, several calls that messages call `label` together, on another thread than the one that
    /// trains.
    func watching<Result>(
        _ label: String, _ body: () throws(ParallelError) -> Result
    ) throws(ParallelError) -> Result {
        try watch.watching(label, body)
    }

    /// Runs `body`, a call of the thread that trains, which waits for the other ranks meanwhile.
    private func waiting<Result>(
        _ label: String, _ body: () throws(ParallelError) -> Result
    ) throws(ParallelError) -> Result {
        try RankStatus.during(.waiting) { () throws(ParallelError) in try watch.watching(label, body) }
    }

    /// The group without the watch, for calls under a label of their own.
    var unwatched: any ProcessGroup { base }

    package func allReduceSum(_ tensor: Tensor) throws(ParallelError) {
        try waiting("an all-reduce of \(tensor.count) floats") { () throws(ParallelError) in
            try base.allReduceSum(tensor)
        }
    }

    package func allReduceSum(_ values: inout [Int64]) throws(ParallelError) {
        try waiting("an all-reduce of \(values.count) integers") { () throws(ParallelError) in
            try base.allReduceSum(&values)
        }
    }

    package func allReduceSum(_ values: inout [Double]) throws(ParallelError) {
        try waiting("an all-reduce of \(values.count) doubles") { () throws(ParallelError) in
            try base.allReduceSum(&values)
        }
    }

    package func allReduceMaximum(_ values: inout [Int64]) throws(ParallelError) {
        try waiting("a maximum of \(values.count) integers") { () throws(ParallelError) in
            try base.allReduceMaximum(&values)
        }
    }

    package func broadcast(_ tensor: Tensor, from root: Int) throws(ParallelError) {
        let label = "a broadcast of \(tensor.count) elements from rank \(root)"
        try waiting(label) { () throws(ParallelError) in try base.broadcast(tensor, from: root) }
    }

    package func broadcast(_ bytes: inout [UInt8], from root: Int) throws(ParallelError) {
        try waiting("a broadcast of bytes from rank \(root)") { () throws(ParallelError) in
            try base.broadcast(&bytes, from: root)
        }
    }

    package func gather(_ bytes: [UInt8], at root: Int) throws(ParallelError) -> [[UInt8]]? {
        try waiting("a gather of bytes at rank \(root)") { () throws(ParallelError) in
            try base.gather(bytes, at: root)
        }
    }

    package func allGather(_ bytes: [UInt8]) throws(ParallelError) -> [[UInt8]] {
        try waiting("an all-gather of bytes") { () throws(ParallelError) in try base.allGather(bytes) }
    }

    package func allToAll(
        _ tensor: Tensor, parts: [Range<Int>], into received: Tensor
    ) throws(ParallelError) {
        try waiting("an exchange of \(tensor.count) elements") { () throws(ParallelError) in
            try base.allToAll(tensor, parts: parts, into: received)
        }
    }

    package func allGather(_ tensor: Tensor, parts: [Range<Int>]) throws(ParallelError) {
        try waiting("an all-gather of \(tensor.count) elements") { () throws(ParallelError) in
            try base.allGather(tensor, parts: parts)
        }
    }

    package func barrier() throws(ParallelError) {
        try waiting("a barrier") { () throws(ParallelError) in try base.barrier() }
    }

    package func duplicate() throws(ParallelError) -> any ProcessGroup {
        try waiting("the duplication of a channel") { () throws(ParallelError) in
            WatchedProcessGroup(try base.duplicate(), watch: watch)
        }
    }

    package func split(color: Int) throws(ParallelError) -> any ProcessGroup {
        try waiting("the split of a channel") { () throws(ParallelError) in
            WatchedProcessGroup(try base.split(color: color), watch: watch)
        }
    }

    package func splitByHost() throws(ParallelError) -> any ProcessGroup {
        try waiting("the split of a channel by hosts") { () throws(ParallelError) in
            WatchedProcessGroup(try base.splitByHost(), watch: watch)
        }
    }

    package func window(elementCount: Int) throws(ParallelError) -> Result<HostWindow, WindowRefusal> {
        try waiting("the making of shared memory") { () throws(ParallelError) in
            try base.window(elementCount: elementCount)
        }
    }

    package func finalize() throws(ParallelError) {
        try waiting("the end of the job") { () throws(ParallelError) in try base.finalize() }
    }

    package func abort(code: Int32) -> Never { base.abort(code: code) }
}
