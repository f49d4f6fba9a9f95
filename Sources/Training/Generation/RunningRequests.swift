// The requests that are decoded together, step by step.

internal import Layers
internal import Models
internal import Tensors

/// The texts that are being written, with their cache.
final class RunningRequests {
    private struct Request {
        let ticket: UInt64
        let promptLength: Int
        let limit: Int
        let rules: LogitsProcessor
        let key: RandomKey
        let deliver: @Sendable (GenerationEvent) -> Void
        var tokens: [Int32]
    }

    private let limits: ContinuousBatch.Limits
    private let session: DecodingSession
    private var requests: [Request] = []

    init(_ model: any LanguageModel, limits: ContinuousBatch.Limits) {
        self.limits = limits
        session = DecodingSession(DecodingModel(model), sequenceCount: 0, usesCache: true)
    }

    var isEmpty: Bool { requests.isEmpty }
    /// Requests that may join, and tokens that they may take together.
    var freePlaces: Int { limits.runningRequests - requests.count }
    var freeTokens: Int { limits.cacheTokens - requests.reduce(0) { $0 + $1.limit } }

    func join(_ pending: ContinuousBatch.Pending) {
        let options = pending.request.options
        session.join()
        // The key of a generator's first prompt.
        let key = RandomKey(seed: options.seed).derived("generation").derived(0)
        requests.append(
            Request(
                ticket: pending.ticket, promptLength: pending.request.prompt.count, limit: pending.limit,
                rules: LogitsProcessor(options: options), key: key, deliver: pending.deliver,
                tokens: pending.request.prompt))
    }

    /// Ends these requests, or all.
    func cancel(_ tickets: Set<UInt64>, all: Bool) {
        guard all || !tickets.isEmpty else { return }
        for index in requests.indices.reversed() where all || tickets.contains(requests[index].ticket) {
            end(index, with: .finished(.cancelled))
        }
    }

    private func end(_ index: Int, with event: GenerationEvent) {
        session.leave(index)
        requests.remove(at: index).deliver(event)
    }

    /// Reads the next tokens and decides one for every request whose tokens are all read.
    func step() {
        let counts = counts()
        let wanted = requests.indices.filter {
            session.readCount(of: $0) + counts[$0] == requests[$0].tokens.count
        }
        let choice: TokenChoice
        do {
            choice = TokenChoice(
                try session.logits(requests.map(\.tokens), reading: counts, wanted: wanted))
        } catch {
            // Requests are checked when they come, so the model refuses none; who asked must hear of it if
            // so.
            for index in requests.indices.reversed() { end(index, with: .failed(error)) }
            return
        }
        // From the last on, because requests that end leave the list.
        for (row, index) in wanted.enumerated().reversed() { decide(index, row: row, choice) }
    }

    /// Tokens that each request has read next: the one that was decided last, or a part of its prompt.
    private func counts() -> [Int] {
        var left = limits.promptTokens
        return requests.indices.map { index in
            let unread = requests[index].tokens.count - session.readCount(of: index)
            guard unread > 1 else { return unread }
            let count = min(unread, left)
            left -= count
            return count
        }
    }

    private func decide(_ index: Int, row: Int, _ choice: TokenChoice) {
        let request = requests[index]
        let token = choice.token(
            row: row, after: request.tokens, promptLength: request.promptLength,
            limit: request.limit, rules: request.rules,
            uniform: request.key.uniform(UInt64(request.tokens.count - request.promptLength)))
        requests[index].tokens.append(token)
        request.deliver(.token(token, logProbability: choice.logProbability(row: row, of: token)))
        if request.rules.options.endIDs.contains(token) {
            end(index, with: .finished(.stop))
        } else if request.tokens.count + 1 >= request.limit {
            end(index, with: .finished(.length))
        }
    }
}
