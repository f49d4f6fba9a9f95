// What can be wrong with predictions and references that are to be compared.

package import Datasets
internal import Phrases

/// A mismatch between predictions, references and the other run of a comparison.
package enum EvaluationError: Error, Sendable, Equatable {
    /// Files of predictions and of references have other numbers of rows.
    case unequalCounts(predictions: Int, files: [String], references: Int, referenceFiles: [String])
    /// A score that stands beside a predicted label is no probability.
    case noProbability(RowSource, score: Double)
    /// A row of a file of predictions holds none, where that is an error.
    case noPrediction(String, RowSource)
    /// A file of another run lacks one of the fields that `evaluate` writes; `advice` says what to give
    /// instead.
    case missingField(String, RowSource, advice: String)
    /// A row that this evaluation answered was left out by the other run.
    case leftOut(RowSource, row: Int)
    /// A row of another run has another reference than the same row of this evaluation.
    case otherReference(RowSource, theirs: [String], row: Int, ours: [String])
    /// A row of another run has another number of target tokens.
    case otherTokenCount(RowSource, theirs: Int, row: Int, ours: Int)
    /// Another run has another number of rows.
    case otherRowCount(String, theirs: Int, ours: Int64)
}

extension EvaluationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unequalCounts(let predictions, let paths, let references, let referencePaths):
            "\(paths.joined(separator: ", ")) has \(predictions, "prediction"), but "
                + "\(referencePaths.joined(separator: ", ")) has \(references, "reference"): each prediction "
                + "needs the "
                + "reference of the same row"
        case .noProbability(let source, let score):
            "\(source): column \"score\": expected the probability of the predicted label, from 0 to 1, "
                + "but it is \(score); give probabilities, or call the column otherwise"
        case .noPrediction(let column, let source):
            "\(source): \(column) is empty; give a prediction, or set on_empty_row: skip to leave such "
                + "rows out"
        case .missingField(let field, let source, let advice): "\(source): no \(field); \(advice)"
        case .leftOut(let source, let row):
            "\(source): the other run left row \(row) out, without a prediction, but this evaluation answered "
                + "it; both runs must be evaluated on the same rows, cut to the same length"
        case .otherReference(let source, let theirs, let row, let ours):
            "\(source): its reference is \(Self.phrase(theirs)), but row \(row) of this "
                + "evaluation has \(Self.phrase(ours)); both runs must be evaluated on the same rows"
        case .otherTokenCount(let source, let theirs, let row, let ours):
            "\(source): its loss is over \(theirs, "token"), but row \(row) of this evaluation has "
                + "\(ours); both runs must be evaluated on the same rows, cut into the same tokens"
        case .otherRowCount(let path, let theirs, let ours):
            "\(path) has \(theirs, "row"), this evaluation \(ours): both runs must be evaluated on the same "
                + "rows"
        }
    }

    private static func phrase(_ texts: [String]) -> String {
        let text = texts.joined(separator: "\", \"")
        return "\"" + (text.count > 60 ? text.prefix(60) + "…" : text) + "\""
    }
}
