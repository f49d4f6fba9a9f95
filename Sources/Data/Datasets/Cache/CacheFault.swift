// Why the cache of a data set is not trusted.

package import Files

/// What is wrong with a cache of tokenised rows. Whoever opens one builds it anew and says this.
package enum CacheFault: Error, FileFailure, Equatable {
    case file(FilesError)
    /// A file has another size than the manifest says.
    case size(path: String, expected: Int, found: Int)
    /// A file does not begin, or does not end, as one of a cache.
    case form(path: String)
    /// The table of a file's checksums has not the checksum that the manifest has for it.
    case table(path: String)
    /// The bytes of a block have not the checksum that the table has for them.
    case block(path: String, number: Int)
    /// The bytes of a row are none, though their block has its checksum.
    case row(path: String, number: Int)
    /// The manifest is no manifest, or not whole.
    case manifest(path: String, problem: String)
    /// A run found the cache damaged when it was under way, and left this word.
    case condemned(path: String, reason: String)
}

extension CacheFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): "\(error.path) cannot be read: \(error.reason)"
        case .size(let path, let expected, let found):
            "\(path) has \(found) bytes where \(expected) were written"
        case .form(let path): "\(path) is no file of a cache of this version"
        case .table(let path): "the checksums of \(path) are damaged"
        case .block(let path, let number): "block \(number) of \(path) is damaged"
        case .row(let path, let number): "row \(number) of \(path) is damaged"
        case .manifest(let path, let problem): "\(path) is no manifest of a cache: \(problem)"
        case .condemned(_, let reason): reason
        }
    }
}
