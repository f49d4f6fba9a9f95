// How the program shows its log: the sentences themselves on standard error.

internal import Files
package import Logging

/// Writes each entry of the log as a line: warnings and errors after their level, all else as it is.
package struct ConsoleLogHandler: LogHandler {
    package var logLevel = Logger.Level.notice
    package var metadata: Logger.Metadata = [:]

    package init() {}

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let prefix =
            switch event.level {
            case .warning: "warning: "
            case .error, .critical: "error: "
            case .trace, .debug, .info, .notice: ""
            }
        StandardError.write(prefix + event.message.description + "\n")
    }
}
