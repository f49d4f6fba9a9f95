// Arenas that all ranks of one host read and write directly.

package import Tensors

/// One arena a rank of this host, in the order of the host's ranks, and their barrier.
package final class HostWindow: Sendable {
    /// Float32, `[1, elementCount]` each, zero at first.
    package let arenas: [Tensor]
    private let wait: @Sendable () throws(ParallelError) -> Void

    init(arenas: [Tensor], wait: @escaping @Sendable () throws(ParallelError) -> Void) {
        self.arenas = arenas
        self.wait = wait
    }

    /// Waits for all ranks of the host; what they wrote before is seen by all after it.
    package func barrier() throws(ParallelError) { try wait() }
}

/// Why the ranks of a host cannot share memory.
package struct WindowRefusal: Error, Sendable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}
