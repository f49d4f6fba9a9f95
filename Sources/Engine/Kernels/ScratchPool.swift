// Memory that products need while they run, kept for the next one.

internal import Synchronization
internal import Tensors

/// As much memory as the largest request took, for each of the requests that run at the same time.
final class ScratchPool: Sendable {
    private let free = Mutex<[Storage]>([])

    /// Calls `body` with at least `byteCount` bytes; what is in them is undefined.
    func with<Result>(byteCount: Int, _ body: (Storage) -> Result) -> Result {
        let kept = free.withLock { $0.popLast() }
        let storage = kept.flatMap { $0.byteCount >= byteCount ? $0 : nil } ?? Storage(byteCount: byteCount)
        defer { free.withLock { $0.append(storage) } }
        return body(storage)
    }
}
