// What each kind of answer leaves in the record of a service.

internal import Datasets
internal import Evaluation
internal import JSON
internal import Models
internal import Tokenizers
internal import WebServing

extension ModelService {
    /// An answer that says by which id the record knows it, where there is a record.
    func identified(_ answer: WebAnswer, _ arrival: RequestArrival) -> WebAnswer {
        guard watch != nil else { return answer }
        var answer = answer
        answer.headers.append(("x-request-id", arrival.id))
        return answer
    }

    /// Records a request that was refused because its input was empty or missing.
    func recordMissing(_ error: ServiceError, _ arrival: RequestArrival, _ model: ServedModel) {
        guard let watch, error.kind == .empty else { return }
        watch.add(arrival.answered([AnsweredRequest.Input(text: nil)], by: model))
    }

    /// Records what a classifier of texts answered.
    func record(
        _ asked: ScoreRequest, _ inputs: [WorkInput], _ logits: [[Float]], _ head: ClassificationHead,
        _ arrival: RequestArrival, _ model: ServedModel
    ) {
        guard let watch else { return }
        let unknownID = model.tokenizer?.unknownID
        let answered = asked.inputs.indices.map { place -> AnsweredRequest.Input in
            guard case .tokens(let ids, _) = inputs[place] else {
                preconditionFailure("a classifier of texts reads tokens")
            }
            let text = asked.inputs[place]
            var input = AnsweredRequest.Input(text: text.text, pair: text.pair, tokenCount: ids.count)
            input.unknownTokenCount = unknownID.map { id in ids.count { $0 == id } } ?? 0
            let output = ClassificationOutput(logits: logits[place], problemType: head.problemType)
            input.add(output, labels: head.labels)
            return input
        }
        watch.add(arrival.answered(answered, isBatch: asked.isBatch, by: model))
    }

    /// Records the answers of another task; images are not kept.
    func record(
        _ asked: RowRequest, _ outputs: [WorkOutput], _ rows: RowService, _ arrival: RequestArrival,
        _ model: ServedModel
    ) {
        guard let watch else { return }
        let answered = zip(asked.inputs, outputs).map { given, output -> AnsweredRequest.Input in
            guard case .prediction(let found) = output else {
                preconditionFailure("a row gets a prediction")
            }
            var input = AnsweredRequest.Input(
                text: given.text.isEmpty ? nil : given.text, pair: given.pair)
            input.output = [rows.writesText ? "generated_text" : "prediction": found.prediction]
            // The answer to a question is a span, not a label.
            if given.pair == nil, !rows.writesText, let label = found.prediction.string,
                let score = found.score
            {
                (input.label, input.confidence) = (label, score.double)
                input.output = ["label": found.prediction, "score": score]
            }
            return input
        }
        watch.add(arrival.answered(answered, isBatch: asked.isBatch, by: model))
    }
}

extension AnsweredRequest.Input {
    /// Takes a classifier's answer: label and confidence where there is one label, else a figure a label.
    fileprivate mutating func add(_ found: ClassificationOutput, labels: [String]) {
        probabilities = found.probabilities
        if case .label(let place) = found.predicted {
            (label, confidence) = (labels[place], found.probabilities[place])
            output = ["label": .string(labels[place]), "score": .real(found.probabilities[place])]
        } else if case .values(let values) = found.predicted {
            output = JSONObject(zip(labels, values).map { ($0, .real($1)) })
        } else {
            output = JSONObject(zip(labels, found.probabilities).map { ($0, .real($1)) })
        }
    }
}

/// A text that is being written, as the record will have it.
struct CompletionRecord: Sendable {
    private let watch: ServiceWatch?
    private let arrival: RequestArrival
    private let model: ServedModel
    private let input: AnsweredRequest.Input

    /// - Parameter prompt: the model's input.
    init(
        watch: ServiceWatch?, arrival: RequestArrival, model: ServedModel, text: String, _ prompt: [Int32]
    ) {
        (self.watch, self.arrival, self.model) = (watch, arrival, model)
        var input = AnsweredRequest.Input(text: text, tokenCount: prompt.count)
        input.unknownTokenCount = model.tokenizer?.unknownID.map { id in prompt.count { $0 == id } } ?? 0
        self.input = input
    }

    /// Records the text when it is written.
    func end(answer: String) {
        guard let watch else { return }
        var input = input
        input.output = ["generated_text": .string(answer)]
        watch.add(arrival.answered([input], by: model))
    }
}
