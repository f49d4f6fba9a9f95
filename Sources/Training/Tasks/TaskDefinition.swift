// What makes a task: everything that the program asks about one, whatever it is.

package import Arguments
package import Checkpoints
package import DataParallel
package import Datasets
package import Evaluation
package import Models
package import Tensors
internal import Training

/// A kind of fine-tuning: how its model and rows are loaded, trained, answered and measured. `TaskTable`
/// lists all.
package protocol TaskDefinition: Sendable {
    /// The value of the recipe's key `task`.
    var name: ModelArguments.TaskName { get }
    /// Whether rows name images.
    var readsImages: Bool { get }
    /// What a recipe for it may set beside the keys that every task reads.
    var keyScopes: Set<KeyScope> { get }
    /// Why the task cannot start from random weights; nil where it can.
    var needsPretrained: String? { get }
    /// Whether the folds of a cross-validation get their share of every label.
    var stratifiesFolds: Bool { get }
    /// Whether answers are labels or numbers; if not, they are texts.
    var answersLabels: Bool { get }

    /// The column of what people say, with which answers are compared.
    func referenceColumn(_ data: DataArguments) -> String
    /// The columns of a row that must not be empty for it to be used: what the model reads and, with
    /// `withReferences`, what people say.
    func neededColumns(of row: Row, _ run: RunArguments, withReferences: Bool) -> [NeededColumn]
    /// The column under which a text alone is a row; nil where a row needs more than that.
    func inputColumn(_ data: DataArguments) -> String?
    /// Whether a row that has the reference of another one is no new row: where texts are written.
    var isKnownByReference: Bool { get }
    /// Whether an empty reference says something: that there is no answer.
    var takesEmptyReferences: Bool { get }
    /// The reference of a row whose reference column is not there or no text, as a conversation has one; nil
    /// where the column is all there is.
    func writtenReference(of row: Row, _ data: DataArguments) throws -> String?
    /// Whether evaluations answer rows; where they do not, they measure losses alone.
    func answersRows(_ generation: GenerationArguments) -> Bool

    /// The model of a folder in fp32 with its head, on this rank alone. Throws when the folder has none of
    /// this task's kind.
    func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport)
    /// Reads rows and model, ready to train. Collective.
    func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask
    /// What answers the rows of a fine-tuned model, which it loads. Collective.
    func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor
    /// The losses of the validation rows of a fine-tuned model; asked where evaluations answer no rows.
    /// Collective.
    func losses(
        _ run: RunArguments, group: any ProcessGroup, _ arguments: TokenLossArguments
    ) throws -> RowEvaluationResult
    /// Throws, with file and line, when a training row cannot be learnt from, or cannot be answered.
    /// Collective.
    func checkRows(_ run: RunArguments, group: any ProcessGroup) throws
    /// How answers of a task that writes texts are scored against the references of `rows`. Collective.
    func textScoring(
        _ predictor: any Predictor, rows: RowReader, group: any ProcessGroup
    ) throws -> RowEvaluation.Kind
}

extension TaskDefinition {
    package var readsImages: Bool { false }
    package var needsPretrained: String? { nil }
    package var stratifiesFolds: Bool { false }
    package var answersLabels: Bool { false }
    package var takesEmptyReferences: Bool { false }
    package var isKnownByReference: Bool { false }

    /// One input and its reference.
    package func neededColumns(
        of row: Row, _ run: RunArguments, withReferences: Bool
    ) -> [NeededColumn] {
        let columns = [inputColumn(run.data), withReferences ? referenceColumn(run.data) : nil]
        return columns.compactMap(\.self).map { NeededColumn($0) }
    }

    package func writtenReference(of row: Row, _ data: DataArguments) throws -> String? { nil }

    package func losses(
        _ run: RunArguments, group: any ProcessGroup, _ arguments: TokenLossArguments
    ) throws -> RowEvaluationResult {
        preconditionFailure("task: \(name.rawValue) answers rows")
    }

    package func checkRows(_ run: RunArguments, group: any ProcessGroup) throws {
        _ = try prepare(run, group: group)
    }

    package func textScoring(
        _ predictor: any Predictor, rows: RowReader, group: any ProcessGroup
    ) throws -> RowEvaluation.Kind { .texts() }
}

/// A model that answers rows, with what an evaluation needs to score its answers.
package struct TaskPredictor {
    package let predictor: any Predictor
    /// The labels of a classifier, and the column of its references; nil for texts.
    package var labels: LabelMap?
    package var labelColumn = ""
    /// Figures beside those of the answers, such as baselines; summed from the same rows.
    package var baselineScores: (any BaselineScores)?
    /// The parameters of the model, which nothing writes to from here on.
    package var weights: [Tensor] = []

    package init(predictor: any Predictor) { self.predictor = predictor }
}

/// Figures of rows beside those of the model's answers.
package protocol BaselineScores {
    /// Adds a row by its number among all rows, with its references and the model's answer.
    mutating func add(number: Int, _ row: Row, references: [String], answer: RowPrediction) throws
    /// Adds up the rows of all ranks. Collective.
    mutating func reduce(over group: any ProcessGroup) throws
    /// The figures with their intervals over rows, once reduced.
    var estimates: [MetricValue] { get }
}
