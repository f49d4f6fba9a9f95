// What `predict` and `evaluate` need of a model, whatever its task: an answer to each row.

package import Datasets
package import JSON
package import Models

/// What a model answers to one row.
package struct RowPrediction: Sendable, Equatable {
    /// The answer: a label, a list of labels, numbers or a text.
    package var prediction: JSONValue
    /// How sure the model is of it, a probability or a list of them; nil when it does not say.
    package var score: JSONValue?
    /// What a classifier's or a regression's outputs say; nil for other models.
    package var classification: ClassificationOutput?
    /// How well the model expected the row's own targets; nil when it was not asked or the row has none.
    package var loss: RowLoss?
    /// What else is told of the answer, such as of how many parts it was made.
    package var details = JSONObject()
    /// Why the row was left out, with file and line; nil for one that was answered.
    package private(set) var skipped: String?

    /// A row that was left out.
    package init(skipped reason: String) {
        prediction = .null
        skipped = reason
    }

    package init(prediction: JSONValue, score: JSONValue? = nil, loss: RowLoss? = nil) {
        self.prediction = prediction
        self.score = score
        self.loss = loss
    }

    /// The columns that `predict` adds to the row.
    package var fields: [(name: String, value: JSONValue)] {
        [("prediction", prediction)] + (score.map { [("score", $0)] } ?? [])
            + details.map { ($0.0, $0.1) }
    }
}

/// The loss over the targets of one row.
package struct RowLoss: Sendable, Equatable {
    /// Sum of the targets' losses, in nats.
    package var sum: Double
    /// Number of targets: 1 for a label, the target tokens of a text.
    package var count: Int
    /// Targets that are the model's first choice.
    package var correct: Int
    /// The sum of the targets' weights, by which a mean divides; `count` where all weigh the same.
    package var weight: Double

    /// `weight` is `count` if not given.
    package init(sum: Double, count: Int, correct: Int, weight: Double? = nil) {
        self.sum = sum
        self.count = count
        self.correct = correct
        self.weight = weight ?? Double(count)
    }

    package init(_ sums: TokenLossSums) {
        self.init(sum: sums.loss, count: sums.count, correct: sums.correct)
    }
}

/// Answers rows on one rank; knows nothing of ranks.
package protocol Predictor: AnyObject {
    /// The answers to a batch of rows, in their order. `firstNumber` is the number of the first row among all
    /// rows of the files: what is drawn at random is drawn by it, so that it is the same on any number of
    /// ranks. With `findsLoss` rows must have targets, and the predictions hold their loss.
    ///
    /// Throws when a row lacks a column or does not fit the model; the message names file and line.
    func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction]
    /// What a person is shown as the row's input: its text, the last turns of its dialogue, the path of its
    /// image.
    func input(of row: Row) throws -> String
    /// The answers that a person gave, with which the model's is compared: a label, one or several texts.
    /// Throws when the row has none.
    func references(of row: Row) throws -> [String]
}
