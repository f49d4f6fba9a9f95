// Requests that come and go: each gets what it would get alone, whatever else is in the batch.

import Checkpoints
import Foundation
import Generation
import Kernels
import Layers
import Models
import Synchronization
import Testing

/// What a request heard.
private final class Heard: Sendable {
    struct Record {
        var tokens: [Int32] = []
        var logProbabilities: [Float] = []
        var finish: FinishReason?
        var error: GenerationError?
    }

    private let state = Mutex(Record())
    private let isOver = DispatchSemaphore(value: 0)
    private let begins = DispatchSemaphore(value: 0)
    /// Keeps the engine's thread at the first token until it is signalled.
    private let gate: DispatchSemaphore?

    init(gate: DispatchSemaphore? = nil) { self.gate = gate }

    func take(_ event: GenerationEvent) {
        state.withLock { record in
            switch event {
            case .token(let token, let logProbability):
                record.tokens.append(token)
                record.logProbabilities.append(logProbability)
            case .finished(let reason): record.finish = reason
            case .failed(let error): record.error = error
            }
        }
        switch event {
        case .token:
            begins.signal()
            if let gate {
                gate.wait()
                gate.signal()
            }
        case .finished, .failed: isOver.signal()
        }
    }

    /// Waits for the end; nil after a minute.
    func record() -> Record? {
        guard isOver.wait(timeout: .now() + 60) == .success else { return nil }
        return state.withLock { $0 }
    }

    func waitForToken() { _ = begins.wait(timeout: .now() + 60) }
}

private func options(_ count: Int, seed: UInt64? = nil) -> GenerationOptions {
    var options = GenerationOptions()
    options.maximumNewTokens = count
    if let seed {
        options.isSampling = true
        options.seed = seed
        options.topP = 0.9
        options.temperature = 1.3
    }
    return options
}

private func load(_ name: String, bfloat16: Bool = false) throws -> any LanguageModel {
    let model = try ModelLoader.load(.causal, directory: goldenPath(name)).model
    if bfloat16 { model.parameters.computeInBFloat16() }
    return model
}

private func engine(
    _ name: String, bfloat16: Bool = false, _ limits: ContinuousBatch.Limits = .init()
) throws -> ContinuousBatch {
    ContinuousBatch(try load(name, bfloat16: bfloat16), limits: limits)
}

extension ContinuousBatch {
    fileprivate func start(
        _ prompt: [Int32], _ options: GenerationOptions, gate: DispatchSemaphore? = nil
    ) throws -> (ticket: UInt64, heard: Heard) {
        let heard = Heard(gate: gate)
        let ticket = try submit(GenerationRequest(prompt: prompt, options: options)) { heard.take($0) }
        return (ticket, heard)
    }
}

@Suite(.serialized) struct ContinuousBatchTests {
    private static let prompts: [[Int32]] = [
        [5, 6, 7], [9], (0..<25).map { 3 + $0 % 20 }, [8, 8], (0..<11).map { 30 - $0 },
    ]

    private static func requests() -> [(prompt: [Int32], options: GenerationOptions)] {
        var ruled = options(9)
        ruled.repetitionPenalty = 1.4
        ruled.noRepeatNGramSize = 2
        ruled.minimumNewTokens = 4
        let all = [options(12), options(7, seed: 3), options(10), ruled, options(5, seed: 4)]
        return zip(prompts, all).map { ($0, $1) }
    }

    @Test(
        "each request gets the generator's text, alone or among others, in any number format",
        arguments: ["gpt2", "llama"], [false, true])
    func equalsGenerator(_ name: String, bfloat16: Bool) throws {
        let requests = Self.requests()
        let generator = Generator(try load(name, bfloat16: bfloat16))
        let expected = try requests.map {
            try generator.generate(prompts: [$0.prompt], options: $0.options)[0].tokens
        }
        var limits = ContinuousBatch.Limits()
        limits.promptTokens = 7
        limits.runningRequests = 3
        let engine = try engine(name, bfloat16: bfloat16, limits)
        let heard = try requests.map { try engine.start($0.prompt, $0.options).heard }
        for (index, one) in heard.enumerated() {
            let record = one.record()
            #expect(record?.tokens == expected[index], "request \(index)")
            #expect(record?.finish == .length && record?.error == nil)
            #expect(record?.logProbabilities.allSatisfy { $0 <= 0 && $0 > -30 } == true)
        }
        engine.stop()
    }

