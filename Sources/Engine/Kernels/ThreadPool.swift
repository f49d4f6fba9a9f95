// Splits kernel work over the threads of this rank, which oneDNN uses too.

internal import CKernels

/// The thread pool of this process. One rank has one pool; its size is set once, before the first kernel.
package enum ThreadPool {
    /// Number of threads that kernels and oneDNN use.
    package static var threadCount: Int { Int(ck_threads()) }

    /// Cores that this process may run on: fewer than the machine's when a launcher has bound it.
    package static var usableCores: Int { Int(ck_usable_cores()) }
    /// Cores of the machine that are online.
    package static var machineCores: Int { Int(ck_machine_cores()) }

    /// Sets the number of threads.
    package static func configure(threadCount: Int) {
        precondition(threadCount >= 1, "a pool needs at least one thread")
        ck_set_threads(Int32(threadCount))
    }

    /// Whether what this thread computes may not depend on the number of threads.
    package static var isReproducible: Bool { ck_is_reproducible() != 0 }

    /// Runs `body`, whose kernels give the same bits on any number of threads if `isReproducible` is true.
    package static func run<Result, Failure: Error>(
        isReproducible: Bool, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outer = ck_is_reproducible()
        ck_set_reproducible(isReproducible ? 1 : 0)
        defer { ck_set_reproducible(outer) }
        return try body()
    }

    /// Number of parts that sums over rows are made in.
    package static var partialSumCount: Int { isReproducible ? 8 : threadCount }

    /// Whether oneDNN runs on this pool too; otherwise it has found libgomp's, and two pools share the cores.
    package static var servesOneDNN: Bool { ck_serves_openmp() != 0 }

    /// Regions with several threads so far, oneDNN's included.
    package static var regionCount: Int { Int(ck_region_count()) }

    /// Runs `body` once for each part on the pool; parts must not write to the same memory.
    static func run(parts: Int, _ body: (_ part: Int) -> Void) {
        guard parts > 1 else {
            if parts == 1 { body(0) }
            return
        }
        withoutActuallyEscaping(body) { escaping in
            let box = PoolTask(body: escaping)
            unsafe ck_parallel(
                Int32(parts),
                { part, _, context in
                    guard let context = unsafe context else { return }
                    unsafe Unmanaged<PoolTask>.fromOpaque(context).takeUnretainedValue().body(Int(part))
                }, Unmanaged.passUnretained(box).toOpaque())
            withExtendedLifetime(box) {}
        }
    }

    /// Runs `body` once for each of `count` pieces, of which each thread takes every n-th.
    static func runPieces(_ count: Int, _ body: (_ piece: Int) -> Void) {
        let parts = min(threadCount, count)
        run(parts: parts) { part in
            for piece in stride(from: part, to: count, by: parts) { body(piece) }
        }
    }

    /// Cuts `0..<count` into one range a thread, each a multiple of `grain` but the last, and runs `body` on
    /// each. The cut depends on the number of threads only, so results that depend on it are reproducible.
    static func forEachRange(
        count: Int, grain: Int = 1, kind: KernelClock.Kind = .elementwise,
        _ body: (_ range: Range<Int>, _ part: Int) -> Void
    ) {
        let parts = partCount(count: count, grain: grain)
        let blocks = (count + grain - 1) / grain
        KernelClock.measure(kind) {
            run(parts: parts) { part in
                let lower = min(count, blocks * part / parts * grain)
                let upper = min(count, blocks * (part + 1) / parts * grain)
                if lower < upper { body(lower..<upper, part) }
            }
        }
    }

    /// Number of parts that `forEachRange` makes.
    static func partCount(count: Int, grain: Int) -> Int {
        max(1, min(threadCount, (count + grain - 1) / grain))
    }
}

private final class PoolTask {
    let body: (Int) -> Void
    init(body: @escaping (Int) -> Void) { self.body = body }
}
