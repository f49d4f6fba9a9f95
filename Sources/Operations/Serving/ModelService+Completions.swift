// The addresses of language models: what OpenAI's clients use.

internal import Foundation
internal import Generation
internal import JSON
internal import WebServing

extension ModelService {
    /// `/v1/models`: the one that is loaded.
    func models(_ model: ServedModel) -> WebAnswer {
        .json([
            "object": "list",
            "data": [
                [
                    "id": .string(model.name), "object": "model", "created": .integer(model.created),
                    "owned_by": "lockstep",
                ]
            ],
        ])
    }

    /// `/v1/chat/completions` and, without `isChat`, `/v1/completions`.
    func complete(
        _ request: WebRequest, isChat: Bool, _ chat: ChatModel, _ model: ServedModel
    ) async throws(ServiceError) -> WebAnswer {
        guard let tokenizer = model.tokenizer else { preconditionFailure("a language model has a tokenizer") }
        let arrival = RequestArrival(request)
        let asked = try CompletionRequest(request.body, isChat: isChat, chat)
        let prompt = try asked.tokens(chat, tokenizer)
        let place = try takePlace()
        let running: RunningCompletion
        do throws(GenerationError) {
            running = try RunningCompletion(
                GenerationRequest(prompt: prompt, options: asked.options), stops: asked.stops,
                engine: chat.engine, tokenizer: tokenizer)
        } catch { throw ServiceError(error) }
        let record = CompletionRecord(
            watch: watch, arrival: arrival, model: model, text: asked.inputText, prompt)
        let number = UUID().uuidString.lowercased()
        let writer = CompletionWriter(
            isChat: isChat, id: (isChat ? "chatcmpl-" : "cmpl-") + number, model: model.name,
            created: Int(Date().timeIntervalSince1970), includesUsage: asked.includesUsage)
        var usage = TokenUsage(prompt: prompt.count)
        guard !asked.streams else {
            return identified(
                stream(running, writer, usage, includesUsage: asked.includesUsage, place, record), arrival)
        }
        var text = ""
        do {
            let ending = try await running.run { text += $0 }
            usage.completion = ending.tokenCount
            metrics.countGenerated(tokens: ending.tokenCount)
            withExtendedLifetime(place) {}
            record.end(answer: text)
            return identified(.json(writer.answer(text, reason: ending.reason, usage: usage)), arrival)
        } catch let error as GenerationError {
            throw ServiceError(.failed, error.description)
        } catch { throw ServiceError(.stopping, "the text was ended before it was written") }
    }

    /// Server-sent events.
    private func stream(
        _ running: RunningCompletion, _ writer: CompletionWriter, _ usage: TokenUsage, includesUsage: Bool,
        _ place: GenerationPlace, _ record: CompletionRecord
    ) -> WebAnswer {
        WebAnswer(
            type: "text/event-stream; charset=utf-8", headers: [("Cache-Control", "no-cache")],
            body: .stream { [metrics] write in
                do {
                    var hasBegun = writer.first == nil
                    var answer = ""
                    let ending = try await running.run(opening: writer.first) { text in
                        try await write(hasBegun ? writer.piece(text) : text)
                        // The opening is no part of the text.
                        if hasBegun { answer += text }
                        hasBegun = true
                    }
                    record.end(answer: answer)
                    metrics.countGenerated(tokens: ending.tokenCount)
                    try await write(writer.last(reason: ending.reason))
                    if includesUsage {
                        var usage = usage
                        usage.completion = ending.tokenCount
                        try await write(writer.usage(usage))
                    }
                    try await write(CompletionWriter.end)
                } catch let error as GenerationError {
                    try await write(
                        writer.event([
                            "error": ["message": .string(error.description), "type": "server_error"]
                        ]))
                }
                withExtendedLifetime(place) {}
            })
    }
}

extension ServiceError {
    /// A request that the engine does not take.
    fileprivate init(_ error: GenerationError) {
        let kind: Kind =
            switch error.kind {
            case .unfit: .badValue
            case .busy: .overloaded
            case .stopped: .stopping
            }
        self.init(kind, error.description)
    }
}

/// One of the texts that may be written or wait at a time; given back when nobody holds it.
final class GenerationPlace: Sendable {
    private let giveBack: @Sendable () -> Void

    init(giveBack: @escaping @Sendable () -> Void) { self.giveBack = giveBack }

    deinit { giveBack() }
}
