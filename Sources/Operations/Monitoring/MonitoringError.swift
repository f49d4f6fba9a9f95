// What can go wrong with watching a service: what is wrong, where, and what to do.

package import Files
package import JSON

/// An error of monitoring.
package enum MonitoringError: Error, FileFailure, JSONReadingError, Equatable {
    case file(FilesError)
    /// A member of monitoring.json, of a record or of a collector's configuration is not what it should be.
    case mismatch(JSONMismatch)
    /// A line of a file is no JSON.
    case syntax(path: String, line: Int, problem: String)
    /// The folder has no records.
    case noRecords(String)
    /// No statistics of training are there to compare with.
    case noReference(String)
    /// No record has an `id` that a label belongs to.
    case noMatchingLabels(String, labels: Int)
    /// A label that the model does not know.
    case unknownLabel(path: String, line: Int, label: String, known: [String])
    /// A setting is outside its range.
    case invalidSetting(String, expected: String)
    /// A webhook or a collector did not take what was sent.
    case notDelivered(String, reason: String)

    package init(_ mismatch: JSONMismatch) { self = .mismatch(mismatch) }
}

extension MonitoringError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .mismatch(let mismatch): "\(mismatch)"
        case .syntax(let path, let line, let problem):
            "\(path), line \(line): \(problem); give one JSON object a line"
        case .noRecords(let folder):
            "\(folder) holds no records (requests-….jsonl): give the folder that the service writes to"
        case .noReference(let path):
            "\(path) is missing: give the folder of a model that was trained with "
                + "monitoring_statistics: true by --model"
        case .noMatchingLabels(let path, let labels):
            "\(path): none of its \(labels) labels belongs to a record; each line needs the \"id\" of a "
                + "request and its \"label\""
        case .unknownLabel(let path, let line, let label, let known):
            "\(path), line \(line): the label \"\(label)\" is none of the model's: "
                + known.prefix(8).joined(separator: ", ")
        case .invalidSetting(let name, let expected): "\(name): expected \(expected)"
        case .notDelivered(let address, let reason): "\(address) did not take what was sent: \(reason)"
        }
    }
}
