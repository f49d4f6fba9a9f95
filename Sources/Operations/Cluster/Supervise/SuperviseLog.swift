// What a supervision did, for the morning after: lines for people and supervise.jsonl.

internal import Files
internal import Foundation
package import JSON

/// Tells events with their time on standard error, and keeps them in a file that only grows.
package final class SuperviseLog {
    package static let fileName = "supervise.jsonl"

    private let file: AppendedFile
    private let now: () -> Date

    /// Opens the log in the run's folder, which exists.
    package init(folder: String) throws {
        file = try AppendedFile(path: folder + "/" + Self.fileName)
        now = { Date() }
    }

    /// Tells and keeps an event. `details` stand behind its time and name.
    package func tell(_ event: String, _ sentence: String, _ details: JSONObject = [:]) throws {
        let time = now().formatted(.iso8601)
        StandardError.write("\(time) supervise: \(sentence)\n")
        var record: JSONObject = [
            "time": .string(time), "event": .string(event), "message": .string(sentence),
        ]
        for (name, value) in zip(details.names, details.values) { record[name] = value }
        try file.append(JSONValue.object(record).json + "\n")
    }
}
