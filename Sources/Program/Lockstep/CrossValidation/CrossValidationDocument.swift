// cross_validation.json and the tables that `cross-validate` prints.

import Arguments
import CrossValidation
import Foundation
import JSON
import Models
import Reporting
import Training

/// The result of a cross-validation, for programs and for people.
struct CrossValidationDocument {
    private let summary: CrossValidationSummary
    private let hasRepeats: Bool
    let bytes: [UInt8]

    init(
        _ summary: CrossValidationSummary, plan: CrossValidationPlan, arguments: CrossValidationArguments,
        task: ModelArguments.TaskName
    ) throws {
        self.summary = summary
        hasRepeats = arguments.repeats > 1
        var members = summary.json
        members["task"] = .string(task.rawValue)
        members["rows"] = .integer(plan.survey.rowCount)
        members["fold_count"] = .integer(arguments.folds)
        members["repeat_count"] = .integer(arguments.repeats)
        members["fold_seed"] = .integer(Int(clamping: arguments.seed))
        members["division"] = .string(plan.description)
        bytes = JSONValue.object(members).serialized()
    }

    /// A row a fold with the first figures, and a row a figure with its spread.
    var text: String {
        let names = summary.spreads.prefix(5).map(\.name)
        let folds = summary.folds.map { fold in
            (hasRepeats ? ["\(fold.run.repetition)"] : []) + ["\(fold.run.fold)", "\(fold.rowCount)"]
                + fold.metrics.prefix(5).map { NumberFormat.fixed($0.value, decimals: 4) }
        }
        let foldTable = Table(
            header: (hasRepeats ? ["repeat"] : []) + ["fold", "rows"] + names, rows: folds,
            alignments: [.right])
        let spreads = summary.spreads.map { spread in
            [spread.name]
                + [spread.mean, spread.standardDeviation, spread.low, spread.high].map {
                    NumberFormat.fixed($0, decimals: 4)
                } + (spread.pooled.map { [NumberFormat.fixed($0, decimals: 4)] } ?? [])
        }
        let hasPool = summary.spreads.contains { $0.pooled != nil }
        let level = NumberFormat.fixed(100 * CrossValidationSummary.level, decimals: 0)
        let spreadTable = Table(
            header: ["metric", "mean", "std", "\(level)% from", "to"] + (hasPool ? ["all rows"] : []),
            rows: spreads)
        return foldTable.text + "\n" + spreadTable.text
    }
}
