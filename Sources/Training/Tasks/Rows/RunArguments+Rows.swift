// The rows of a run, settled before it starts: empty ones left out, a share held out, the first ones taken.

package import Arguments
package import Datasets
internal import Models
internal import Phrases
internal import Tensors
internal import Training

extension RunArguments {
    /// What rows of this run need to be used; `withReferences` is what people say of them, too.
    package func needs(withReferences: Bool) -> (Row) -> [NeededColumn] {
        let definition = task.definition
        return { row in definition.neededColumns(of: row, self, withReferences: withReferences) }
    }

    private var skipsEmpty: Bool { data.onEmptyRow == .skip }

    /// This run with its rows chosen, the same on every rank and after a resumption, and what is to be said
    /// of them. Reads the files.
    ///
    /// - Parameter look: looks at all rows of some files where this rank need not do it alone.
    package func choosingTrainingRows(
        look: (RowReader, _ needs: @escaping (Row) -> [NeededColumn]) throws -> RowSurvey? = { _, _ in nil }
    ) throws -> (run: RunArguments, notes: [String]) {
        var (run, notes) = (self, [String]())
        let files = data.trainFiles
        try refuseTokens(files + data.validationFiles)
        let splits = data.validationSplit != nil && data.validationFiles.isEmpty
        var split = SplitSurvey(self)
        let (rows, needs) = (try data.rows(of: files, data.trainSelection), needs(withReferences: true))
        let survey =
            try splits
            ? RowSurvey(rows, needs: needs) { try split.add($0) }
            : look(rows, needs) ?? RowSurvey(rows, needs: needs)
        try survey.check(files, skips: skipsEmpty)
        if let warning = survey.warning(files) { notes.append(warning) }
        run.data.usableTrainSelection = data.usableTrainSelection ?? survey.rows()
        var isHeldOut: [Bool]?
        if let share = data.validationSplit, splits {
            let held = try split.isHeldOut(survey, share)
            isHeldOut = held.rows
            let heldCount = held.rows.count { $0 }
            run.data.validationFiles = files
            run.data.validationSelection = survey.rows(limit: data.maxEvalSamples) { held.rows[$0] }
            notes.append(
                "validation_split: \(heldCount) of \(survey.usableCount, "row") are held out to evaluate"
                    + " on, \(held.words)")
        } else if !data.validationFiles.isEmpty {
            if data.validationSplit != nil {
                notes.append("validation_split is not used, because there is a validation_file")
            }
            notes += try run.chooseValidationRows(look: look)
        }
        let heldCount = isHeldOut?.count { $0 } ?? 0
        run.data.trainSelection = survey.rows(
            limit: data.maxTrainSamples, where: isHeldOut.map { isHeldOut in { !isHeldOut[$0] } })
        notes += Self.note(
            "max_train_samples", data.maxTrainSamples, of: survey.usableCount - heldCount, "training rows")
        if splits {
            notes += Self.note("max_eval_samples", data.maxEvalSamples, of: heldCount, "validation rows")
        }
        return (run, notes)
    }

    /// Throws where files hold tokens, which no other task than causal-lm takes for rows.
    private func refuseTokens(_ files: [String]) throws(TrainingError) {
        guard task != .causalLM, let first = files.first(where: TokenFile.isNamed)
        else { return }
        throw TrainingError(
            "\(first) holds tokens, of which task: causal-lm alone learns; give \(task.rawValue) rows with texts"
        )
    }

    /// This run with its validation rows chosen, and what is to be said of them. Reads the files.
    package func choosingValidationRows() throws -> (run: RunArguments, notes: [String]) {
        var run = self
        let notes = try run.chooseValidationRows()
        return (run, notes)
    }

    private mutating func chooseValidationRows(
        look: (RowReader, _ needs: @escaping (Row) -> [NeededColumn]) throws -> RowSurvey? = { _, _ in nil }
    ) throws -> [String] {
        let files = data.validationFiles
        let (rows, needs) = (try data.rows(of: files, data.validationSelection), needs(withReferences: true))
        let survey = try look(rows, needs) ?? RowSurvey(rows, needs: needs)
        try survey.check(files, skips: skipsEmpty)
        data.validationSelection = survey.rows(limit: data.maxEvalSamples)
        return [survey.warning(files)].compactMap(\.self)
            + Self.note("max_eval_samples", data.maxEvalSamples, of: survey.usableCount, "validation rows")
    }

    private static func note(_ key: String, _ limit: Int?, of count: Int, _ rows: String) -> [String] {
        guard let limit, limit < count else { return [] }
        return ["\(key): the first \(limit) of \(count) \(rows)"]
    }
}

/// What a validation split depends on: the labels and groups of rows.
private struct SplitSurvey {
    private let run: RunArguments
    private var labels: LabelMap.Builder?
    private var groups: [Int] = []
    private var numberOfGroup: [String: Int] = [:]

    init(_ run: RunArguments) {
        self.run = run
        guard run.task.definition.stratifiesFolds else { return }
        labels = LabelMap.Builder(column: run.data.labelColumn, problemType: run.data.problemType)
    }

    mutating func add(_ row: Row) throws {
        try labels?.add(row)
        guard let column = run.data.groupColumn else { return }
        let name = try row.group(in: column)
        let number = numberOfGroup[name] ?? numberOfGroup.count
        numberOfGroup[name] = number
        groups.append(number)
    }

    /// Which of the usable rows are held out, and how they were chosen.
    func isHeldOut(_ survey: RowSurvey, _ share: Double) throws -> (rows: [Bool], words: String) {
        let data = run.data
        let isStream = survey.areLines && run.task.definition.keyScopes.contains(.blocks) && !data.lineByLine
        if isStream, data.groupColumn == nil {
            let rows = try ValidationSplit.isLeading(rowCount: survey.usableCount, share: share)
            return (rows, "the first ones, since lines are joined")
        }
        let key = RandomKey(seed: run.training.seed).derived("validation split")
        let classes = try classes(survey)
        let rows = try ValidationSplit.isHeldOut(
            rowCount: survey.usableCount, share: share, classes: classes,
            groups: data.groupColumn == nil ? nil : groups, key: key)
        let words =
            ["drawn with seed \(run.training.seed)"] + (classes == nil ? [] : ["stratified by label"])
            + (data.groupColumn.map { ["grouped by \($0)"] } ?? [])
        return (rows, words.joined(separator: ", "))
    }

    /// The class of each usable row; nil where rows have no single label.
    private func classes(_ survey: RowSurvey) throws -> [Int]? {
        guard let map = try labels?.finish(), map.problemType == .singleLabel else { return nil }
        var classes: [Int] = []
        let rows = try run.data.rows(of: run.data.trainFiles, survey.rows()).makeIterator()
        while let row = try rows.next() {
            guard case .label(let label) = try map.target(for: row, column: run.data.labelColumn) else {
                preconditionFailure("a single label is wanted")
            }
            classes.append(label)
        }
        return classes
    }
}
