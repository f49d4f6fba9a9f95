// One text on its way: tokens come from the engine's thread, text goes to the client.

internal import Generation
internal import Tokenizers

/// A text that is being written. Ends at the engine when nobody waits for it any more.
final class RunningCompletion: Sendable {
    private let events: AsyncStream<GenerationEvent>
    private let engine: any ContinuousGenerating
    private let ticket: UInt64
    private let tokenizer: any Tokenizer
    private let endIDs: [Int32]
    private let stops: [String]

    /// Throws when the engine does not take the request.
    init(
        _ request: GenerationRequest, stops: [String], engine: any ContinuousGenerating,
        tokenizer: any Tokenizer
    ) throws(GenerationError) {
        let (events, source) = AsyncStream<GenerationEvent>.makeStream()
        ticket = try engine.submit(request) { event in
            source.yield(event)
            switch event {
            case .token: break
            case .finished, .failed: source.finish()
            }
        }
        (self.events, self.engine, self.tokenizer) = (events, engine, tokenizer)
        (endIDs, self.stops) = (request.options.endIDs, stops)
    }

    /// An answer that is never sent is not written either.
    deinit { engine.cancel(ticket) }

    /// How it ended.
    struct Ending {
        /// `stop` or `length`.
        let reason: String
        /// Tokens that were written, the one that ended it included.
        let tokenCount: Int
    }

    /// Gives `write` the `opening`, if there is one, and then the text piece by piece. Throws what `write`
    /// throws, `CancellationError` when the task is cancelled, and `GenerationError`; nothing more is
    /// generated then.
    func run(
        opening: String? = nil, _ write: (String) async throws -> Void
    ) async throws -> Ending {
        defer { engine.cancel(ticket) }
        if let opening { try await write(opening) }
        var detokenizer = IncrementalDetokenizer(tokenizer)
        var finder = StopFinder(stops)
        var count = 0
        for await event in events {
            switch event {
            case .token(let id, _):
                count += 1
                guard !endIDs.contains(id) else { continue }
                let ready = finder.append(detokenizer.append(id))
                if !ready.isEmpty { try await write(ready) }
                if finder.isStopped { return Ending(reason: "stop", tokenCount: count) }
            case .finished(let reason):
                let rest = finder.append(detokenizer.finish()) + finder.finish()
                if !rest.isEmpty { try await write(rest) }
                if reason == .cancelled { throw CancellationError() }
                return Ending(
                    reason: finder.isStopped ? FinishReason.stop.rawValue : reason.rawValue,
                    tokenCount: count)
            case .failed(let error): throw error
            }
        }
        throw CancellationError()
    }
}
