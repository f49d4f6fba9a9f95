// A queue between a run, which never waits, and a server far away, which may be slow or dead.

internal import Dispatch
internal import Synchronization

/// Items that a thread of its own hands on, many at once. What comes while the queue is full, and what cannot
/// be delivered, is counted as lost.
final class Outbox<Item: Sendable>: Sendable {
    private struct State {
        var pending: [Item] = []
        var sendingCount = 0
        var isScheduled = false
        var isClosed = false
        var lost = 0
        var total = 0
    }

    private let state = Mutex(State())
    private let queue: DispatchQueue
    private let work = DispatchGroup()
    private let capacity: Int
    private let pauseSeconds: Double
    private let patience: Patience
    private let send: @Sendable ([Item]) -> Int

    /// - Parameters:
    ///   - capacity: the most items that wait.
    ///   - pauseSeconds: between two deliveries, so that what comes meanwhile travels together.
    ///   - send: delivers items and returns how many of them are lost; called on the queue's thread alone.
    init(
        label: String, capacity: Int = 10_000, pauseSeconds: Double = 1, patience: Patience,
        send: @escaping @Sendable ([Item]) -> Int
    ) {
        queue = DispatchQueue(label: label, qos: .utility)
        (self.capacity, self.pauseSeconds) = (capacity, pauseSeconds)
        (self.patience, self.send) = (patience, send)
    }

    /// Adds items that travel together, in about a microsecond each.
    func add(_ items: Item...) { add(items) }

    func add(_ items: [Item]) {
        let isNew = state.withLock { state in
            let room = state.isClosed ? 0 : max(0, capacity - state.pending.count)
            state.pending += items.prefix(room)
            state.total += items.count
            state.lost += max(0, items.count - room)
            guard !state.isScheduled, !state.pending.isEmpty else { return false }
            state.isScheduled = true
            return true
        }
        if isNew { queue.async(group: work) { self.drain() } }
    }

    /// Delivers what is left, for at most so long. Returns how many of all items were lost.
    func close(within seconds: Double) -> (lost: Int, total: Int) {
        patience.end(within: seconds)
        // A little longer than the deliveries have: they give up by themselves.
        _ = work.wait(timeout: .now() + seconds + 0.5)
        return state.withLock { state in
            state.isClosed = true
            return (state.lost + state.pending.count + state.sendingCount, state.total)
        }
    }

    private func drain() {
        while true {
            let items = state.withLock { state in
                let items = state.pending
                (state.pending, state.sendingCount) = ([], items.count)
                if items.isEmpty { state.isScheduled = false }
                return items
            }
            if items.isEmpty { return }
            let lost = send(items)
            state.withLock { state in
                state.lost += lost
                state.sendingCount = 0
            }
            patience.rest(seconds: pauseSeconds)
        }
    }
}