    @Test(
        "log-probabilities are the same bits in every company and on any number of threads",
        arguments: zip(["gpt2", "llama"], [true, false]))
    func independence(_ name: String, bfloat16: Bool) throws {
        let before = ThreadPool.threadCount
        defer { ThreadPool.configure(threadCount: before) }
        let requests = Self.requests()
        func run(threads: Int, promptTokens: Int, company: [Int], order: [Int]) throws -> [Int: [Float]] {
            ThreadPool.configure(threadCount: threads)
            var limits = ContinuousBatch.Limits()
            limits.promptTokens = promptTokens
            let engine = try engine(name, bfloat16: bfloat16, limits)
            defer { engine.stop() }
            var found: [Int: [Float]] = [:]
            let started = try order.map { index in
                (index, try engine.start(requests[index].prompt, requests[index].options).heard)
            }
            for other in company { _ = try engine.start([Int32(other)], options(20, seed: UInt64(other))) }
            for (index, heard) in started { found[index] = heard.record()?.logProbabilities }
            return found
        }
        var alone: [Int: [Float]] = [:]
        for index in requests.indices {
            alone.merge(try run(threads: 1, promptTokens: 64, company: [], order: [index])) { $1 }
        }
        #expect(alone.count == 5 && alone.values.allSatisfy { $0.count >= 5 })
        #expect(try run(threads: 2, promptTokens: 5, company: [], order: [0, 1, 2, 3, 4]) == alone)
        #expect(
            try run(threads: 1, promptTokens: 9, company: [7, 8, 9, 10], order: [4, 2, 0, 3, 1]) == alone)
        #expect(try run(threads: 2, promptTokens: 64, company: [11, 12], order: [2, 1, 4, 0, 3]) == alone)
    }

    @Test("a cancelled request ends, running or waiting, and those beside it go on")
    func cancellation() throws {
        var limits = ContinuousBatch.Limits()
        limits.runningRequests = 2
        let engine = try engine("llama", limits)
        let gate = DispatchSemaphore(value: 0)
        let long = try engine.start([5, 6], options(50), gate: gate)
        let other = try engine.start([7], options(50))
        let waiting = try engine.start([8], options(50))
        long.heard.waitForToken()
        engine.cancel(waiting.ticket)
        engine.cancel(long.ticket)
        engine.cancel(99)
        gate.signal()
        #expect(waiting.heard.record()?.finish == .cancelled)
        let cancelled = long.heard.record()
        #expect(cancelled?.finish == .cancelled && cancelled?.tokens.count == 1)
        #expect(other.heard.record()?.tokens.count == 50)
        engine.cancel(other.ticket)
        engine.stop()
    }

    @Test("an end token stops a request, and its place is given to the next")
    func endTokens() throws {
        let free = try Generator(load("llama")).generate(prompts: [[5, 6, 7]], options: options(12))[0].tokens
        var ended = options(12)
        ended.endIDs = [free[3]]
        let count = (free.firstIndex(of: free[3]) ?? 0) + 1
        var limits = ContinuousBatch.Limits()
        limits.runningRequests = 1
        let engine = try engine("llama", limits)
        let heard = try (0..<3).map { _ in try engine.start([5, 6, 7], ended).heard }
        for one in heard {
            let record = one.record()
            #expect(record?.tokens == Array(free.prefix(count)) && record?.finish == .stop)
        }
        engine.stop()
    }

    @Test("unfit requests, too many and those after a stop are refused by kind")
    func limits() throws {
        var limits = ContinuousBatch.Limits()
        limits.runningRequests = 1
        limits.waitingRequests = 2
        limits.cacheTokens = 40
        let engine = try engine("llama", limits)
        func kind(_ prompt: [Int32], _ options: GenerationOptions) -> GenerationError.Kind? {
            do {
                _ = try engine.start(prompt, options)
                return nil
            } catch { return (error as? GenerationError)?.kind }
        }
        var beams = options(5)
        beams.beamCount = 2
        #expect(kind([], options(5)) == .unfit)
        #expect(kind([1_000_000], options(5)) == .unfit)
        #expect(kind([-1], options(5)) == .unfit)
        #expect(kind([5], options(0)) == .unfit)
        #expect(kind([5], beams) == .unfit)
        #expect(kind([5], options(40)) == .unfit)
        // 39 tokens fill the cache and the first of them keeps the engine, so that all others wait.
        let gate = DispatchSemaphore(value: 0)
        let first = try engine.start([5], options(39), gate: gate)
        first.heard.waitForToken()
        #expect((0..<4).map { _ in kind([5], options(2)) } == [nil, nil, .busy, .busy])
        gate.signal()
        #expect(first.heard.record()?.tokens.count == 39)
        engine.stop(cancelling: true)
        #expect(kind([5], options(5)) == .stopped)
    }

    @Test("a stop lets running and waiting requests finish, and one that cancels tells all")
    func stops() throws {
        var limits = ContinuousBatch.Limits()
        limits.runningRequests = 2
        let drained = try engine("gpt2", limits)
        let heard = try (0..<5).map { try drained.start([Int32($0)], options(6)).heard }
        drained.stop()
        #expect(heard.allSatisfy { $0.record()?.tokens.count == 6 })
        let cut = try engine("gpt2", limits)
        let told = try (0..<5).map { try cut.start([Int32($0)], options(40)).heard }
        cut.stop(cancelling: true)
        #expect(told.allSatisfy { $0.record()?.finish != nil })
    }
}
