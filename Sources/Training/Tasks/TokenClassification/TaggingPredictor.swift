// A classifier of tokens' answers to rows: the entities that it finds.

internal import Datasets
internal import Evaluation
internal import JSON
internal import Models

/// Finds entities.
final class TaggingPredictor: Predictor {
    let tags: TagSet
    private let model: TokenClassifier
    private let reader: TagReader
    private let scorer: TagScorer

    init(model: TokenClassifier, reader: TagReader) {
        (self.model, self.reader, tags) = (model, reader, reader.tags)
        scorer = TagScorer(model: model)
    }

    /// A list of entities: `start` and `end` in the row's words or characters, its text, its label and, as
    /// `score`, the mean probability of its words' tags.
    func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        var tagged = TaggedRows()
        let words = try rows.map { row in
            findsLoss
                ? try reader.append(row, to: &tagged) : try reader.appendUntagged(row, to: &tagged)
        }
        try tagged.examples.validate(for: model)
        return zip(words, scorer.answers(to: Array(rows.indices), of: tagged)).map { words, answer in
            let found = words.entities(answer.tags.map { tags.tags[$0] }).map { entity, text, heads in
                let score = answer.probabilities[heads].reduce(0, +) / Double(heads.count)
                return entity.value(adding: [("text", .string(text)), ("score", .real(score))])
            }
            return RowPrediction(prediction: .array(found), loss: findsLoss ? answer.loss : nil)
        }
    }

    func input(of row: Row) throws -> String { try reader.columns.text(of: row).shown }

    /// The row's entities as one list in JSON, without those behind `max_seq_length`.
    func references(of row: Row) throws -> [String] {
        [JSONValue.array(try reader.entities(of: row).map { $0.value() }).json]
    }
}
