// Aligned memory with one owner, and the count of all such allocations.

import Foundation
import Synchronization

/// How often `Storage` was allocated in this process: a training step must not raise it once it is warm.
public enum AllocationCounter {
    private static let allocations = Atomic<Int>(0)
    private static let liveBytes = Atomic<Int>(0)

    /// Number of allocations since the process started.
    public static var count: Int { allocations.load(ordering: .relaxed) }
    /// Bytes that are allocated now.
    public static var bytes: Int { liveBytes.load(ordering: .relaxed) }

    static func add(bytes: Int) {
        allocations.add(1, ordering: .relaxed)
        liveBytes.add(bytes, ordering: .relaxed)
    }

    static func remove(bytes: Int) { liveBytes.subtract(bytes, ordering: .relaxed) }
}

/// Zero-filled memory, aligned to 4,096 bytes, freed with its last reference.
///
/// It is shared memory: who writes where at the same time is for the caller to order. The kernels split every
/// write into disjoint ranges, one a thread.
@safe public final class Storage: Sendable {
    /// Usable size in bytes.
    public let byteCount: Int
    /// The first byte.
    @unsafe public nonisolated(unsafe) let baseAddress: UnsafeMutableRawPointer

    private static let alignment = 4_096

    /// Allocates `byteCount` zero bytes. Traps when the system has no memory left.
    public init(byteCount: Int) {
        precondition(byteCount >= 0, "a storage cannot have \(byteCount) bytes")
        self.byteCount = byteCount
        let padded = max(Self.alignment, (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment)
        var pointer: UnsafeMutableRawPointer?
        let status = unsafe posix_memalign(&pointer, Self.alignment, padded)
        guard status == 0, let pointer = unsafe pointer else {
            preconditionFailure("out of memory: \(byteCount) bytes could not be allocated")
        }
        unsafe memset(pointer, 0, padded)
        unsafe baseAddress = unsafe pointer
        AllocationCounter.add(bytes: byteCount)
    }

    deinit {
        unsafe free(baseAddress)
        AllocationCounter.remove(bytes: byteCount)
    }
}
