// Decoding of many requests at once on a thread of its own: they join and leave between steps.

internal import Dispatch
internal import Machine
package import Models
internal import Synchronization

/// A model that answers requests as they come.
///
/// Each step reads one token of every text that is being written, and beside them a bounded number of tokens
/// of new prompts. What a request is answered, bit by bit, depends neither on the other requests nor on the
/// number of threads; greedy or sampled, its text is what `Generator` writes for its prompt alone.
package final class ContinuousBatch: ContinuousGenerating {
    /// How much is taken on.
    package struct Limits: Sendable {
        /// Requests that wait for a place; more are refused.
        package var waitingRequests = 256
        /// Requests that are decoded together.
        package var runningRequests = 16
        /// Tokens of all running requests, each counted with the longest text that it may become.
        package var cacheTokens = 32_768
        /// Tokens of prompts that a step reads besides one a running text.
        package var promptTokens = 64

        package init() {}
    }

    /// A request that waits for its place.
    struct Pending: Sendable {
        let ticket: UInt64
        let request: GenerationRequest
        /// Most tokens of prompt and text.
        let limit: Int
        let deliver: @Sendable (GenerationEvent) -> Void
    }

    /// What the engine finds when it looks between steps.
    struct Mail {
        var joining: [Pending] = []
        var cancelled: Set<UInt64> = []
        var isStopping = false
        var isCancelling = false
    }

    private struct Inbox {
        var waiting: [Pending] = []
        var cancelled: Set<UInt64> = []
        var lastTicket: UInt64 = 0
        var isStopping = false
        var isCancelling = false
    }

    private let limits: Limits
    private let maximumLength, vocabularySize: Int
    private let inbox = Mutex(Inbox())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchGroup()

    /// Starts the engine, which owns `model` from here on.
    package init(_ model: sending any LanguageModel, limits: Limits = Limits()) {
        precondition(
            limits.runningRequests > 0 && limits.cacheTokens > 0 && limits.promptTokens > 0
                && limits.waitingRequests > 0, "limits start at 1")
        self.limits = limits
        maximumLength = model.maximumLength
        vocabularySize = model.vocabularySize
        let handed = Handed(model)
        ended.enter()
        Threads.start("generation") { [self] in
            handed.take { run($0) }
            ended.leave()
        }
    }

    package func submit(
        _ request: GenerationRequest, deliver: @escaping @Sendable (GenerationEvent) -> Void
    ) throws(GenerationError) -> UInt64 {
        let limit = try limit(of: request)
        let ticket = inbox.withLock { inbox -> Result<UInt64, GenerationError> in
            if inbox.isStopping { return .failure(.stopped) }
            guard inbox.waiting.count < limits.waitingRequests else {
                return .failure(.tooManyWaiting(limits.waitingRequests))
            }
            inbox.lastTicket += 1
            inbox.waiting.append(
                Pending(ticket: inbox.lastTicket, request: request, limit: limit, deliver: deliver))
            return .success(inbox.lastTicket)
        }
        wake.signal()
        return try ticket.get()
    }

    package func cancel(_ ticket: UInt64) {
        inbox.withLock { _ = $0.cancelled.insert(ticket) }
        wake.signal()
    }

    /// Takes no more requests and returns when those that are here have been answered or, when `cancelling`,
    /// been told that they are cancelled. Not to be called from the engine's thread.
    package func stop(cancelling: Bool = false) {
        inbox.withLock {
            $0.isStopping = true
            if cancelling { $0.isCancelling = true }
        }
        wake.signal()
        ended.wait()
    }

    /// Requests that wait for a place.
    package var waitingCount: Int { inbox.withLock { $0.waiting.count } }

    /// The most tokens of prompt and text; throws when the request is unfit.
    private func limit(of request: GenerationRequest) throws(GenerationError) -> Int {
        let limit = try request.limit(vocabularySize: vocabularySize, maximumLength: maximumLength)
        guard limit <= limits.cacheTokens else { throw .beyondCache(limit, most: limits.cacheTokens) }
        return limit
    }

    // MARK: The engine's thread

    private func run(_ model: any LanguageModel) {
        let running = RunningRequests(model, limits: limits)
        while true {
            let mail = mail(for: running)
            running.cancel(mail.cancelled, all: mail.isCancelling)
            for pending in mail.joining {
                if mail.isCancelling || mail.cancelled.contains(pending.ticket) {
                    pending.deliver(.finished(.cancelled))
                } else {
                    running.join(pending)
                }
            }
            if running.isEmpty {
                // Nothing runs, so whoever waits has joined: a request alone always finds room.
                if mail.isStopping, waitingCount == 0 { return }
                if waitingCount == 0 { wake.wait() }
                continue
            }
            running.step()
        }
    }

    /// Takes out of the inbox what is cancelled and what finds room, in the order in which it came.
    private func mail(for running: RunningRequests) -> Mail {
        inbox.withLock { inbox in
            var mail = Mail()
            (mail.isStopping, mail.isCancelling) = (inbox.isStopping, inbox.isCancelling)
            swap(&mail.cancelled, &inbox.cancelled)
            var (places, tokens) = (running.freePlaces, running.freeTokens)
            var isOpen = true
            var left: [Pending] = []
            for pending in inbox.waiting {
                if mail.isCancelling || mail.cancelled.contains(pending.ticket) {
                    mail.joining.append(pending)
                } else if isOpen, places > 0, pending.limit <= tokens {
                    places -= 1
                    tokens -= pending.limit
                    mail.joining.append(pending)
                } else {
                    isOpen = false
                    left.append(pending)
                }
            }
            inbox.waiting = left
            return mail
        }
    }
}

/// A model on its way to the thread that will own it.
private final class Handed: Sendable {
    private let model: Mutex<(any LanguageModel)?>

    init(_ model: sending any LanguageModel) { self.model = Mutex(model) }

    /// Calls `body` with the model, once. The lock, which nobody else takes, is held meanwhile.
    func take(_ body: (any LanguageModel) -> Void) {
        model.withLock { held in
            guard let model = held else { return }
            body(model)
        }
    }
}
