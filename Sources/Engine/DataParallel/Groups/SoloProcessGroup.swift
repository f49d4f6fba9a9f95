// The group of a process that runs alone.

import Foundation
import MPI
internal import Machine
package import Tensors

/// One rank: sums and copies are what they are already.
package final class SoloProcessGroup: ProcessGroup {
    package let rank = 0
    package let size = 1
    package let hostName: String

    package init() { hostName = HostFacts.current.name }

    package func allReduceSum(_ tensor: Tensor) {
        precondition(tensor.isContiguous && tensor.type == .float32, "expected a contiguous float32 tensor")
    }

    package func allReduceSum(_ values: inout [Int64]) {}

    package func allReduceSum(_ values: inout [Double]) {}

    package func allReduceMaximum(_ values: inout [Int64]) {}

    package func broadcast(_ tensor: Tensor, from root: Int) {
        precondition(root == 0 && tensor.isContiguous, "expected root 0 and a contiguous tensor")
    }

    package func broadcast(_ bytes: inout [UInt8], from root: Int) {
        precondition(root == 0, "rank \(root) of 1")
    }

    package func gather(_ bytes: [UInt8], at root: Int) -> [[UInt8]]? {
        precondition(root == 0, "rank \(root) of 1")
        return [bytes]
    }

    package func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }

    package func allToAll(_ tensor: Tensor, parts: [Range<Int>], into received: Tensor) {
        precondition(parts.count == 1 && received.count == parts[0].count, "expected one part")
        received.elements(0..<received.count).copy(from: tensor.elements(parts[0]))
    }

    package func allGather(_ tensor: Tensor, parts: [Range<Int>]) {
        precondition(parts.count == 1, "expected one part")
    }

    package func barrier() {}

    package func split(color: Int) -> any ProcessGroup { SoloProcessGroup() }

    package func splitByHost() -> any ProcessGroup { SoloProcessGroup() }

    package func window(elementCount: Int) -> Result<HostWindow, WindowRefusal> {
        .success(HostWindow(arenas: [Tensor(rows: 1, columns: elementCount)]) {})
    }

    package func duplicate() -> any ProcessGroup { SoloProcessGroup() }

    package func finalize() {}

    package func abort(code: Int32) -> Never { exit(code) }
}
