// The documents of a token file as rows, so that a run can choose among them by their numbers.

internal import JSON

/// Rows without a text: each stands for a document, whose number from 1 is its line.
final class TokenDocuments: RowFile {
    private let file: TokenFile
    private var number = 0

    var path: String { file.path }

    init(path: String) throws(DatasetsError) { file = try TokenFile(path: path) }

    func next() throws(DatasetsError) -> Row? {
        guard number < file.documentCount else { return nil }
        number += 1
        return Row(fields: [:], source: file.source(ofDocument: number - 1), hasTypes: false, isLine: true)
    }
}

extension RowReader {
    /// Whether files hold tokens in place of texts.
    ///
    /// - Throws: when only some of them do.
    package func areTokens() throws(DatasetsError) -> Bool {
        guard let first = files.first(where: TokenFile.isNamed) else { return false }
        if let other = files.first(where: { !TokenFile.isNamed($0) }) { throw .mixedTokens(first, other) }
        return true
    }
}

/// Tokens of documents by their rows.
package struct TokenLibrary: Sendable {
    private let files: [String: TokenFile]

    package init(_ paths: [String]) throws(DatasetsError) {
        var files: [String: TokenFile] = [:]
        for path in paths { files[path] = try TokenFile(path: path) }
        self.files = files
    }

    /// The tokens of the document that a row stands for.
    package func tokens(of row: Row) throws(DatasetsError) -> [Int32] {
        guard let file = files[row.source.file] else { preconditionFailure("\(row.source) has no tokens") }
        do throws(CacheFault) {
            let start = try file.start(ofDocument: row.source.line - 1)
            return try file.tokens(start..<file.start(ofDocument: row.source.line))
        } catch { throw .tokenFault(error) }
    }
}

extension DatasetsError {
    static func mixedTokens(_ tokens: String, _ texts: String) -> Self {
        Self(
            "\(tokens) holds tokens and \(texts) does not; train on one kind, or put the texts into a token file."
        )
    }
}
