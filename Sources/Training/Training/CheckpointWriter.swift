// Writes checkpoints beside the training, one at a time.

internal import Checkpoints
internal import Foundation
internal import Machine
internal import Synchronization

/// A checkpoint that is whole and on the disk.
struct SavedCheckpoint: Sendable, Equatable {
    let path: String
    let step: Int
}

/// A thread of low priority a checkpoint; the next one waits for it. An error comes out where the outcome is
/// taken.
final class CheckpointWriter: Sendable {
    private enum State {
        case idle, writing
        case ended(Result<SavedCheckpoint, CheckpointError>)
    }

    private let condition = NSCondition()
    private let state = Mutex(State.idle)

    /// Begins to write; the outcome of the one before has been taken.
    func begin(_ write: @escaping @Sendable () throws(CheckpointError) -> SavedCheckpoint) {
        set(.writing)
        Threads.start("checkpoint-writer") { [self] in
            ThreadPriority.lower()
            set(.ended(Self.outcome(write)))
        }
    }

    /// Writes on the calling thread.
    func run(_ write: () throws(CheckpointError) -> SavedCheckpoint) { set(.ended(Self.outcome(write))) }

    /// The checkpoint that has been finished since the last call; nil without any. With `isWaiting` it waits
    /// for one that is being written. Throws when that failed.
    func takeFinished(isWaiting: Bool) throws(CheckpointError) -> SavedCheckpoint? {
        if isWaiting { settle() }
        let outcome = state.withLock { state -> Result<SavedCheckpoint, CheckpointError>? in
            guard case .ended(let outcome) = state else { return nil }
            state = .idle
            return outcome
        }
        return try outcome?.get()
    }

    /// Waits until nothing is being written, however it ends.
    func settle() {
        condition.lock()
        defer { condition.unlock() }
        while isWriting { condition.wait() }
    }

    private var isWriting: Bool {
        state.withLock { state in
            if case .writing = state { true } else { false }
        }
    }

    private func set(_ new: State) {
        condition.lock()
        defer { condition.unlock() }
        state.withLock { $0 = new }
        condition.broadcast()
    }

    private static func outcome(
        _ write: () throws(CheckpointError) -> SavedCheckpoint
    ) -> Result<SavedCheckpoint, CheckpointError> {
        do throws(CheckpointError) { return .success(try write()) } catch { return .failure(error) }
    }
}
