// Inputs of all requests in one line, and the thread that hands them to the model, many at a time.

internal import Dispatch
internal import Foundation
internal import Synchronization

/// Feeds models with batches up to a number of tokens, without padding, in the order in which inputs came.
///
/// It never waits for a batch to fill: what has come while the model was busy is the next batch.
package final class InferenceQueue: Sendable {
    /// What is in line and what was done.
    package struct Figures: Sendable, Equatable {
        package var waiting = 0
        package var batches = 0
        package var inputs = 0
        package var tokens = 0
    }

    private struct Item: Sendable {
        let worker: SharedWorker
        let input: WorkInput
        let tokens: Int
        let end: ContinuousClock.Instant
        let place: Int
        let request: PendingRequest
    }

    private struct State {
        var items: [Item] = []
        /// Items before this one are gone.
        var first = 0
        var isStopped = false
        var figures = Figures()
        var waiting: Int { items.count - first }
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let maxInputs: Int
    private let maxTokens: Int

    /// Starts the thread.
    /// - Parameters:
    ///   - maxInputs: inputs that wait at a time.
    ///   - maxTokens: tokens of a batch; a longer input is one alone.
    package init(maxInputs: Int, maxTokens: Int) {
        (self.maxInputs, self.maxTokens) = (maxInputs, maxTokens)
        let thread = Thread { [weak self] in
            while let arrivals = self?.arrivals {
                arrivals.wait()
                guard self?.work() == true else { break }
            }
            self?.ended.signal()
        }
        thread.name = "inference"
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { arrivals.signal() }

    package var figures: Figures {
        state.withLock { state in
            var figures = state.figures
            figures.waiting = state.waiting
            return figures
        }
    }

    /// The answers to a request's inputs, in their order. Throws when too many wait already, when it takes
    /// longer than `seconds`, or when an input is unfit.
    func answers(
        to inputs: [(input: WorkInput, tokens: Int)], by worker: SharedWorker, within seconds: Double
    ) async throws(ServiceError) -> [WorkOutput] {
        let end = ContinuousClock.now + .seconds(seconds)
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<PendingRequest.Answer, Never>) in
            let request = PendingRequest(count: inputs.count, continuation)
            let refusal = state.withLock { state -> ServiceError? in
                if state.isStopped { return ServiceError(.stopping, "the server is stopping") }
                guard state.waiting + inputs.count <= maxInputs else {
                    return ServiceError(
                        .overloaded, "\(state.waiting) inputs wait already, of at most \(maxInputs)")
                }
                for (place, input) in inputs.enumerated() {
                    state.items.append(
                        Item(
                            worker: worker, input: input.input, tokens: input.tokens, end: end, place: place,
                            request: request))
                }
                return nil
            }
            if let refusal { request.fail(refusal) } else { arrivals.signal() }
        }
        return try result.get()
    }

    /// Takes no more, and returns when what waits is answered.
    package func stop() {
        let wasStopped = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        guard !wasStopped else { return }
        arrivals.signal()
        ended.wait()
    }

    /// Answers all that waits. Returns false when the thread is to end.
    private func work() -> Bool {
        while let batch = nextBatch() {
            let answers = batch[0].worker.run(batch.map(\.input))
            precondition(answers.count == batch.count, "an answer an input")
            for (item, answer) in zip(batch, answers) { item.request.settle(item.place, answer) }
        }
        return state.withLock { !$0.isStopped || $0.waiting > 0 }
    }

    /// Neighbours in line for the same model, up to the limits; nil when nothing waits.
    private func nextBatch() -> [Item]? {
        let (batch, late) = state.withLock { state in
            var (batch, late): ([Item], [Item]) = ([], [])
            var tokens = 0
            let now = ContinuousClock.now
            while state.first < state.items.count {
                let item = state.items[state.first]
                if item.end < now || item.request.isSettled {
                    late.append(item)
                } else {
                    if let first = batch.first {
                        guard item.worker === first.worker, tokens + item.tokens <= maxTokens,
                            batch.count < first.worker.largestBatch
                        else { break }
                    }
                    batch.append(item)
                    tokens += item.tokens
                }
                state.first += 1
            }
            if state.first == state.items.count {
                state.items.removeAll(keepingCapacity: state.items.count < 4_096)
                state.first = 0
            } else if state.first > 1_024 {
                state.items.removeFirst(state.first)
                state.first = 0
            }
            if !batch.isEmpty {
                state.figures.batches += 1
                state.figures.inputs += batch.count
                state.figures.tokens += tokens
            }
            return (batch, late)
        }
        for item in late {
            item.request.fail(ServiceError(.timedOut, "the request waited longer than its limit of time"))
        }
        if batch.isEmpty { return late.isEmpty ? nil : nextBatch() }
        return batch
    }
}

/// A request whose inputs are in line.
private final class PendingRequest: Sendable {
    typealias Answer = Result<[WorkOutput], ServiceError>

    private struct State {
        var outputs: [WorkOutput?]
        var missing: Int
        var continuation: CheckedContinuation<Answer, Never>?
    }

    private let state: Mutex<State>

    init(count: Int, _ continuation: CheckedContinuation<Answer, Never>) {
        state = Mutex(
            State(
                outputs: Array(repeating: nil, count: count), missing: count, continuation: continuation))
    }

    /// Whether nobody waits for the rest.
    var isSettled: Bool { state.withLock { $0.continuation == nil } }

    func settle(_ place: Int, _ answer: Result<WorkOutput, ServiceError>) {
        switch answer {
        case .failure(let error): fail(error)
        case .success(let output):
            let finished = state.withLock { state -> (CheckedContinuation<Answer, Never>, [WorkOutput])? in
                state.outputs[place] = output
                state.missing -= 1
                guard state.missing == 0, let continuation = state.continuation else { return nil }
                state.continuation = nil
                return (continuation, state.outputs.compactMap(\.self))
            }
            if let (continuation, outputs) = finished { continuation.resume(returning: .success(outputs)) }
        }
    }

    func fail(_ error: ServiceError) {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: .failure(error))
    }
}
