// The group of a process that runs alone.

import Foundation
import MPI
internal import Machine
public import Tensors

/// One rank: sums and copies are what they are already.
public final class SoloProcessGroup: ProcessGroup {
    public let rank = 0
    public let size = 1
    public let hostName: String

    public init() { hostName = HostFacts.current.name }

    public func allReduceSum(_ tensor: Tensor) {
        precondition(tensor.isContiguous && tensor.type == .float32, "expected a contiguous float32 tensor")
    }

    public func allReduceSum(_ values: inout [Int64]) {}

    public func allReduceSum(_ values: inout [Double]) {}

    public func allReduceMaximum(_ values: inout [Int64]) {}

    public func broadcast(_ tensor: Tensor, from root: Int) {
        precondition(root == 0 && tensor.isContiguous, "expected root 0 and a contiguous tensor")
    }

    public func broadcast(_ bytes: inout [UInt8], from root: Int) {
        precondition(root == 0, "rank \(root) of 1")
    }

    public func gather(_ bytes: [UInt8], at root: Int) -> [[UInt8]]? {
        precondition(root == 0, "rank \(root) of 1")
        return [bytes]
    }

    public func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }

    public func allToAll(_ tensor: Tensor, parts: [Range<Int>], into received: Tensor) {
        precondition(parts.count == 1 && received.count == parts[0].count, "expected one part")
        received.elements(0..<received.count).copy(from: tensor.elements(parts[0]))
    }

    public func allGather(_ tensor: Tensor, parts: [Range<Int>]) {
        precondition(parts.count == 1, "expected one part")
    }

    public func barrier() {}

    public func split(color: Int) -> any ProcessGroup { SoloProcessGroup() }

    public func splitByHost() -> any ProcessGroup { SoloProcessGroup() }

    public func window(elementCount: Int) -> Result<HostWindow, WindowRefusal> {
        .success(HostWindow(arenas: [Tensor(rows: 1, columns: elementCount)]) {})
    }

    public func duplicate() -> any ProcessGroup { SoloProcessGroup() }

    public func finalize() {}

    public func abort(code: Int32) -> Never { exit(code) }
}
