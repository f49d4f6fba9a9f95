// The rows of steps: handed out at once where they are in memory, else read one step ahead by a thread.

internal import Datasets
internal import Foundation
internal import Synchronization

/// Finds this rank's rows of each step, and holds the examples of a cache that the step will ask for.
final class StepRows {
    /// What a step works on.
    struct Batch: Sendable {
        /// The global batch.
        let rows: [Int]
        /// This rank's part of it.
        let microBatches: [[Int]]
    }

    private typealias Outcome = Result<(Batch, ExampleWindow.Loaded), DatasetsError>

    /// A step that is being read.
    private final class Ahead: Sendable {
        let position: BatchSampler.Position
        private let isDone = DispatchSemaphore(value: 0)
        private let outcome = Mutex<Outcome?>(nil)

        init(_ position: BatchSampler.Position) { self.position = position }

        func finish(_ found: Outcome) {
            outcome.withLock { $0 = found }
            isDone.signal()
        }

        func wait() throws(DatasetsError) -> (Batch, ExampleWindow.Loaded) {
            isDone.wait()
            guard let found = outcome.withLock({ $0 }) else { preconditionFailure("nothing was read") }
            return try found.get()
        }
    }

    private let planner: BatchSampler
    private let store: TokenizedDataset
    private let rank: Int
    private let shards: Range<Int>?
    /// Whether a rank needs the examples of the whole global batch, not its own alone.
    private let readsWholeBatches: Bool
    private let readAhead: (@Sendable ([UpcomingRow]) -> Void)?
    private let queue = DispatchQueue(label: "step-rows", qos: .userInitiated)
    private var ahead: Ahead?
    /// Seconds of all steps in which the step waited for its rows.
    private(set) var waitedSeconds = 0.0

    init(_ planner: BatchSampler, _ task: any TrainingTask, rank: Int, shards: Range<Int>?) {
        (self.planner, store, readsWholeBatches) = (planner, task.training, task.readsWholeBatches)
        readAhead = task.readAhead
        (self.rank, self.shards) = (rank, shards)
    }

    /// The rows of a step; while it runs, those of `next` are read.
    ///
    /// - Throws: when the cache cannot be read any more.
    func batch(at position: BatchSampler.Position, next: BatchSampler.Position?) throws -> Batch {
        guard let window = store.window else {
            if let readAhead, let next {
                readAhead(batchInMemory(at: next).microBatches.joined().map(store.upcoming))
            }
            return batchInMemory(at: position)
        }
        let rows = planner.rows(epoch: position.epoch, step: position.step)
        let start = ContinuousClock.now
        if ahead?.position != position { ahead = begin(position, rows, window) }
        guard let current = ahead else { preconditionFailure("a step was begun") }
        let (batch, loaded) = try current.wait()
        window.hold(loaded)
        waitedSeconds += (ContinuousClock.now - start) / .seconds(1)
        ahead = next.map { begin($0, planner.rows(epoch: $0.epoch, step: $0.step), window) }
        return batch
    }

    private func batchInMemory(at position: BatchSampler.Position) -> Batch {
        let rows = planner.rows(epoch: position.epoch, step: position.step)
        return Batch(
            rows: rows,
            microBatches: planner.scatter.microBatches(
                of: rows, lengths: rows.map(store.length(of:)), rank: rank, shards: shards))
    }

    private func begin(_ position: BatchSampler.Position, _ rows: [Int], _ window: ExampleWindow) -> Ahead {
        let ahead = Ahead(position)
        let (scatter, rank, shards, readsAll) = (planner.scatter, rank, shards, readsWholeBatches)
        let (imageTokenCount, readAhead) = (store.imageTokenCount, readAhead)
        queue.async {
            ahead.finish(
                Outcome { () throws(DatasetsError) in
                    var microBatches: [[Int]] = []
                    let loaded = try window.load(rows) { lengths in
                        microBatches = scatter.microBatches(
                            of: rows, lengths: lengths.map { $0 + imageTokenCount }, rank: rank,
                            shards: shards)
                        return readsAll ? rows : Array(microBatches.joined())
                    }
                    readAhead?(loaded.upcoming(Array(microBatches.joined())))
                    return (Batch(rows: rows, microBatches: microBatches), loaded)
                })
        }
        return ahead
    }
}
