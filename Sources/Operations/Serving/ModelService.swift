// What each address of `lockstep serve` answers.

internal import JSON
internal import Synchronization
package import WebServing

/// Routes requests to the model that is loaded, while others may be loaded in its place.
package final class ModelService: WebService {
    /// How far the model is.
    private enum Phase: Sendable {
        case loading
        case ready(ServedModel)
        /// Ready, but no new work is wanted: the server stops.
        case stopping(ServedModel)
    }

    package let options: ServingOptions
    package let metrics = ServiceMetrics()
    /// Records what is answered; nil where nothing is kept.
    let watch: ServiceWatch?
    let queue: InferenceQueue
    let version: String
    private let phase = Mutex(Phase.loading)
    private let generations = Mutex(0)

    /// - Parameter version: the program's.
    package init(options: ServingOptions, version: String, watch: ServiceWatch? = nil) {
        (self.options, self.version, self.watch) = (options, version, watch)
        queue = InferenceQueue(maxInputs: options.maxQueuedInputs, maxTokens: options.maxBatchTokens)
    }

    /// Answers with this model from here on. Requests that an earlier one has begun, it ends.
    package func use(_ model: ServedModel) {
        let isSwap = phase.withLock { phase in
            switch phase {
            case .loading: phase = .ready(model)
            case .ready:
                phase = .ready(model)
                return true
            case .stopping: break
            }
            return false
        }
        if isSwap { metrics.countSwap() }
    }

    /// Says by `/readiness` that no more requests are wanted; those that come are answered still.
    package func startStopping() {
        phase.withLock { phase in
            if case .ready(let model) = phase { phase = .stopping(model) }
        }
    }

    /// Takes no more, and returns when what waits is answered.
    package func stop() { queue.stop() }

    /// What waits and what was done.
    package var figures: InferenceQueue.Figures { queue.figures }

    package var bodyLimit: Int { options.maxBodyBytes }

    /// Texts take long: nobody shall write one for a client that is gone.
    package func endsWithConnection(_ head: WebRequest) -> Bool {
        ["/generate", "/v1/chat/completions", "/v1/completions"].contains(head.path)
    }

    // MARK: Requests

    package func answer(_ request: WebRequest) async -> WebAnswer {
        let start = ContinuousClock.now
        let isKnown = Self.routes[request.path] != nil
        let answer: WebAnswer
        do throws(ServiceError) {
            answer = try await routed(request)
        } catch {
            answer = error.answer(isOpenAI: Self.isOpenAI(request.path))
        }
        count(isKnown ? request.path : "other", answer.status, since: start)
        return answer
    }

    package func refusal(of head: WebRequest, status: Int) -> WebAnswer {
        let error =
            status == 413
            ? ServiceError(.tooLarge, "the body is larger than \(bodyLimit) bytes")
            : ServiceError(.tooSlow, "the body came too slowly")
        metrics.count(
            path: Self.routes[head.path] == nil ? "other" : head.path, status: error.kind.status, seconds: 0)
        return error.answer(isOpenAI: Self.isOpenAI(head.path))
    }

    private func count(_ path: String, _ status: Int, since start: ContinuousClock.Instant) {
        let time = (ContinuousClock.now - start).components
        metrics.count(
            path: path, status: status, seconds: Double(time.seconds) + 1e-18 * Double(time.attoseconds))
    }

    private static func isOpenAI(_ path: String) -> Bool { path.hasPrefix("/v1/") }

    /// The methods of each path.
    private static let routes: [String: String] = [
        "/health": "GET", "/liveness": "GET", "/readiness": "GET", "/metrics": "GET", "/info": "GET",
        "/predict": "POST", "/tokenize": "POST", "/score": "POST", "/generate": "POST",
        "/v1/models": "GET", "/v1/chat/completions": "POST", "/v1/completions": "POST",
    ]
    /// What needs no key: who asks has none, and learns nothing.
    private static let openPaths: Set<String> = ["/health", "/liveness", "/readiness"]

    private func routed(_ request: WebRequest) async throws(ServiceError) -> WebAnswer {
        guard let method = Self.routes[request.path] else {
            throw ServiceError(.notFound, "there is nothing at \(request.path)")
        }
        guard request.method == method else {
            var error = ServiceError(
                .methodNotAllowed, "\(request.path) takes \(method), not \(request.method)")
            error.allowed = method
            throw error
        }
        if !Self.openPaths.contains(request.path) { try checkKey(of: request) }
        let model: ServedModel
        var isStopping = false
        switch phase.withLock({ $0 }) {
        case .loading: throw ServiceError(.loading, "the model is being loaded")
        case .ready(let loaded): model = loaded
        case .stopping(let loaded): (model, isStopping) = (loaded, true)
        }
        switch request.path {
        case "/health", "/liveness": return WebAnswer(type: "text/plain", text: "")
        case "/readiness":
            if isStopping { throw ServiceError(.stopping, "the server is stopping") }
            return WebAnswer(type: "text/plain", text: "")
        case "/metrics":
            return WebAnswer(
                type: ServiceMetrics.contentType,
                text: metrics.text(queue.figures) + (watch?.metricsText ?? ""))
        case "/info": return .json(info(model))
        case "/tokenize": return try tokenize(request, model)
        case "/score": return try await score(request, model)
        default: return try await answer(request, at: request.path, model)
        }
    }

    /// Azure ML's one address for whatever the model does.
    private func score(_ request: WebRequest, _ model: ServedModel) async throws(ServiceError) -> WebAnswer {
        switch model.kind {
        case .classifier: try await answer(request, at: "/predict", model)
        case .rows(let rows): try await answer(request, at: rows.writesText ? "/generate" : "/predict", model)
        case .chat(let chat):
            try await answer(
                request, at: chat.template == nil ? "/v1/completions" : "/v1/chat/completions", model)
        }
    }

    private func answer(
        _ request: WebRequest, at path: String, _ model: ServedModel
    ) async throws(ServiceError) -> WebAnswer {
        switch (path, model.kind) {
        case ("/predict", .classifier(let classifier)): return try await predict(request, classifier, model)
        case ("/predict", .rows(let rows)) where !rows.writesText:
            return try await answerRows(request, rows, model)
        case ("/generate", .rows(let rows)) where rows.writesText:
            return try await answerRows(request, rows, model)
        case ("/v1/models", _): return models(model)
        case ("/v1/chat/completions", .chat(let chat)):
            return try await complete(request, isChat: true, chat, model)
        case ("/v1/completions", .chat(let chat)):
            return try await complete(request, isChat: false, chat, model)
        default:
            throw ServiceError(
                .notFound, "\(path) is not for this model, which is served at \(Self.path(of: model.kind))")
        }
    }

    private static func path(of kind: ServedModel.Kind) -> String {
        switch kind {
        case .classifier: "/predict"
        case .rows(let rows): rows.writesText ? "/generate" : "/predict"
        case .chat(let chat): chat.template == nil ? "/v1/completions" : "/v1/chat/completions"
        }
    }

    /// A place among the texts that are written. Throws when all are taken.
    func takePlace() throws(ServiceError) -> GenerationPlace {
        let limit = options.maxGenerations
        let isFree = generations.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isFree else {
            throw ServiceError(.overloaded, "\(limit) texts are being written or wait already")
        }
        return GenerationPlace { [weak self] in self?.generations.withLock { $0 -= 1 } }
    }

    /// Throws for a request without the key. Takes a time that does not tell how much of a guess is right.
    private func checkKey(of request: WebRequest) throws(ServiceError) {
        guard let key = options.apiKey else { return }
        let (given, wanted) = (
            Array((request.header("authorization") ?? "").utf8), Array("Bearer \(key)".utf8)
        )
        var difference = given.count ^ wanted.count
        for (place, byte) in wanted.enumerated() {
            difference |= Int(byte ^ (place < given.count ? given[place] : 0))
        }
        guard difference == 0 else {
            throw ServiceError(.unauthorized, "send the server's key as `Authorization: Bearer KEY`")
        }
    }
}
