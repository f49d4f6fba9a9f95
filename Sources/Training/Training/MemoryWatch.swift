// Warns before the memory of a host or container is used up: the kernel kills without a word.

internal import Logging
package import Machine

/// A look at the limits of memory from record to record, by one rank a host.
package struct MemoryWatch {
    /// The share of a limit below which what is free is too little.
    private static let leastFreeShare = 0.05
    /// Between two looks, which read a few files.
    private static let pauseSeconds = 5.0

    private var hasWarned = false
    private var last: ContinuousClock.Instant?

    package init() {}

    /// Whether to look now.
    mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
        if let last, (now - last) / .seconds(1) < Self.pauseSeconds { return false }
        last = now
        return !hasWarned
    }

    /// The warning about the tightest of `limits` when it is near, once.
    package mutating func warning(_ limits: [MemoryLimit]) -> String? {
        let near = limits.first {
            Double($0.freeByteCount) < Self.leastFreeShare * Double($0.byteCount) && $0.source != .overcommit
        }
        guard let near, !hasWarned else { return nil }
        hasWarned = true
        let outcome =
            near.source == .controlGroup || near.source == .host
            ? "the kernel kills a rank when they are used up" : "a rank ends when they are used up"
        return "\(MemoryShortage.size(near.usedByteCount)) of the \(MemoryShortage.size(near.byteCount)) of "
            + "\(near.source.words) are in use, and \(outcome); \(MemoryShortage.advice)"
    }

    /// Looks, and warns in the log of this rank if it is the first of its host.
    mutating func look() {
        guard LaunchVariables.current.isFirstOfHost, isDue(at: .now) else { return }
        guard let warning = warning(HostFacts.current.memoryLimits) else { return }
        Logger.run.warning("\(HostFacts.current.name): \(warning)")
    }
}
