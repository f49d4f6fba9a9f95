// Where ranks that are threads of one process meet.

import Tensors

/// What one rank brings to a collective.
struct Contribution: Sendable {
    enum Payload: Sendable {
        case nothing
        case tensor(Tensor)
        case floats([Float])
        case doubles([Double])
        case integers([Int64])
        case bytes([UInt8])
    }

    /// Name and size of the collective: it must be the same on all ranks.
    let operation: String
    let payload: Payload
}

/// The meeting place of all ranks and channels of one `ThreadProcessGroup.run`.
final class ThreadWorld: Sendable {
    let size: Int
    private let state: Monitor<State>

    private struct Channel: Sendable {
        var round = 0
        var deposits: [Contribution?]
        var results: [Contribution] = []
    }

    private struct State: Sendable {
        var channels: [[Int]: Channel] = [:]
        var failedRank: Int?
        var hasLeft: [Bool]
    }

    init(size: Int) {
        self.size = size
        state = Monitor(State(hasLeft: [Bool](repeating: false, count: size)))
    }

    /// The rank that failed first.
    var failedRank: Int? { state.update(isNews: false) { $0.failedRank } }

    /// Says that `rank` comes to no further collective; the others fail instead of waiting for it.
    func leave(rank: Int, hasFailed: Bool) {
        state.update { state in
            state.hasLeft[rank] = true
            if hasFailed, state.failedRank == nil { state.failedRank = rank }
        }
    }

    /// Waits until all ranks have brought their contribution to `channel` and returns them in rank order.
    func exchange(
        _ contribution: Contribution, rank: Int, channel: [Int]
    ) throws(ParallelError) -> [Contribution] {
        let round = deposit(contribution, rank: rank, channel: channel)
        let result: Result<[Contribution], ParallelError> = state.wait { state in
            guard let current = state.channels[channel] else { return nil }
            if current.round > round { return .success(current.results) }
            let missing = current.deposits.indices.first {
                state.hasLeft[$0] && current.deposits[$0] == nil
            }
            guard let gone = state.failedRank ?? missing else { return nil }
            return .failure(.peerFailed(rank: gone, operation: contribution.operation))
        }
        let contributions = try result.get()
        let first = contributions[0].operation
        if let other = contributions.firstIndex(where: { $0.operation != first }) {
            throw .mismatch(
                operation: first, rank: 0, otherOperation: contributions[other].operation, otherRank: other)
        }
        return contributions
    }

    private func deposit(_ contribution: Contribution, rank: Int, channel: [Int]) -> Int {
        state.update { state in
            let empty = [Contribution?](repeating: nil, count: size)
            var current = state.channels[channel] ?? Channel(deposits: empty)
            precondition(
                current.deposits[rank] == nil, "rank \(rank) uses one group from two threads at once")
            let round = current.round
            current.deposits[rank] = contribution
            let complete = current.deposits.compactMap { $0 }
            if complete.count == size {
                current.results = complete
                current.deposits = empty
                current.round += 1
            }
            state.channels[channel] = current
            return round
        }
    }
}
