// Arenas that all ranks of one host read and write directly.

public import Tensors

/// One arena a rank of this host, in the order of the host's ranks, and their barrier.
public final class HostWindow: Sendable {
    /// Float32, `[1, elementCount]` each, zero at first.
    public let arenas: [Tensor]
    private let wait: @Sendable () throws(ParallelError) -> Void

    init(arenas: [Tensor], wait: @escaping @Sendable () throws(ParallelError) -> Void) {
        self.arenas = arenas
        self.wait = wait
    }

    /// Waits for all ranks of the host; what they wrote before is seen by all after it.
    public func barrier() throws(ParallelError) { try wait() }
}

/// Why the ranks of a host cannot share memory.
public struct WindowRefusal: Error, Sendable {
    public let reason: String

    public init(reason: String) { self.reason = reason }
}
