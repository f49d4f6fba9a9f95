// The ranks of a job as the trainer sees them, whatever carries their messages.

package import Tensors

/// The ranks that train one model together.
///
/// Collectives block; all ranks must call the same ones in the same order, one at a time on one group. A
/// duplicate is a channel of its own that another thread may use at the same time. Errors mean that the job
/// cannot go on.
package protocol ProcessGroup: AnyObject, Sendable {
    /// This process's rank, `0..<size`.
    var rank: Int { get }
    /// Number of ranks.
    var size: Int { get }
    /// The host that this rank runs on.
    var hostName: String { get }

    /// Sums a contiguous float32 tensor over all ranks, in place.
    func allReduceSum(_ tensor: Tensor) throws(ParallelError)
    /// Sums element by element over all ranks.
    func allReduceSum(_ values: inout [Int64]) throws(ParallelError)
    /// Sums element by element over all ranks.
    func allReduceSum(_ values: inout [Double]) throws(ParallelError)
    /// Takes the largest value of all ranks, element by element.
    func allReduceMaximum(_ values: inout [Int64]) throws(ParallelError)
    /// Copies a contiguous tensor of `root` to all ranks; shapes and types must agree.
    func broadcast(_ tensor: Tensor, from root: Int) throws(ParallelError)
    /// Copies the bytes of `root` to all ranks, their number included.
    func broadcast(_ bytes: inout [UInt8], from root: Int) throws(ParallelError)
    /// Brings the bytes of each rank to `root`, in rank order; nil on the other ranks. Lengths may differ.
    func gather(_ bytes: [UInt8], at root: Int) throws(ParallelError) -> [[UInt8]]?
    /// Brings the bytes of each rank to all ranks, in rank order. Lengths may differ.
    func allGather(_ bytes: [UInt8]) throws(ParallelError) -> [[UInt8]]
    /// Rank p gets `parts[p]` of every rank's `tensor`; `received` gets one block of `parts[rank].count`
    /// elements a rank, in rank order. `parts` are the same on all ranks; the tensors are contiguous, float32
    /// or bfloat16.
    func allToAll(_ tensor: Tensor, parts: [Range<Int>], into received: Tensor) throws(ParallelError)
    /// In place: every rank has filled `parts[rank]` of the contiguous `tensor`, and gets all others. `parts`
    /// are the same on all ranks.
    func allGather(_ tensor: Tensor, parts: [Range<Int>]) throws(ParallelError)
    /// Brings the bytes of each rank to rank 0, which waits no longer than `seconds` for all of them and
    /// gives `answer` what has come, in rank order, nil for a rank that did not. What it returns goes to the
    /// ranks that have come: they sleep until then, and leave the cores to rank 0. Neither is empty.
    func ask(
        _ bytes: [UInt8], within seconds: Double, answer: ([[UInt8]?]) -> [UInt8]
    ) throws(ParallelError) -> [UInt8]
    /// Waits until all ranks have come here.
    func barrier() throws(ParallelError)
    /// An independent channel between the same ranks, for example for another thread. Collective.
    func duplicate() throws(ParallelError) -> any ProcessGroup
    /// A channel between the ranks that give the same `color` (0 or more), in rank order. Collective.
    func split(color: Int) throws(ParallelError) -> any ProcessGroup
    /// A channel between the ranks of this host, in rank order. Collective.
    func splitByHost() throws(ParallelError) -> any ProcessGroup
    /// Arenas of `elementCount` floats that the ranks of this group share; they must be on one host.
    /// Collective; when it fails on one rank it fails on all.
    func window(elementCount: Int) throws(ParallelError) -> Result<HostWindow, WindowRefusal>
    /// The last call of a rank that did its work: waits for the other ranks and closes the channels.
    /// Collective; duplicates must not be used any more.
    func finalize() throws(ParallelError)
    /// Ends all ranks at once with this exit code.
    func abort(code: Int32) -> Never
}

extension ProcessGroup {
    /// For groups whose ranks cannot be late: waits for all of them.
    package func ask(
        _ bytes: [UInt8], within seconds: Double, answer: ([[UInt8]?]) -> [UInt8]
    ) throws(ParallelError) -> [UInt8] {
        let all = try gather(bytes, at: 0)
        var result = all.map { answer($0) } ?? []
        try broadcast(&result, from: 0)
        return result
    }

    /// How messages name this rank: `rank 2 on node07`.
    package var placeName: String { "rank \(rank) on \(hostName)" }
}
