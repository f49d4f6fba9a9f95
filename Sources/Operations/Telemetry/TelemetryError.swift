// What may go wrong when figures of a run are handed on.

package import Files

/// A failure to hand figures on.
package enum TelemetryError: Error, Equatable, CustomStringConvertible {
    /// A file of figures cannot be made or written.
    case unwritable(FilesError)
    /// The port of `metrics_port` is another program's.
    case portInUse(host: String, port: Int)
    /// The address or port of `metrics_port` cannot be listened on.
    case unlistenable(host: String, port: Int, reason: String)
    /// An environment variable that is needed is not set.
    case missingVariable(String, purpose: String)
    /// An environment variable has a value that cannot be used.
    case variable(String, value: String, expected: String)

    package var description: String {
        switch self {
        case .unwritable(let error): "\(error)"
        case .portInUse(let host, let port):
            "metrics_port: port \(port) of \(host) is in use by another program, perhaps another run: choose "
                + "another port, or stop that program"
        case .unlistenable(let host, let port, let reason):
            "metrics_port: cannot listen on port \(port) of \(host): \(reason)"
        case .missingVariable(let name, let purpose):
            "\(purpose) needs the environment variable \(name), which is not set"
        case .variable(let name, let value, let expected):
            "the environment variable \(name) is \(value), but must be \(expected)"
        }
    }
}
