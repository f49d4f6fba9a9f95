// The rows that a run learns from and is evaluated on: all rows of its files, or those of some folds.

public import Datasets

extension DataArguments {
    /// The training rows.
    public func trainingRows() throws(DatasetsError) -> RowReader {
        try RowReader(patterns: trainFiles, selection: trainSelection)
    }

    /// The rows to evaluate on; nil when there are no validation files.
    public func validationRows() throws(DatasetsError) -> RowReader? {
        guard !validationFiles.isEmpty else { return nil }
        return try RowReader(patterns: validationFiles, selection: validationSelection)
    }
}
