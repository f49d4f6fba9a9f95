// A model's answers to rows with a question each.

internal import Datasets
internal import Evaluation
internal import JSON

/// Answers questions by spans of their contexts; an empty text is no answer.
final class QuestionPredictor: Predictor {
    private let reader: QuestionReader
    private let scorer: SpanScorer
    private let writesNBest: Bool

    init(reader: QuestionReader, scorer: SpanScorer, writesNBest: Bool) {
        (self.reader, self.scorer, self.writesNBest) = (reader, scorer, writesNBest)
    }

    var selection: SpanSelection { scorer.selection }

    /// The score is the answer's probability among the best; with `write_nbest` an object of it and of these.
    func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let questions = try rows.map { row in
            let question = try reader.columns.question(of: row, withAnswers: findsLoss)
            return AskedQuestion(question, windows: try reader.windows(of: question))
        }
        try TokenizedDataset(questions.flatMap(\.windowExamples)).validate(for: scorer.model)
        return scorer.answers(to: questions).map { found in
            RowPrediction(
                prediction: .string(found.answer.text), score: score(found.answer),
                loss: findsLoss ? found.loss : nil)
        }
    }

    private func score(_ answer: SpanAnswer) -> JSONValue {
        guard writesNBest else { return .real(answer.probability) }
        let list = answer.candidates.map { candidate in
            Self.object([
                ("text", .string(candidate.text)), ("probability", .real(candidate.probability)),
                ("start_logit", .real(candidate.start)), ("end_logit", .real(candidate.end)),
            ])
        }
        return Self.object([("probability", .real(answer.probability)), ("nbest", .array(list))])
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        var fields = JSONObject()
        for (name, value) in members { fields.set(name, to: value) }
        return .object(fields)
    }

    func input(of row: Row) throws -> String {
        let question = try reader.columns.question(of: row, withAnswers: false)
        return question.text + "\n" + question.context
    }

    func references(of row: Row) throws -> [String] {
        try reader.columns.question(of: row, withAnswers: true).references
    }
}
