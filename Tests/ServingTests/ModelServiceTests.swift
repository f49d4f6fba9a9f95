// The addresses of the server, in-process.

import Dispatch
import JSON
import Models
import Serving
import Testing
import WebServing

/// Requests without a network.
struct Caller {
    let service: ModelService

    init(_ options: ServingOptions = ServingOptions(), model: ServedModel?) {
        service = ModelService(options: options, version: "1")
        if let model { service.use(model) }
    }

    func ask(
        _ method: String, _ path: String, _ body: String = "", key: String? = nil
    ) async throws -> (status: Int, json: JSONValue, headers: [String: String]) {
        let headers = key.map { [(name: "authorization", value: "Bearer \($0)")] } ?? []
        let answer = await service.answer(
            WebRequest(method: method, target: path, headers: headers, body: Array(body.utf8)))
        let bytes = try #require(answer.bytes)
        let json = answer.headers[0].value == "application/json" ? try JSONValue(parsing: bytes) : .null
        return (answer.status, json, Dictionary(answer.headers.map { ($0.name, $0.value) }) { $1 })
    }
}

@Suite struct ModelServiceTests {
    @Test("while the model loads, and only then, every address answers 503 and when to come again")
    func loading() async throws {
        let caller = Caller(model: nil)
        for path in ["/health", "/liveness", "/readiness", "/info", "/metrics"] {
            let answer = try await caller.ask("GET", path)
            #expect(answer.status == 503 && answer.headers["Retry-After"] == "2")
        }
        #expect(try await caller.ask("POST", "/predict", #"{"inputs": "a"}"#).status == 503)
        caller.service.use(try ToyClassifier.served())
        for path in ["/health", "/liveness", "/readiness", "/info", "/metrics"] {
            #expect(try await caller.ask("GET", path).status == 200)
        }
        caller.service.startStopping()
        #expect(try await caller.ask("GET", "/readiness").status == 503)
        #expect(try await caller.ask("GET", "/health").status == 200)
        #expect(try await caller.ask("POST", "/predict", #"{"inputs": "a"}"#).status == 200)
        caller.service.stop()
        #expect(try await caller.ask("POST", "/predict", #"{"inputs": "a"}"#).status == 503)
    }

    @Test("a text gets all labels, the likeliest first; a batch a list of such lists; /score is /predict")
    func predictions() async throws {
        let caller = Caller(model: try ToyClassifier.served())
        let single = try await caller.ask("POST", "/predict", #"{"inputs": "good work"}"#).json
        let scores = try #require(single.array).compactMap { $0["score"]?.double }
        #expect(scores.count == 3 && scores == scores.sorted(by: >))
        #expect(abs(scores.reduce(0, +) - 1) < 1e-6)
        let pair = try await caller.ask("POST", "/predict", #"{"inputs": ["good work", "b"]}"#).json
        let batch = try await caller.ask(
            "POST", "/score", #"{"inputs": [["good work"], ["good work", "b"]]}"#
        ).json
        #expect(batch == .array([single, pair]))
        #expect(single != pair)
    }

    @Test("a text that is too long is refused, or cut if that was asked for")
    func longTexts() async throws {
        let caller = Caller(model: try ToyClassifier.served())
        let text = Array(repeating: "word", count: 50).joined(separator: " ")
        let refused = try await caller.ask("POST", "/predict", #"{"inputs": "\#(text)"}"#)
        #expect(refused.status == 413)
        #expect(refused.json["error_type"] == "Validation")
        #expect(refused.json["error"]?.string?.contains("at most 40 tokens, given: 52") == true)
        let cut = try await caller.ask("POST", "/predict", #"{"inputs": "\#(text)", "truncate": true}"#)
        #expect(cut.status == 200)
    }

    @Test("unknown addresses, other methods and empty texts are refused")
    func refusals() async throws {
        let caller = Caller(model: try ToyClassifier.served())
        #expect(try await caller.ask("GET", "/nothing").status == 404)
        let other = try await caller.ask("GET", "/predict")
        #expect(other.status == 405 && other.headers["Allow"] == "POST")
        #expect(try await caller.ask("POST", "/predict", #"{"inputs": ""}"#).status == 400)
        #expect(try await caller.ask("POST", "/generate", #"{"inputs": "a"}"#).status == 404)
        let chat = try await caller.ask("POST", "/v1/chat/completions", #"{"messages": []}"#)
        #expect(chat.status == 404 && chat.json["error"]?["message"]?.string?.contains("/predict") == true)
    }

    @Test("with a key only those who send it are answered, but probes are")
    func keys() async throws {
        var options = ServingOptions()
        options.apiKey = "secret"
        let caller = Caller(options, model: try ToyClassifier.served())
        for key in [nil, "", "secre", "secret2", "Secret"] {
            #expect(try await caller.ask("GET", "/info", key: key).status == 401)
        }
        #expect(try await caller.ask("GET", "/info", key: "secret").status == 200)
        #expect(try await caller.ask("GET", "/readiness").status == 200)
    }

    @Test("tokens come with their text and place, special ones without")
    func tokenize() async throws {
        let caller = Caller(model: try ToyClassifier.served())
        let found = try await caller.ask("POST", "/tokenize", #"{"inputs": "good wörk"}"#).json
        let tokens = try #require(found.array?.first?.array)
        #expect(tokens.map { $0["special"]?.bool } == [true, false, false, true])
        #expect(tokens[0]["start"] == .null && tokens[0]["id"] == 1)
        #expect(tokens[2]["text"] == "wörk" && tokens[2]["start"] == 5 && tokens[2]["stop"] == 9)
        let bare = try await caller.ask(
            "POST", "/tokenize", #"{"inputs": ["a", "b c"], "add_special_tokens": false}"#
        ).json
        #expect(bare.array?.map { $0.array?.count } == [1, 2])
    }

    @Test("info names the labels and limits, metrics count requests and tokens")
    func figures() async throws {
        let caller = Caller(model: try ToyClassifier.served())
        let info = try await caller.ask("GET", "/info").json
        #expect(info["model_type"]?["classifier"]?["id2label"]?["2"] == "maybe")
        #expect(info["max_input_length"] == 40 && info["max_client_batch_size"] == 32)
        _ = try await caller.ask("POST", "/predict", #"{"inputs": "a b"}"#)
        let answer = await caller.service.answer(WebRequest(method: "GET", target: "/metrics", headers: []))
        let text = String(decoding: try #require(answer.bytes), as: UTF8.self)
        #expect(text.contains(#"lockstep_serve_requests_total{path="/predict",status="200"} 1"#))
        #expect(text.contains("lockstep_serve_tokens_total 4.0\n"))
    }

    @Test("regressions and several labels have scores of their own kind")
    func heads() async throws {
        let number = Caller(model: try ToyClassifier.served(problemType: .regression, labels: ["LABEL_0"]))
        let value = try await number.ask("POST", "/predict", #"{"inputs": "a"}"#).json
        #expect(value.array?.count == 1 && value.array?[0]["label"] == "LABEL_0")
        let raw = try await number.ask("POST", "/predict", #"{"inputs": "a", "raw_scores": true}"#).json
        #expect(raw == value)
        let several = Caller(model: try ToyClassifier.served(problemType: .multiLabel))
        let found = try await several.ask("POST", "/predict", #"{"inputs": "a"}"#).json
        #expect(found.array?.allSatisfy { 0...1 ~= ($0["score"]?.double ?? -1) } == true)
    }
}
