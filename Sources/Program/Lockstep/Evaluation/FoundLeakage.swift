// Validation rows that stand in the training file: how `train` and `evaluate` find them and say so.

import Arguments
import Configuration
import DataParallel
import Datasets
import Evaluation
import JSON
import Phrases
import Tasks

/// What is known of the rows that a model may have learnt by heart.
package struct FoundLeakage {
    /// What the names of figures end in that leave those rows out.
    static let suffix = "_new_rows"

    let rows: RowLeakage
    let trainFiles: [String]
    /// The count and share in words; nil if no row is known.
    let sentence: String?

    /// Whether there are rows of both kinds, so that figures of the new ones say something.
    var hasBoth: Bool { rows.knownCount > 0 && rows.newCount > 0 }

    /// Whether the row of that number does not stand in the training file.
    func isNew(_ number: Int) -> Bool { rows.isKnown[number] == 0 }

    /// What a reader of the figures must know; nil if no row is known.
    ///
    /// - Parameter splits: whether there are figures of the new rows.
    func warning(splits: Bool) -> String? {
        guard let sentence else { return nil }
        guard splits || rows.newCount == 0 else { return sentence + ": the figures may be memory" }
        guard rows.newCount > 0 else { return sentence + ": the figures may be memory, and no row is new" }
        return sentence + ": the figures may be memory; those that end in \(Self.suffix) are of the "
            + "\(rows.newCount, "other row")"
    }

    /// The member `leakage` of eval_results.json; `splits` as for the warning.
    func json(splits: Bool) -> JSONValue {
        .object([
            "train_file": .array(trainFiles.map { .string($0) }), "known_rows": .integer(rows.knownCount),
            "new_rows": .integer(rows.newCount),
            "share": .figure(rows.rowCount > 0 ? Double(rows.knownCount) / Double(rows.rowCount) : 0),
            "warning": warning(splits: splits).map { .string($0) } ?? .null,
        ])
    }

    /// Says before training which validation rows, chosen or held out, are learnt from too. Reads the files
    /// once more, which a cache of tokenised rows is there to spare: then it says that it did not look.
    static func warnBeforeTraining(_ run: RunConfiguration) throws {
        if run.data.cacheDir != nil, !run.data.validationFiles.isEmpty {
            return Messages.note(
                "whether validation rows stand in the training file is not looked at with cache_dir; "
                    + "lockstep evaluate tells")
        }
        if let warning = try trainingWarning(run) { Messages.warn(warning) }
    }

    private static func trainingWarning(_ run: RunConfiguration) throws -> String? {
        guard let evaluated = try run.data.validationRows() else { return nil }
        let rows = try RowLeakage(training: run.data.trainingRows(), evaluated: evaluated) {
            try run.leakageKeys(of: $0)
        }
        return rows.sentence(
            run.leakageNoun, evaluated: run.data.validationFiles, training: run.data.trainFiles
        ).map {
            $0 + ": the figures of evaluations may be memory; lockstep evaluate gives those of new rows too"
        }
    }
}

extension RowEvaluationResult {
    /// The figures under names that say that known rows were left out.
    var estimatesOfNewRows: [MetricValue] {
        estimates.map {
            MetricValue(
                name: $0.name + FoundLeakage.suffix, value: $0.value, unit: $0.unit, direction: $0.direction,
                interval: $0.interval)
        }
    }
}

extension EvaluationJob {
    /// Which of the rows stand in the training file that the recipe names, or else the model's folder; nil
    /// where neither does or the file cannot be read here. Collective.
    func leakage() throws -> FoundLeakage? {
        let named = data.trainFiles
        let files =
            named.isEmpty && !self.files.isGiven
            ? try RunConfiguration.trainingFiles(ofModel: configuration.model.directory) : named
        guard !files.isEmpty else { return nil }
        // A byte first that says whether the files were read.
        var bytes: [UInt8] = []
        if group.rank == 0 { bytes = try known(files).map { [1] + $0.isKnown } ?? [0] }
        try group.broadcast(&bytes, from: 0)
        guard bytes.first == 1 else { return nil }
        let rows = RowLeakage(isKnown: Array(bytes.dropFirst()))
        return FoundLeakage(
            rows: rows, trainFiles: files,
            sentence: rows.sentence(
                configuration.leakageNoun, evaluated: data.validationFiles, training: files))
    }

    /// The rows by rank 0, which says why it cannot know them.
    private func known(_ trainFiles: [String]) throws -> RowLeakage? {
        let run = configuration
        let (given, isGiven, known) = (files.referenceColumn, files.isGiven, referenceColumn)
        let evaluated = try references()
        do {
            return try RowLeakage(training: data.rows(of: trainFiles), evaluated: evaluated) {
                let column = isGiven ? FilePredictor.column(of: $0, named: known) : given
                return try run.leakageKeys(of: $0, referenceColumn: column)
            }
        } catch let error as DatasetsError {
            Messages.note("whether rows stand in the training file is not known: \(error)")
            return nil
        }
    }
}
