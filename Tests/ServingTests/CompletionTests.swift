// Chat and completions, in-process: whole answers, streams, and what OpenAI's clients rely on.

import ChatTemplates
import Dispatch
import Generation
import JSON
import Layers
import Models
import Serving
import Synchronization
import Tensors
import TestSupport
import Testing
import Tokenizers
import WebServing

/// Writes the same tokens to every request, and remembers what was asked and ended.
private final class ScriptedEngine: ContinuousGenerating {
    struct Record {
        var requests: [GenerationRequest] = []
        var cancelled: [UInt64] = []
    }

    private let events: [GenerationEvent]
    let record = Mutex(Record())

    init(_ tokens: [Int32], _ last: GenerationEvent = .finished(.stop)) {
        events = tokens.map { .token($0, logProbability: -1) } + [last]
    }

    func submit(
        _ request: GenerationRequest, deliver: @escaping @Sendable (GenerationEvent) -> Void
    ) throws(GenerationError) -> UInt64 {
        _ = try request.limit(vocabularySize: 151, maximumLength: 100)
        let ticket = record.withLock { record in
            record.requests.append(request)
            return UInt64(record.requests.count)
        }
        DispatchQueue.global().async { [events] in for event in events { deliver(event) } }
        return ticket
    }

    func cancel(_ ticket: UInt64) { record.withLock { $0.cancelled.append(ticket) } }
}

private func model(_ engine: any ContinuousGenerating, template: Bool = true) throws -> ServedModel {
    var options = GenerationOptions()
    options.endIDs = [2]
    options.maximumNewTokens = 16
    let text = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}{% if x %}x{% endif %}"
    let chat = ChatModel(
        engine: engine, template: template ? try ChatTemplate(text) : nil, options: options, variables: [],
        maximumLength: 100)
    return ServedModel(
        name: "toy", type: "gpt2", kind: .chat(chat), created: 7, tokenizer: WordTokenizer(),
        maxInputLength: 100)
}

private let hello = #""messages": [{"role": "user", "content": "Hello there"}]"#

@Suite struct CompletionTests {
    private func stream(_ caller: Caller, _ path: String, _ body: String) async throws -> [String] {
        let answer = await caller.service.answer(
            WebRequest(method: "POST", target: path, headers: [], body: Array(body.utf8)))
        #expect(answer.headers[0].value.hasPrefix("text/event-stream"))
        guard case .stream(let produce) = answer.body else { throw ServiceError(.failed, "no stream") }
        let pieces = Mutex<[String]>([])
        try await produce { piece in pieces.withLock { $0.append(piece) } }
        let found = pieces.withLock { $0 }
        #expect(found.allSatisfy { $0.hasPrefix("data: ") && $0.hasSuffix("\n\n") })
        return found.map { String($0.dropFirst(6).dropLast(2)) }
    }

    @Test("an answer has its text, its end and its numbers of tokens")
    func whole() async throws {
        let engine = ScriptedEngine([5, 6, 2])
        let caller = Caller(model: try model(engine))
        let answer = try await caller.ask(
            "POST", "/v1/chat/completions",
            "{\(hello), \"max_tokens\": 9, \"temperature\": 0.5, \"seed\": 3, \"n\": 1, \"stop\": null}")
        #expect(answer.status == 200)
        let choice = answer.json["choices"]?.array?[0]
        #expect(choice?["message"]?["content"]?.string?.contains("w5 w6") == true)
        #expect(choice?["message"]?["role"] == "assistant" && choice?["finish_reason"] == "stop")
        #expect(
            answer.json["usage"] == ["prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6])
        #expect(answer.json["model"] == "toy" && answer.json["object"] == "chat.completion")
        let request = try #require(engine.record.withLock { $0.requests.first })
        #expect(request.options.maximumNewTokens == 9 && request.options.isSampling)
        #expect(request.options.temperature == 0.5 && request.options.seed == 3)
        #expect(
            request.prompt == Array(WordTokenizer().encode("user Hello there ").ids.dropFirst().dropLast()))
    }

    @Test("a stream says who speaks, has null reasons up to its last piece, then the usage and [DONE]")
    func streaming() async throws {
        let caller = Caller(model: try model(ScriptedEngine([5, 6, 7, 2])))
        let found = try await stream(
            caller, "/v1/chat/completions",
            "{\(hello), \"stream\": true, \"stream_options\": {\"include_usage\": true}}")
        #expect(found.last == "[DONE]")
        let pieces = try found.dropLast().map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(Set(pieces.map { $0["id"]?.string ?? "" }).count == 1)
        #expect(pieces.allSatisfy { $0["object"] == "chat.completion.chunk" })
        let choices = pieces.compactMap { $0["choices"]?.array?.first }
        #expect(choices.first?["delta"]?["role"] == "assistant")
        #expect(choices.dropLast().allSatisfy { $0["finish_reason"] == .null })
        #expect(choices.last?["finish_reason"] == "stop")
        let text = choices.compactMap { $0["delta"]?["content"]?.string }.joined()
        #expect(text.contains("w5 w6 w7"))
        #expect(pieces.last?["choices"] == [] && pieces.last?["usage"]?["completion_tokens"] == 4)
        #expect(pieces.dropLast().allSatisfy { $0["usage"] == .null })
        let plain = try await stream(caller, "/v1/chat/completions", "{\(hello), \"stream\": true}")
        #expect(plain.count == found.count - 1 && !plain.joined().contains("usage"))
    }

