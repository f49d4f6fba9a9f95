// Requests for texts, one after the other on a thread of their own.

internal import Dispatch
internal import Foundation
package import Generation
package import Models
internal import Synchronization

/// Generates by `Generator`, a request at a time: no answer depends on another request. Of a token's
/// probability it knows nothing: it delivers NaN.
package final class SequentialGenerating: ContinuousGenerating {
    private struct Item: Sendable {
        let ticket: UInt64
        let request: GenerationRequest
        let deliver: @Sendable (GenerationEvent) -> Void
    }

    private struct State {
        var items: [Item] = []
        var next: UInt64 = 0
        /// The request that is written, and whether it shall end.
        var running: UInt64?
        var isCancelled = false
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)
    private let vocabularySize: Int
    private let maximumLength: Int
    private let model: Mutex<any LanguageModel>

    /// Starts the thread, which ends with this.
    package init(_ model: sending any LanguageModel) {
        (vocabularySize, maximumLength) = (model.vocabularySize, model.maximumLength)
        self.model = Mutex(model)
        let thread = Thread { [weak self, arrivals] in
            repeat { arrivals.wait() } while self?.work() == true
        }
        thread.name = "generation"
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { arrivals.signal() }

    package func submit(
        _ request: GenerationRequest, deliver: @escaping @Sendable (GenerationEvent) -> Void
    ) throws(GenerationError) -> UInt64 {
        try request.checkFit(vocabularySize: vocabularySize, maximumLength: maximumLength)
        let ticket = state.withLock { state in
            state.next += 1
            state.items.append(Item(ticket: state.next, request: request, deliver: deliver))
            return state.next
        }
        arrivals.signal()
        return ticket
    }

    package func cancel(_ ticket: UInt64) {
        let waiting = state.withLock { state -> Item? in
            if state.running == ticket { state.isCancelled = true }
            guard let place = state.items.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return state.items.remove(at: place)
        }
        waiting?.deliver(.finished(.cancelled))
    }

    /// Writes the text of the next request, if there is one still. Returns false when there will be no more.
    private func work() -> Bool {
        let item = state.withLock { state -> Item? in
            guard !state.items.isEmpty else { return nil }
            let item = state.items.removeFirst()
            (state.running, state.isCancelled) = (item.ticket, false)
            return item
        }
        guard let item else { return true }
        let event: GenerationEvent
        do throws(GenerationError) {
            let found = try model.withLock { (model) throws(GenerationError) in
                try Generator(model).generate(
                    prompts: [item.request.prompt], options: item.request.options
                ) { _, token in
                    item.deliver(.token(token, logProbability: .nan))
                    return state.withLock { !$0.isCancelled }
                }
            }
            let wasCancelled = state.withLock { $0.isCancelled }
            event = .finished(found[0].isEnded ? .stop : wasCancelled ? .cancelled : .length)
        } catch { event = .failed(error) }
        state.withLock { $0.running = nil }
        item.deliver(event)
        return true
    }
}
