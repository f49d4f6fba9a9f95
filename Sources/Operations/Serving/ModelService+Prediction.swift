// The addresses of models that read whole inputs: `/predict`, `/generate`, `/tokenize`, `/info`.

internal import Datasets
internal import Evaluation
internal import Files
internal import Foundation
internal import JSON
internal import Models
internal import Tokenizers
internal import WebServing

extension ModelService {
    /// `/predict` of a classifier of texts.
    func predict(
        _ request: WebRequest, _ classifier: ClassifierService, _ model: ServedModel
    ) async throws(ServiceError) -> WebAnswer {
        let asked = try ScoreRequest(request.body, batchLimit: options.maxClientBatchSize)
        var inputs: [(input: WorkInput, tokens: Int)] = []
        for input in asked.inputs {
            let encoding = try encode(input, truncates: asked.truncates, model)
            inputs.append((.tokens(encoding.ids, types: encoding.typeIDs), encoding.count))
        }
        let outputs = try await queue.answers(
            to: inputs, by: classifier.worker, within: options.requestSeconds)
        let scores = outputs.map { output in
            guard case .logits(let logits) = output else { preconditionFailure("a classifier gives logits") }
            return LabelScores.json(logits, head: classifier.head, isRaw: asked.rawScores)
        }
        return .json(asked.isBatch ? .array(scores) : scores[0])
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

    /// `/predict` and `/generate` of tasks whose answers are those of `predict`: `{"inputs": …}` with a text,
    /// an image in base64, or a list of these.
    func answerRows(_ request: WebRequest, _ rows: RowService) async throws(ServiceError) -> WebAnswer {
        let reader = try BodyReader(request.body, known: ["inputs"])
        guard let value = reader.object["inputs"] else {
            throw ServiceError(.badValue, "`inputs` is missing: send a text or a list of texts")
        }
        let elements = value.array ?? [value]
        let texts = elements.compactMap(\.string)
        guard texts.count == elements.count else {
            throw reader.mismatch("inputs", "a text or a list of texts")
        }
        guard !texts.isEmpty, !texts.contains("") else {
            throw ServiceError(.empty, "`inputs` cannot be empty")
        }
        guard texts.count <= options.maxClientBatchSize else {
            throw ServiceError(
                .tooLarge,
                "batch size \(texts.count) > maximum allowed batch size \(options.maxClientBatchSize)")
        }
        var files: [TemporaryImage] = []
        var inputs: [(input: WorkInput, tokens: Int)] = []
        for (place, text) in texts.enumerated() {
            var content = text
            if rows.readsImages {
                let file = try TemporaryImage(base64: text)
                files.append(file)
                content = file.path
            }
            let row = Row(
                fields: [rows.column: .string(content)], source: RowSource(file: "inputs", line: place + 1))
            // A rough count is enough to bound a batch: no tokenizer makes more tokens than bytes.
            inputs.append((.row(row), rows.readsImages ? 256 : text.utf8.count / 3 + 1))
        }
        let outputs = try await queue.answers(to: inputs, by: rows.worker, within: options.requestSeconds)
        withExtendedLifetime(files) {}
        let answers = outputs.map { Self.json($0, writesText: rows.writesText) }
        return .json(value.array == nil ? answers[0] : .array(answers))
    }

    private static func json(_ output: WorkOutput, writesText: Bool) -> JSONValue {
        guard case .prediction(let found) = output else { preconditionFailure("a row gets a prediction") }
        if writesText { return ["generated_text": found.prediction] }
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

/// An image that came in a request, on disk as long as this exists: the readers of images read files.
private final class TemporaryImage: Sendable {
    let path: String

    /// Takes plain base64 and a `data:` URL.
    init(base64 text: String) throws(ServiceError) {
        let digits = text.hasPrefix("data:") ? text.drop { $0 != "," }.dropFirst() : text[...]
        guard let data = Data(base64Encoded: String(digits), options: .ignoreUnknownCharacters), !data.isEmpty
        else { throw ServiceError(.badValue, "`inputs` is no image in base64") }
        path = "/tmp/lockstep-image-\(UUID().uuidString)"
        do {
            try FileSystem.write(Array(data), to: path, isSecret: true)
        } catch { throw ServiceError(.failed, error.description) }
    }

    deinit { try? FileSystem.remove(path) }
}
