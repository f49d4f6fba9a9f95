// Questions with their contexts and answers as rows hold them: flat rows, or the articles of SQuAD's own
// files.

package import Arguments
package import Datasets
internal import Evaluation
internal import JSON
internal import Phrases
internal import Training

/// A question about a text.
package struct Question: Sendable {
    /// Without white space at its beginning.
    package let text: String
    package let context: String
    /// The answers of people; none for a question that has no answer, and where none were read.
    var answers: [String] = []
    /// Where the first answer stands in the context, in Unicode scalars.
    package fileprivate(set) var place: Range<Int>?
    /// File and line, and in an article the question's id.
    let location: String
    let source: RowSource

    /// What an answer is compared with: "" stands for no answer.
    package var references: [String] { answers.isEmpty ? [""] : answers }
}

/// Reads questions.
package struct QuestionColumns: Sendable {
    let question, context, answers: String
    let allowsNoAnswer: Bool

    package init(_ arguments: QuestionAnsweringArguments) {
        (question, context) = (arguments.questionColumn, arguments.contextColumn)
        answers = arguments.answersColumn
        allowsNoAnswer = arguments.version2WithNegative
    }

    /// The question of a row, or all of an article's. Throws, with file and line, when one cannot be learnt
    /// from; without `withAnswers`, when one cannot be answered.
    package func questions(of row: Row, withAnswers: Bool) throws -> [Question] {
        guard isArticle(row) else { return [try question(of: row, withAnswers: withAnswers)] }
        return try articleQuestions(of: row, withAnswers: withAnswers)
    }

    /// The question of a row that is no article.
    package func question(of row: Row, withAnswers: Bool) throws -> Question {
        guard !isArticle(row) else {
            throw TrainingError(
                "\(row.source): the row is an article with questions of its own, and evaluate and predict answer one "
                    + "question a row; write each question as a row with its context")
        }
        let place = "\(row.source)"
        let text = try row.text(in: question, key: "question_column")
        let context = try row.text(in: context, key: "context_column")
        let value = withAnswers ? try row.value(in: answers, key: "answers_column") : nil
        return try make(text, context, value, at: place, row.source)
    }

    private func isArticle(_ row: Row) -> Bool {
        if row[question] == nil, case .array? = row["paragraphs"] { true } else { false }
    }

    /// SQuAD's own form: paragraphs with a context and its questions.
    private func articleQuestions(of row: Row, withAnswers: Bool) throws -> [Question] {
        guard case .array(let paragraphs)? = row["paragraphs"] else { return [] }
        var questions: [Question] = []
        for paragraph in paragraphs {
            guard case .object(let fields) = paragraph, case .string(let context)? = fields["context"],
                case .array(let entries)? = fields["qas"]
            else { throw TrainingError.article(row.source, "a paragraph has a text context and a list qas") }
            for entry in entries {
                guard case .object(let fields) = entry, case .string(let text)? = fields["question"] else {
                    throw TrainingError.article(row.source, "an entry of qas has a text question")
                }
                let id = fields["id"].map { ", question \($0.plainText)" } ?? ""
                var value: JSONValue?
                if withAnswers {
                    value = fields["is_impossible"] == .bool(true) ? .array([]) : fields["answers"]
                    guard value != nil else {
                        throw TrainingError.article(row.source, "an entry of qas has a list answers")
                    }
                }
                questions.append(try make(text, context, value, at: "\(row.source)\(id)", row.source))
            }
        }
        return questions
    }

    private func make(
        _ text: String, _ context: String, _ value: JSONValue?, at location: String, _ source: RowSource
    ) throws(TrainingError) -> Question {
        let trimmed = String(text.unicodeScalars.drop { $0.properties.isWhitespace })
        guard !trimmed.isEmpty else { throw .emptyText(location, question, "a question") }
        guard context.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw .emptyText(location, self.context, "a text that holds the answer")
        }
        var result = Question(text: trimmed, context: context, location: location, source: source)
        guard let value else { return result }
        let entries = try entries(value, location)
        guard !entries.isEmpty || allowsNoAnswer else {
            throw TrainingError(
                "\(location): the question has no answer; set version_2_with_negative: true, or leave the row out"
            )
        }
        let scalars = Array(context.unicodeScalars)
        for (answer, start) in entries {
            let place = try Self.place(of: answer, at: start, in: scalars, location)
            if result.place == nil { result.place = place }
        }
        result.answers = entries.map(\.text)
        return result
    }

    /// Texts and starts of an object of two lists, or of a list of objects.
    private func entries(_ value: JSONValue, _ location: String) throws(TrainingError) -> [(
        text: String, start: Int
    )] {
        let texts: [JSONValue?]
        let starts: [JSONValue?]
        switch value {
        case .object(let fields):
            guard case .array(let first)? = fields["text"], case .array(let second)? = fields["answer_start"]
            else { throw .answers(location, answers, found: value) }
            (texts, starts) = (first, second)
        case .array(let values):
            let objects = values.map { if case .object(let fields) = $0 { fields } else { JSONObject() } }
            (texts, starts) = (objects.map { $0["text"] }, objects.map { $0["answer_start"] })
        default: throw .answers(location, answers, found: value)
        }
        guard texts.count == starts.count else {
            throw TrainingError(
                "\(location): column \"\(answers)\" has \(texts.count, "text") and \(starts.count, "value") "
                    + "of answer_start; "
                    + "give each text its answer_start")
        }
        var entries: [(text: String, start: Int)] = []
        for (text, start) in zip(texts, starts) {
            guard case .string(let text)? = text, case .number(let number)? = start,
                let start = number.integer
            else { throw .answers(location, answers, found: value) }
            entries.append((text, start))
        }
        return entries
    }

    /// Where an answer stands. Throws when that is not where its `answer_start` points.
    private static func place(
        of answer: String, at start: Int, in context: [Unicode.Scalar], _ location: String
    ) throws(TrainingError) -> Range<Int> {
        let scalars = Array(answer.unicodeScalars)
        guard !scalars.isEmpty else {
            throw TrainingError(
                "\(location): an answer is an empty text; a question without an answer has empty lists")
        }
        let end = start.addingReportingOverflow(scalars.count)
        guard start >= 0, !end.overflow, end.partialValue <= context.count else {
            throw TrainingError(
                "\(location): the answer \"\(short(answer))\" with answer_start \(start) lies outside the context, which "
                    + "has \(context.count, "character"); correct answer_start, which counts them from 0")
        }
        let place = start..<end.partialValue
        guard Array(context[place]) == scalars else {
            var found = String.UnicodeScalarView()
            found.append(contentsOf: context[place])
            throw TrainingError(
                "\(location): answer_start \(start) points at \"\(short(String(found)))\", not at the answer "
                    + "\"\(short(answer))\"; it counts the characters of the context from 0: correct it")
        }
        return place
    }

}

/// At most the first 60 characters.
private func short(_ text: String) -> String { text.count > 60 ? text.prefix(60) + "…" : text }

extension TrainingError {
    fileprivate static func emptyText(_ location: String, _ column: String, _ expected: String) -> Self {
        Self(
            "\(location): column \"\(column)\" is empty: expected \(expected); write one or leave the row out"
        )
    }

    fileprivate static func answers(_ location: String, _ column: String, found: JSONValue) -> Self {
        Self(
            "\(location): column \"\(column)\": expected the lists text and answer_start, such as "
                + "{\"text\": [\"1066\"], \"answer_start\": [12]}, found \(short(found.json))")
    }

    fileprivate static func article(_ source: RowSource, _ expected: String) -> Self {
        Self("\(source): the article is not in SQuAD's form: expected that \(expected); correct the file")
    }
}
