// The addresses of models that read whole inputs: `/predict`, `/generate`, `/tokenize`, `/info`.

internal import Evaluation
internal import JSON
internal import Models
internal import Tokenizers
internal import WebServing

extension ModelService {
    /// `/predict` of a classifier of texts.
    func predict(
        _ request: WebRequest, _ classifier: ClassifierService, _ model: ServedModel
    ) async throws(ServiceError) -> WebAnswer {
        let arrival = RequestArrival(request)
        let asked: ScoreRequest
        var inputs: [(input: WorkInput, tokens: Int)] = []
        do throws(ServiceError) {
            asked = try ScoreRequest(request.body, batchLimit: options.maxClientBatchSize)
            for input in asked.inputs {
                let encoding = try encode(input, truncates: asked.truncates, model)
                inputs.append((.tokens(encoding.ids, types: encoding.typeIDs), encoding.count))
            }
        } catch {
            recordMissing(error, arrival, model)
            throw error
        }
        let outputs = try await queue.answers(
            to: inputs, by: classifier.worker, within: options.requestSeconds)
        let logits = outputs.map { output in
            guard case .logits(let logits) = output else { preconditionFailure("a classifier gives logits") }
            return logits
        }
        record(asked, inputs.map(\.input), logits, classifier.head, arrival, model)
        let scores = logits.map { LabelScores.json($0, head: classifier.head, isRaw: asked.rawScores) }
        return identified(.json(asked.isBatch ? .array(scores) : scores[0]), arrival)
    }

    /// The tokens of an input. Throws for one that is empty, or too long and may not be cut.
    private func encode(
        _ input: TextInput, truncates: Bool, _ model: ServedModel
    ) throws(ServiceError) -> Encoding {
        guard let tokenizer = model.tokenizer else { preconditionFailure("a model of texts has a tokenizer") }
        guard !input.text.isEmpty else { throw ServiceError(.empty, "`inputs` cannot be empty") }
        let limit = model.maxInputLength
        let encoding = tokenizer.encode(
            input.text, pair: input.pair, addingSpecialTokens: true,
            maximumLength: truncates ? limit : nil)
        guard encoding.count <= limit else {
            throw ServiceError(
                .tooLarge,
                "`inputs` must have at most \(limit) tokens, given: \(encoding.count); shorten it, or send "
                    + "`\"truncate\": true`")
        }
        guard encoding.count > 0 else { throw ServiceError(.empty, "`inputs` has no token") }
        return encoding
    }

    /// `/predict` and `/generate` of tasks whose answers are those of `predict`.
    func answerRows(
        _ request: WebRequest, _ rows: RowService, _ model: ServedModel
    ) async throws(ServiceError) -> WebAnswer {
        let arrival = RequestArrival(request)
        let asked: RowRequest
        do throws(ServiceError) {
            asked = try RowRequest(request.body, rows, batchLimit: options.maxClientBatchSize)
        } catch {
            recordMissing(error, arrival, model)
            throw error
        }
        let outputs = try await queue.answers(
            to: asked.inputs.map { (.row($0.row), $0.tokens) }, by: rows.worker,
            within: options.requestSeconds)
        withExtendedLifetime(asked) {}
        record(asked, outputs, rows, arrival, model)
        let answers = outputs.map { Self.json($0, rows) }
        return identified(.json(asked.isBatch ? .array(answers) : answers[0]), arrival)
    }

    private static func json(_ output: WorkOutput, _ rows: RowService) -> JSONValue {
        guard case .prediction(let found) = output else { preconditionFailure("a row gets a prediction") }
        if rows.writesText { return ["generated_text": found.prediction] }
        if case .question = rows.inputs {
            return ["score": found.score ?? .null, "answer": found.prediction]
        }
        guard found.prediction.array == nil, let score = found.score else { return found.prediction }
        return [["score": score, "label": found.prediction]]
    }

    /// `/tokenize`: `{"inputs": text or list of texts, "add_special_tokens": true}`.
    func tokenize(_ request: WebRequest, _ model: ServedModel) throws(ServiceError) -> WebAnswer {
        let reader = try BodyReader(request.body, known: ["inputs", "add_special_tokens"])
        let addsSpecialTokens = try reader.flag("add_special_tokens", default: true)
        guard let tokenizer = model.tokenizer else {
            throw ServiceError(.notFound, "this model reads images, which have no tokens")
        }
        let value = reader.object["inputs"] ?? .null
        let texts = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
        guard !texts.isEmpty, texts.count == value.array?.count ?? 1 else {
            throw reader.mismatch("inputs", "a text or a list of texts")
        }
        guard texts.count <= options.maxClientBatchSize else {
            throw ServiceError(
                .tooLarge,
                "batch size \(texts.count) > maximum allowed batch size \(options.maxClientBatchSize)")
        }
        return .json(
            .array(
                texts.map { text in
                    let found = tokenizer.encode(
                        text, pair: nil, addingSpecialTokens: addsSpecialTokens, maximumLength: nil)
                    return .array(found.ids.indices.map { Self.json(found, $0, text, tokenizer) })
                }))
    }

    private static func json(
        _ encoding: Encoding, _ place: Int, _ text: String, _ tokenizer: any Tokenizer
    ) -> JSONValue {
        let (id, range) = (encoding.ids[place], encoding.offsets[place])
        let isSpecial = encoding.isSpecial[place]
        var piece = tokenizer.token(of: id) ?? ""
        if !isSpecial {
            piece = String(
                String.UnicodeScalarView(text.unicodeScalars.dropFirst(range.lowerBound).prefix(range.count)))
        }
        return [
            "id": .integer(Int(id)), "text": .string(piece), "special": .bool(isSpecial),
            "start": isSpecial ? .null : .integer(range.lowerBound),
            "stop": isSpecial ? .null : .integer(range.upperBound),
        ]
    }

    /// `/info`, with the names of text-embeddings-inference.
    func info(_ model: ServedModel) -> JSONValue {
        let kind: JSONValue
        switch model.kind {
        case .classifier(let classifier):
            let labels = classifier.head.labels
            kind = [
                "classifier": [
                    "id2label": .object(
                        JSONObject(labels.enumerated().map { (String($0.offset), .string($0.element)) })),
                    "label2id": .object(
                        JSONObject(labels.enumerated().map { ($0.element, .integer($0.offset)) })),
                    "problem_type": .string(classifier.head.problemType.rawValue),
                ]
            ]
        case .rows(let rows): kind = .string(rows.writesText ? "generator" : "predictor")
        case .chat(let chat): kind = .string(chat.template == nil ? "completion" : "chat")
        }
        return [
            "model_id": .string(model.name), "model_sha": .null, "model_dtype": "float32",
            "model_type": kind, "architecture": .string(model.type),
            "max_concurrent_requests": .integer(options.maxQueuedInputs),
            "max_input_length": .integer(model.maxInputLength),
            "max_batch_tokens": .integer(options.maxBatchTokens),
            "max_client_batch_size": .integer(options.maxClientBatchSize), "auto_truncate": false,
            "version": .string(version),
        ]
    }
}
