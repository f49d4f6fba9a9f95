// How long deliveries may still take.

internal import Dispatch
internal import Foundation
internal import Synchronization

/// Pauses between attempts, which the end of a run cuts short. Until then they last as long as they are asked
/// for.
final class Patience: Sendable {
    private let deadline = Mutex<Date?>(nil)
    private let hasNews = DispatchSemaphore(value: 0)

    /// From now on all deliveries together may take so long.
    func end(within seconds: Double) {
        deadline.withLock { $0 = Date(timeIntervalSinceNow: seconds) }
        hasNews.signal()
    }

    /// Seconds that are left; nil while the run goes on.
    var remainingSeconds: Double? { deadline.withLock { $0.map { max(0, $0.timeIntervalSinceNow) } } }

    /// Waits, until the run ends.
    func rest(seconds: Double) {
        if remainingSeconds == nil { _ = hasNews.wait(timeout: .now() + seconds) }
    }

    /// Waits. Returns false at once, or as soon as the run ends, if what is left of its time is shorter.
    func pause(seconds: Double) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while true {
            let left = end.timeIntervalSinceNow
            if left <= 0 { return true }
            if let remainingSeconds {
                guard left < remainingSeconds else { return false }
                Thread.sleep(forTimeInterval: left)
                return true
            }
            _ = hasNews.wait(timeout: .now() + left)
        }
    }
}
