// The rows that a run learns from and is evaluated on: all rows of its files, or those of some folds.

package import Datasets

/// Rows of a run that were read already, such as a sample of them.
package struct KnownRows: Sendable, Equatable {
    package var training: [Row]
    package var validation: [Row]
    /// Rows that labels are taken from.
    package var labelled: [Row]

    package init(training: [Row], validation: [Row], labelled: [Row]) {
        (self.training, self.validation, self.labelled) = (training, validation, labelled)
    }
}

extension DataArguments {
    /// The training rows.
    package func trainingRows() throws(DatasetsError) -> RowReader {
        if let knownRows { return RowReader(knownRows.training) }
        return try rows(of: trainFiles, trainSelection ?? usableTrainSelection)
    }

    /// All rows that labels are taken from, so that a fold or a part knows those of the others.
    package func labelledRows() throws(DatasetsError) -> RowReader {
        if let knownRows { return RowReader(knownRows.labelled) }
        return try rows(of: trainFiles, usableTrainSelection)
    }

    /// The rows to evaluate on; nil when there are no validation files.
    package func validationRows() throws(DatasetsError) -> RowReader? {
        if let knownRows { return knownRows.validation.isEmpty ? nil : RowReader(knownRows.validation) }
        guard !validationFiles.isEmpty else { return nil }
        return try rows(of: validationFiles, validationSelection)
    }

    /// Rows of files in the form that the run says.
    package func rows(
        of files: [String], _ selection: RowSelection? = nil
    ) throws(DatasetsError) -> RowReader {
        try RowReader(
            patterns: files, selection: selection,
            form: DelimitedForm(separator: csvSeparator, encoding: csvEncoding))
    }

    /// What was found of the form of the files; a line a file.
    package func remarks(on files: [String]) throws(DatasetsError) -> [String] {
        try files.isEmpty ? [] : rows(of: files).remarks()
    }
}
