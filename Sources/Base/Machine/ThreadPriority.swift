// Threads that work beside others.

internal import Foundation

/// The place of a thread among those that want a core.
package enum ThreadPriority {
    /// Lets threads of usual priority go before the calling one, which still gets a tenth of a busy core. A
    /// system that refuses leaves it as it is.
    package static func lower() { _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, 10) }
}
