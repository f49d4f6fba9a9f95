// Aligned memory with one owner, and the count of all such allocations.

import Foundation
import Machine
import Synchronization

/// How often `Storage` was allocated in this process: a training step must not raise it once it is warm.
package enum AllocationCounter {
    private static let allocations = Atomic<Int>(0)
    private static let liveBytes = Atomic<Int>(0)

    /// Number of allocations since the process started.
    package static var count: Int { allocations.load(ordering: .relaxed) }
    /// Bytes that are allocated now.
    package static var bytes: Int { liveBytes.load(ordering: .relaxed) }

    static func add(bytes: Int) {
        allocations.add(1, ordering: .relaxed)
        liveBytes.add(bytes, ordering: .relaxed)
    }

    static func remove(bytes: Int) { liveBytes.subtract(bytes, ordering: .relaxed) }
}

/// Zero-filled memory, aligned to a page, freed with its last reference.
///
/// It is shared memory: who writes where at the same time is for the caller to order. The kernels split every
/// write into disjoint ranges, one a thread.
@safe package final class Storage: Sendable {
    /// Usable size in bytes.
    package let byteCount: Int
    /// The first byte.
    @unsafe package nonisolated(unsafe) let baseAddress: UnsafeMutableRawPointer

    private static let pageBytes = 4_096

    /// Maps `byteCount` zero bytes; pages take memory when they are first touched. Ends the process
    /// with a sentence when the system has none left.
    package init(byteCount: Int) {
        precondition(byteCount >= 0, "a storage cannot have \(byteCount) bytes")
        self.byteCount = byteCount
        let mapped = unsafe mmap(
            nil, Self.mappedBytes(byteCount), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard unsafe mapped != MAP_FAILED, let mapped = unsafe mapped else {
            MemoryShortage.end(wanting: byteCount, unsafe String(cString: strerror(errno)))
        }
        #if os(Linux)
            // Fewer page faults and TLB misses for arenas; without huge pages it is ignored.
            if byteCount >= 4 << 20 { unsafe madvise(mapped, Self.mappedBytes(byteCount), MADV_HUGEPAGE) }
        #endif
        unsafe baseAddress = unsafe mapped
        AllocationCounter.add(bytes: byteCount)
    }

    /// Takes over whole pages that were mapped at `address`, for example memory that several processes share;
    /// they are unmapped with the last reference.
    @unsafe package init(adopting address: UnsafeMutableRawPointer, byteCount: Int) {
        precondition(byteCount >= 0 && Int(bitPattern: address) % Self.pageBytes == 0, "not a mapping")
        self.byteCount = byteCount
        unsafe baseAddress = unsafe address
        AllocationCounter.add(bytes: byteCount)
    }

    /// Backs the whole pages in this range of bytes by small pages, for memory of which few scattered parts
    /// will be touched. Without effect on what is touched already.
    func useSmallPages(_ bytes: Range<Int>) {
        let first = (bytes.lowerBound + Self.pageBytes - 1) / Self.pageBytes * Self.pageBytes
        let last = bytes.upperBound / Self.pageBytes * Self.pageBytes
        guard first < last else { return }
        #if os(Linux)
            unsafe madvise(baseAddress.advanced(by: first), last - first, MADV_NOHUGEPAGE)
        #endif
    }

    /// Gives the memory back to the system while references to it live on; what it holds is undefined from
    /// here on.
    package func discardContents() {
        #if os(Linux)
            unsafe madvise(baseAddress, Self.mappedBytes(byteCount), MADV_DONTNEED)
        #endif
    }

    deinit {
        unsafe munmap(baseAddress, Self.mappedBytes(byteCount))
        AllocationCounter.remove(bytes: byteCount)
    }

    /// Bytes of the whole pages that hold `byteCount` bytes.
    package static func mappedBytes(_ byteCount: Int) -> Int {
        max(pageBytes, (byteCount + pageBytes - 1) / pageBytes * pageBytes)
    }
}
