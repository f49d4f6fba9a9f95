// Counts where kernel time goes and how many floating-point operations the dense maths needs.

import Synchronization

/// Wall-clock time of the kernels that the main thread of a rank starts, by kind. Off unless it is started: a
/// kernel then costs one atomic load more.
package enum KernelClock {
    /// What a kernel does.
    package enum Kind: Int, CaseIterable, Sendable {
        case product, attention, elementwise, optimizer
    }

    /// Seconds of each kind and the operations of products and attention since the clock was started.
    package struct Reading: Sendable, Equatable {
        /// Indexed by `Kind.rawValue`, seconds.
        package var seconds = [Double](repeating: 0, count: Kind.allCases.count)
        /// 2·M·N·K a product, 4·d a visible pair of query and key in attention's forward and 8·d in its
        /// backward pass: what the model needs, without what is recomputed.
        package var operations = 0.0

        package init() {}

        package func seconds(_ kind: Kind) -> Double { seconds[kind.rawValue] }

        /// Adds what was counted in another run of the clock.
        package static func += (sum: inout Reading, other: Reading) {
            for index in sum.seconds.indices { sum.seconds[index] += other.seconds[index] }
            sum.operations += other.operations
        }
    }

    private static let isRunning = Atomic<Bool>(false)
    private static let reading = Mutex(Reading())

    /// Sets everything to zero and starts to count.
    package static func start() {
        reading.withLock { $0 = Reading() }
        isRunning.store(true, ordering: .relaxed)
    }

    /// Stops and returns what was counted.
    package static func stop() -> Reading {
        isRunning.store(false, ordering: .relaxed)
        return reading.withLock { $0 }
    }

    /// Runs a kernel and counts it.
    @inline(__always)
    static func measure<Result>(_ kind: Kind, operations: Double = 0, _ body: () -> Result) -> Result {
        guard isRunning.load(ordering: .relaxed) else { return body() }
        let start = ContinuousClock.now
        defer {
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            reading.withLock {
                $0.seconds[kind.rawValue] += seconds
                $0.operations += operations
            }
        }
        return body()
    }
}
