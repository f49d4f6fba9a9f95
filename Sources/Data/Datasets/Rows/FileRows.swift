// Rows of one file for readers that share a file among them.

package import Files

/// The rows of one file, of which some are stepped over.
package final class FileRows {
    private let file: any RowFile

    /// - Parameters:
    ///   - form: how fields of CSV and TSV files are separated.
    ///   - encoding: of files of any format; nil for UTF-8, or what is found of CSV and TSV files.
    /// - Throws: if the file cannot be read or has an unknown ending.
    package init(path: String, form: DelimitedForm, encoding: TextEncoding?) throws(DatasetsError) {
        guard let format = FileFormat(path: path), format != .tokens else { throw .unknownEnding(path) }
        file = try format.open(path, form, encoding)
    }

    /// The next row; nil at the end.
    package func next() throws(DatasetsError) -> Row? { try file.next() }

    /// Steps over the next row; false at the end.
    package func skip() throws(DatasetsError) -> Bool { try file.skip() }

    /// What stands between the fields of a CSV or TSV file.
    package var separator: UInt8? { (file as? DelimitedFile)?.separator }
}
