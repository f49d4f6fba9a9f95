// All folds of a cross-validation: which rows each trains on, chooses its checkpoint by and is tested on.

package import Datasets
internal import Phrases
internal import Tensors

/// One training run of a cross-validation.
package struct FoldRun: Sendable, Hashable {
    /// From 1.
    package let fold: Int
    /// From 1.
    package let repetition: Int

    package init(fold: Int, repetition: Int) {
        self.fold = fold
        self.repetition = repetition
    }

    /// For files: `fold-3`, or `repeat-2-fold-3` from the second repeat on.
    package var name: String { repetition == 1 ? "fold-\(fold)" : "repeat-\(repetition)-fold-\(fold)" }

    /// For people: `fold 3`, or `fold 3 of repeat 2` from the second repeat on.
    package var title: String { repetition == 1 ? "fold \(fold)" : "fold \(fold) of repeat \(repetition)" }
}

/// The folds of all repeats; the same for the same rows, arguments and seed everywhere.
package struct CrossValidationPlan: Sendable {
    package let survey: FoldSurvey
    /// The folds of each repeat.
    package let plans: [FoldPlan]
    private let arguments: CrossValidationArguments

    /// Throws when the rows, labels or groups do not suffice for the folds.
    package init(
        _ survey: FoldSurvey, _ arguments: CrossValidationArguments
    ) throws(DatasetsError) {
        self.survey = survey
        self.arguments = arguments
        var plans: [FoldPlan] = []
        for repetition in 0..<arguments.repeats {
            let key = Self.key(arguments, repetition)
            plans.append(
                try Self.plan(survey.rowCount, survey.classes, survey.groups, arguments.folds, key))
        }
        self.plans = plans
        for run in runs where arguments.innerValidation != nil { _ = try innerRows(of: run) }
    }

    private static func key(_ arguments: CrossValidationArguments, _ repetition: Int) -> RandomKey {
        RandomKey(seed: arguments.seed).derived("folds").derived(UInt64(repetition))
    }

    private static func plan(
        _ rowCount: Int, _ classes: [Int]?, _ groups: [Int]?, _ folds: Int, _ key: RandomKey
    ) throws(DatasetsError) -> FoldPlan {
        switch (classes, groups) {
        case (nil, nil): try .shuffled(rowCount: rowCount, foldCount: folds, key: key)
        case (let classes?, nil): try .stratified(classes: classes, foldCount: folds, key: key)
        case (nil, let groups?): try .grouped(groups: groups, foldCount: folds, key: key)
        case (let classes?, let groups?):
            try .grouped(groups: groups, stratifiedBy: classes, foldCount: folds, key: key)
        }
    }

    /// Every fold of every repeat, in order.
    package var runs: [FoldRun] {
        (1...arguments.repeats).flatMap { repetition in
            (1...arguments.folds).map { FoldRun(fold: $0, repetition: repetition) }
        }
    }

    /// The rows that a fold is tested on.
    package func testRows(of run: FoldRun) -> RowSelection {
        let rows = plans[run.repetition - 1].rows(of: run.fold - 1)
        return survey.selection(where: rows.contains)
    }

    /// The rows that a fold learns from, and those of its training rows that choose its checkpoint, if any.
    package func trainingRows(
        of run: FoldRun
    ) throws(DatasetsError) -> (learnt: RowSelection, choosing: RowSelection?) {
        let rows = plans[run.repetition - 1].rows(without: run.fold - 1)
        guard let inner = try innerRows(of: run) else { return (survey.selection(where: rows.contains), nil) }
        return (
            survey.selection { rows.contains($0) && !inner.contains($0) },
            survey.selection(where: inner.contains)
        )
    }

    /// One fold of a division of the training rows, made like the folds themselves.
    private func innerRows(of run: FoldRun) throws(DatasetsError) -> RowSelection? {
        guard let share = arguments.innerValidation else { return nil }
        let folds = plans[run.repetition - 1].folds
        let rows = folds.indices.filter { folds[$0] != run.fold - 1 }
        let groups = survey.groups.map { groups in dense(rows.map { groups[$0] }) }
        let wanted = max(2, Int((1 / share).rounded()))
        let key = Self.key(arguments, run.repetition - 1).derived("inner").derived(UInt64(run.fold))
        let inner = try Self.plan(
            rows.count, survey.classes.map { classes in dense(rows.map { classes[$0] }) }, groups,
            groups.map { min(wanted, max(2, ($0.max() ?? 0) + 1)) } ?? wanted, key)
        var isChosen = [Bool](repeating: false, count: folds.count)
        for (row, fold) in zip(rows, inner.folds) where fold == 0 { isChosen[row] = true }
        return RowSelection(where: isChosen)
    }

    /// How rows became folds, for people: `stratified by label, grouped by author`.
    package var description: String {
        let parts =
            (survey.classes == nil ? [] : ["stratified by label"])
            + (arguments.groupColumn.map { ["grouped by \($0)"] } ?? [])
        return parts.isEmpty ? "shuffled" : parts.joined(separator: ", ")
    }

    /// What is doubtful about the folds.
    package var warnings: [String] {
        guard let classes = survey.classes else { return [] }
        var counts = [Int](repeating: 0, count: survey.labels.count)
        for label in classes { counts[label] += 1 }
        let rare = zip(survey.labels, counts).filter { $0.1 < arguments.folds }
        guard let first = rare.first else { return [] }
        let others =
            rare.count > 1
            ? ", and \(rare.count - 1, "more label has", "more labels have") fewer "
                + "rows than folds" : ""
        return [
            "the label \"\(first.0)\" has only \(first.1, "row") for \(arguments.folds) "
                + "folds\(others): some folds are tested without it, and its figures mean little"
        ]
    }
}

/// The same values renumbered 0, 1, … in the order in which they occur.
private func dense(_ values: [Int]) -> [Int] {
    var numbers: [Int: Int] = [:]
    return values.map { value in
        let number = numbers[value] ?? numbers.count
        numbers[value] = number
        return number
    }
}
