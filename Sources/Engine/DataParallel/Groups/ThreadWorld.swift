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

/// The ranks that meet on a channel, by their number in the world, and which of them this one is.
struct ThreadMembers: Sendable {
    let ranks: [Int]
    let rank: Int
    let channel: [Int]
}

/// The meeting place of all ranks and channels of one `ThreadProcessGroup.run`.
final class ThreadWorld: Sendable {
    let size: Int
    /// For each rank the host that it is on.
    let hosts: [Int]
    private let state: Monitor<State>

    private struct Channel: Sendable {
        var round = 0
        var deposits: [Int: Contribution] = [:]
        var results: [Contribution] = []
    }

    private struct State: Sendable {
        var channels: [[Int]: Channel] = [:]
        var failedRank: Int?
        var hasLeft: [Bool]
    }

    init(hosts: [Int]) {
        size = hosts.count
        self.hosts = hosts
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

    /// Waits until all members have brought their contribution and returns them in the members' order.
    func exchange(
        _ contribution: Contribution, _ members: ThreadMembers
    ) throws(ParallelError) -> [Contribution] {
        let round = deposit(contribution, members)
        let result: Result<[Contribution], ParallelError> = state.wait { state in
            guard let current = state.channels[members.channel] else { return nil }
            if current.round > round { return .success(current.results) }
            let missing = members.ranks.first { state.hasLeft[$0] && current.deposits[$0] == nil }
            guard let gone = state.failedRank ?? missing else { return nil }
            return .failure(.peerFailed(rank: gone, operation: contribution.operation))
        }
        let contributions = try result.get()
        let first = contributions[0].operation
        if let other = contributions.firstIndex(where: { $0.operation != first }) {
            throw .mismatch(
                operation: first, rank: members.ranks[0], otherOperation: contributions[other].operation,
                otherRank: members.ranks[other])
        }
        return contributions
    }

    private func deposit(_ contribution: Contribution, _ members: ThreadMembers) -> Int {
        state.update { state in
            var current = state.channels[members.channel] ?? Channel()
            precondition(
                current.deposits[members.rank] == nil,
                "rank \(members.rank) uses one group from two threads at once")
            let round = current.round
            current.deposits[members.rank] = contribution
            if current.deposits.count == members.ranks.count {
                current.results = members.ranks.compactMap { current.deposits[$0] }
                current.deposits = [:]
                current.round += 1
            }
            state.channels[members.channel] = current
            return round
        }
    }
}