    @Test("a stop text ends the answer before it, and the engine is told")
    func stops() async throws {
        let engine = ScriptedEngine([5, 6, 7, 8], .finished(.length))
        let caller = Caller(model: try model(engine))
        let answer = try await caller.ask(
            "POST", "/v1/completions", #"{"prompt": "a b", "stop": ["6 w", "zz"]}"#)
        #expect(answer.json["choices"]?.array?[0]["text"]?.string?.hasSuffix("w5 w") == true)
        #expect(answer.json["choices"]?.array?[0]["finish_reason"] == "stop")
        #expect(engine.record.withLock { Set($0.cancelled) } == [1])
        let whole = try await caller.ask("POST", "/v1/completions", #"{"prompt": "a b"}"#)
        #expect(whole.json["choices"]?.array?[0]["finish_reason"] == "length")
        #expect(whole.json["object"] == "text_completion")
    }

    @Test("a client that goes away ends its text")
    func cutConnections() async throws {
        let engine = ScriptedEngine([5, 6, 7, 8])
        let caller = Caller(model: try model(engine))
        let answer = await caller.service.answer(
            WebRequest(
                method: "POST", target: "/v1/chat/completions", headers: [],
                body: Array("{\(hello), \"stream\": true}".utf8)))
        guard case .stream(let produce) = answer.body else { throw ServiceError(.failed, "no stream") }
        await #expect(throws: CancellationError.self) {
            try await produce { _ in throw CancellationError() }
        }
        #expect(engine.record.withLock { Set($0.cancelled) } == [1])
    }

    @Test(
        "what is not supported is refused by its name",
        arguments: [
            #""n": 2"#, #""temperature": 3"#, #""tools": [{"type": "function"}]"#, #""logprobs": true"#,
            #""response_format": {"type": "json_object"}"#, #""max_tokens": 0"#, #""stop": [""]"#,
            #""top_p": "a""#, #""stream_options": {"x": 1}"#, #""unknown": 1"#, #""presence_penalty": 0.5"#,
        ])
    func refusals(member: String) async throws {
        let caller = Caller(model: try model(ScriptedEngine([2])))
        let answer = try await caller.ask("POST", "/v1/chat/completions", "{\(hello), \(member)}")
        #expect(answer.status == 422)
        let name = try #require(member.split(separator: "\"").first)
        #expect(answer.json["error"]?["message"]?.string?.contains(name) == true)
    }

    @Test(
        "prompts that do not fit and messages that are none are refused; a model without a template says so")
    func prompts() async throws {
        let caller = Caller(model: try model(ScriptedEngine([2])))
        let long = Array(repeating: "word", count: 120).joined(separator: " ")
        for body in [
            #"{"messages": []}"#, #"{"messages": [{"role": "user"}]}"#, #"{"messages": "a"}"#, "{}",
            #"{"messages": [{"role": "user", "content": "\#(long)"}]}"#,
        ] {
            let status = try await caller.ask("POST", "/v1/chat/completions", body).status
            #expect(400..<500 ~= status)
        }
        let parts = try await caller.ask(
            "POST", "/v1/chat/completions",
            #"{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}], "#
                + #""chat_template_kwargs": {"x": true}}"#)
        #expect(parts.status == 200)
        let models = try await caller.ask("GET", "/v1/models").json
        #expect(models["data"]?.array?[0]["id"] == "toy")
        let plain = Caller(model: try model(ScriptedEngine([2]), template: false))
        #expect(try await plain.ask("POST", "/v1/chat/completions", "{\(hello)}").status == 404)
    }

    @Test("an engine that fails ends a stream with an error, and an answer with 424")
    func failures() async throws {
        let error = try #require(throws: GenerationError.self) {
            try GenerationRequest(prompt: [], options: GenerationOptions())
                .limit(vocabularySize: 9, maximumLength: 9)
        }
        let caller = Caller(model: try model(ScriptedEngine([5], .failed(error))))
        #expect(try await caller.ask("POST", "/v1/chat/completions", "{\(hello)}").status == 424)
        let found = try await stream(caller, "/v1/chat/completions", "{\(hello), \"stream\": true}")
        #expect(found.last?.contains("\"error\"") == true)
    }

    @Test("the model's own engine gives what the generator gives, and ends when it is told to")
    func servedEngine() async throws {
        let json: JSONValue = [
            "model_type": "gpt2", "n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 64,
            "vocab_size": 151,
        ]
        func toy() throws -> CausalLanguageModel {
            let model = try CausalLanguageModel(json, file: "config.json")
            model.parameters.initialize(key: RandomKey(seed: 3))
            return model
        }
        var options = GenerationOptions()
        options.maximumNewTokens = 12
        let expected = try Generator(toy()).generate(prompts: [[4, 5]], options: options)[0].tokens
        let engine = ServedBatch(try toy())
        let (events, source) = AsyncStream<GenerationEvent>.makeStream()
        _ = try engine.submit(GenerationRequest(prompt: [4, 5], options: options)) { event in
            source.yield(event)
            if case .finished = event { source.finish() }
        }
        var found: [Int32] = []
        for await event in events { if case .token(let id, _) = event { found.append(id) } }
        #expect(found == expected && found.count == 12)
        #expect(throws: GenerationError.self) {
            _ = try engine.submit(GenerationRequest(prompt: [999], options: options)) { _ in }
        }
    }
}

@Suite struct StopFinderTests {
    @Test("stop texts are found across pieces, and nothing before them waits for ever")
    func stops() {
        var finder = StopFinder(["END", "xx"])
        #expect(finder.append("abcE") == "abc")
        #expect(finder.append("N") == "")
        #expect(finder.append("e x") == "ENe ")
        #expect(finder.append("y") == "xy")
        #expect(finder.append("1xEND2") == "1x")
        #expect(finder.isStopped && finder.append("more") == "" && finder.finish() == "")
        var open = StopFinder(["END"])
        #expect(open.append("EN") == "" && open.finish() == "EN" && !open.isStopped)
    }
}
