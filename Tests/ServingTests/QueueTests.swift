// The queue before the model: its limits, its order, and models that change places.

import Dispatch
import JSON
import Models
import Serving
import Synchronization
import Testing
import WebServing

/// Answers with how many inputs its batches had, once the gate is open.
private final class GatedWorker: BatchWorker {
    let gate: DispatchSemaphore
    let value: Float

    init(_ gate: DispatchSemaphore, value: Float) { (self.gate, self.value) = (gate, value) }

    func run(_ inputs: [WorkInput]) -> [Result<WorkOutput, ServiceError>] {
        gate.wait()
        gate.signal()
        return inputs.map { _ in .success(.logits([value, Float(inputs.count)])) }
    }
}

private func gated(_ gate: DispatchSemaphore, value: Float) -> ServedModel {
    let head = ClassificationHead(labels: ["value", "count"], problemType: .regression)
    let worker = SharedWorker(GatedWorker(gate, value: value), largestBatch: .max)
    return ServedModel(
        name: "gated", type: "bert", kind: .classifier(ClassifierService(head: head, worker: worker)),
        created: 0, tokenizer: WordTokenizer(), maxInputLength: 40)
}

private let body = #"{"inputs": "a"}"#

@Suite struct QueueTests {
    /// Waits until so many inputs are in line.
    private func lineUp(_ count: Int, _ caller: Caller) async throws {
        while caller.service.figures.waiting < count { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("a full queue refuses with 429; /health is not behind it")
    func overload() async throws {
        let gate = DispatchSemaphore(value: 0)
        var options = ServingOptions()
        options.maxQueuedInputs = 3
        let caller = Caller(options, model: gated(gate, value: 1))
        async let first = caller.ask("POST", "/predict", body)
        while caller.service.figures.batches < 1 { try await Task.sleep(for: .milliseconds(1)) }
        async let second = caller.ask("POST", "/predict", #"{"inputs": [["a"], ["b"], ["c"]]}"#)
        try await lineUp(3, caller)
        let refused = try await caller.ask("POST", "/predict", body)
        #expect(refused.status == 429 && refused.headers["Retry-After"] == "1")
        #expect(try await caller.ask("GET", "/health").status == 200)
        gate.signal()
        #expect(try await first.status == 200)
        #expect(try await second.json.array?.count == 3)
    }

    @Test("what came while the model was busy is one batch, up to the limit of tokens")
    func batching() async throws {
        let gate = DispatchSemaphore(value: 0)
        var options = ServingOptions()
        options.maxBatchTokens = 9
        let caller = Caller(options, model: gated(gate, value: 1))
        async let first = caller.ask("POST", "/predict", body)
        while caller.service.figures.batches < 1 { try await Task.sleep(for: .milliseconds(1)) }
        async let second = caller.ask("POST", "/predict", #"{"inputs": [["a"], ["b"], ["c"], ["d"]]}"#)
        try await lineUp(4, caller)
        gate.signal()
        _ = try await first
        let counts = try await second.json.array?.map { $0.array?[0]["score"]?.double }
        #expect(counts == [3, 3, 3, 1])
        #expect(caller.service.figures.batches == 3)
    }

    @Test("a request that waits too long gets 503")
    func timeLimit() async throws {
        let gate = DispatchSemaphore(value: 0)
        var options = ServingOptions()
        options.requestSeconds = 0.05
        let caller = Caller(options, model: gated(gate, value: 1))
        async let first = caller.ask("POST", "/predict", body)
        while caller.service.figures.batches < 1 { try await Task.sleep(for: .milliseconds(1)) }
        async let second = caller.ask("POST", "/predict", body)
        try await lineUp(1, caller)
        try await Task.sleep(for: .milliseconds(80))
        gate.signal()
        #expect(try await first.status == 200)
        #expect(try await second.status == 503)
    }

    @Test("a model that takes another's place answers new requests; those in line keep theirs")
    func swap() async throws {
        let gate = DispatchSemaphore(value: 0)
        let caller = Caller(model: gated(gate, value: 10))
        async let first = caller.ask("POST", "/predict", body)
        while caller.service.figures.batches < 1 { try await Task.sleep(for: .milliseconds(1)) }
        async let second = caller.ask("POST", "/predict", body)
        try await lineUp(1, caller)
        caller.service.use(gated(gate, value: 20))
        async let third = caller.ask("POST", "/predict", body)
        try await lineUp(2, caller)
        gate.signal()
        let values = try await [first.json, second.json, third.json].map { $0.array?[0]["score"]?.double }
        #expect(values == [10, 10, 20])
    }

    @Test("a service that stops answers what waits first")
    func stop() async throws {
        let gate = DispatchSemaphore(value: 0)
        let caller = Caller(model: gated(gate, value: 1))
        async let first = caller.ask("POST", "/predict", body)
        while caller.service.figures.batches < 1 { try await Task.sleep(for: .milliseconds(1)) }
        async let second = caller.ask("POST", "/predict", body)
        try await lineUp(1, caller)
        gate.signal()
        caller.service.stop()
        #expect(try await first.status == 200)
        #expect(try await second.status == 200)
    }
}
