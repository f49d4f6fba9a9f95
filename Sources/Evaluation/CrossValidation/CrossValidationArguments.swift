// What a cross-validation is asked to do beyond the recipe.

package import Arguments
internal import Phrases
package import Training

/// How rows become folds, and how often.
package struct CrossValidationArguments: Sendable, Equatable {
    /// Folds of each repeat.
    package var folds = 5
    /// Divisions into folds, each by another shuffle.
    package var repeats = 1
    /// Whether each fold gets its share of every label; nil: yes for single labels without groups.
    package var isStratified: Bool?
    /// Column of the group that a row belongs to; rows of one group are in one fold.
    package var groupColumn: String?
    /// Seed of the folds.
    package var seed: UInt64 = 42
    /// Share of each fold's training rows that is held out to choose the best checkpoint, in 0...0.5; nil for
    /// none.
    package var innerValidation: Double?
    /// Folds that are trained at the same time, each by its share of the ranks.
    package var parallelFolds = 1

    package init() {}

    /// Throws unless the numbers make sense together on so many ranks.
    package func check(rankCount: Int) throws(TrainingError) {
        guard folds >= 2 else {
            throw TrainingError(
                "--folds is \(folds), but there must be at least 2: one to test, one to train")
        }
        guard repeats >= 1 else {
            throw TrainingError("--repeats is \(repeats), but there must be at least 1")
        }
        if let share = innerValidation, !(share > 0 && share <= 0.5) {
            throw TrainingError(
                "--inner_validation is \(share), but it must be a share of the training rows above 0 and at most 0.5"
            )
        }
        guard parallelFolds >= 1, parallelFolds <= folds * repeats else {
            throw TrainingError(
                "--parallel-folds is \(parallelFolds), but there are \(folds * repeats) folds to train; it must lie "
                    + "between 1 and that")
        }
        guard rankCount.isMultiple(of: parallelFolds) else {
            throw TrainingError(
                "--parallel-folds is \(parallelFolds), which does not divide the "
                    + "\(rankCount, "rank"): every fold needs as many ranks as the others; start "
                    + "\((rankCount + parallelFolds - 1) / parallelFolds * parallelFolds) ranks, or choose another number"
            )
        }
    }

    /// Throws when the recipe chooses its model by validation rows and none are held out for that, or when
    /// rows are held out for nothing.
    package func check(_ arguments: TrainingArguments) throws(TrainingError) {
        if case .path(let path) = arguments.resumeFromCheckpoint {
            throw TrainingError(
                "resume_from_checkpoint is \(path), but a cross-validation goes on from its own folds: set it to auto or "
                    + "none")
        }
        if let share = innerValidation {
            guard arguments.evalStrategy == .never else { return }
            throw TrainingError(
                "--inner_validation \(share) holds out rows to evaluate on, but eval_strategy is no: set --eval_strategy "
                    + "epoch, or leave --inner_validation out")
        }
        let choices = [
            ("load_best_model_at_end", arguments.loadBestModelAtEnd, "false"),
            ("early_stopping_patience", arguments.earlyStoppingPatience != nil, "null"),
            ("save_strategy: best", arguments.saveStrategy == .best, "no"),
        ]
        guard let choice = choices.first(where: \.1) else { return }
        let key = choice.0.prefix { $0 != ":" }
        throw TrainingError(
            "\(choice.0) chooses a model by validation rows, and the rows that test a fold must not: hold out a share of "
                + "each fold's training rows with --inner_validation 0.1, or set --\(key) \(choice.2)")
    }
}
