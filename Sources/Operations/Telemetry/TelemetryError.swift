// What may go wrong when figures of a run are handed on.

package import Files

/// A failure to hand figures on.
package enum TelemetryError: Error, Equatable, CustomStringConvertible {
    /// A file of figures cannot be made or written.
    case unwritable(FilesError)

    package var description: String {
        switch self {
        case .unwritable(let error): "\(error)"
        }
    }
}
