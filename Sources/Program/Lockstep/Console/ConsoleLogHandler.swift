// How the program shows its log: the sentences themselves on standard error, with the time in front in batch
// logs.

internal import Files
package import Logging
package import Reporting

/// Writes each entry of the log as a line: warnings and errors after their level, all else as it is.
package struct ConsoleLogHandler: LogHandler {
    package var logLevel = Logger.Level.notice
    package var metadata: Logger.Metadata = [:]
    private let stamp: LineStamp

    package init(stamp: LineStamp = .current) { self.stamp = stamp }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        StandardError.write(line(event.level, event.message.description) + "\n")
    }

    /// The line of an entry.
    package func line(_ level: Logger.Level, _ sentence: String) -> String {
        let prefix =
            switch level {
            case .warning: "warning: "
            case .error, .critical: "error: "
            case .trace, .debug, .info, .notice: ""
            }
        return stamp(prefix + sentence)
    }
}
