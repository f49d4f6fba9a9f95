// A row with the answer of a model and those of people: what every evaluation works on, wherever answers come
// from.

package import Datasets
internal import Foundation
package import JSON

/// One row to be scored.
package struct PredictedRow: Sendable {
    /// Number among all rows of the data, from 0.
    package var number: Int
    /// What a person is shown as the row's input; empty when it is not known.
    package var input: String
    package var prediction: JSONValue
    /// How sure the model is of it, a probability; nil when it does not say.
    package var score: Double?
    /// The answers of people; none where no label is true.
    package var references: [String]
    /// Of a classifier: what the reference and the prediction mean to its labels.
    package var target: Target
    package var predicted: Target
    /// Of a classifier, the probability of each label; empty when they are not known.
    package var probabilities: [Double]
    package var loss: RowLoss?
    /// What else is told of the answer.
    package var details = JSONObject()

    package init(
        number: Int, input: String = "", prediction: JSONValue, score: Double? = nil, references: [String],
        target: Target = .none, predicted: Target = .none, probabilities: [Double] = [],
        loss: RowLoss? = nil
    ) {
        precondition(!references.isEmpty || target != .none, "a text without a reference")
        (self.number, self.input, self.prediction, self.score) = (number, input, prediction, score)
        (self.references, self.target, self.predicted) = (references, target, predicted)
        (self.probabilities, self.loss) = (probabilities, loss)
    }

    /// A row of which nothing is known but its loss, with what a person is shown of it.
    package init(number: Int, loss: RowLoss, text: RowText? = nil) {
        (self.number, self.loss) = (number, loss)
        (prediction, target, predicted, probabilities) = (.null, .none, .none, [])
        switch text {
        case .input(let text): (input, references) = (text, [])
        case .reference(let text): (input, references) = ("", [text])
        case nil: (input, references) = ("", [])
        }
    }

    /// The prediction as text.
    var text: String { if case .string(let text) = prediction { text } else { prediction.json } }

    /// Words of the input, for figures by length.
    var inputWordCount: Int {
        var (count, isInWord) = (0, false)
        for byte in input.utf8 {
            let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
            if !isSpace && !isInWord { count += 1 }
            isInWord = !isSpace
        }
        return count
    }

    /// Members of the row's line in a file of predictions.
    package var fields: [(name: String, value: JSONValue)] {
        var fields: [(name: String, value: JSONValue)] = [("row", .integer(number))]
        if !input.isEmpty { fields.append(("input", .string(Self.excerpt(input)))) }
        if prediction != .null {
            fields.append(("prediction", prediction))
            if let score { fields.append(("score", .real(score))) }
            if references.count == 1, !isSet {
                fields.append(("reference", .string(references[0])))
            } else {
                fields.append(("reference", .array(references.map { .string($0) })))
            }
        } else if let reference = references.first {
            fields.append(("reference", .string(Self.excerpt(reference))))
        }
        if let loss, loss.count > 0 {
            fields += target == .none ? loss.tokenFields : [("loss", .real(loss.mean))]
        }
        fields += details.map { (name: $0.0, value: $0.1) }
        return fields
    }

    /// Whether the answers are labels of which any number may be true.
    private var isSet: Bool { if case .labels = target { true } else { false } }

    /// The row as a line of a file of predictions.
    package var line: String { Self.object(fields).json }

    /// Number and loss as a line of a file of predictions.
    var lossLine: String {
        Self.object([("row", .integer(number))] + (loss?.tokenFields ?? [])).json
    }

    static func object(_ fields: [(name: String, value: JSONValue)]) -> JSONValue {
        var members = JSONObject()
        for field in fields { members.set(field.name, to: field.value) }
        return .object(members)
    }

    /// At most the first 2,000 characters, which is enough to see what a row is about.
    static func excerpt(_ text: String) -> String {
        text.utf8.count > 2_000 && text.count > 2_000 ? text.prefix(2_000) + "…" : text
    }
}
