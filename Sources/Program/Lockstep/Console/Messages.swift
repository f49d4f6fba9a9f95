// Lines for people on standard error, through the log.

internal import Logging
internal import Training

/// Notices and warnings of rank 0.
package enum Messages {
    package static func note(_ text: String) { Logger.run.notice("\(text)") }
    package static func warn(_ text: String) { Logger.run.warning("\(text)") }
}
