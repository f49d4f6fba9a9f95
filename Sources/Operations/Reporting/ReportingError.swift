// The errors of logs and reports.
internal import Files

/// A log or report that cannot be written or gone on with, as sentences for the user.
package struct ReportingError: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: String
    /// Line of the file at fault, counted from 1.
    package let line: Int?
    package let reason: String
    /// Whether the disk has no room, or does not take what is to be written.
    package var isOfStorage = false

    package var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(reason)" }
}

extension ReportingError {
    static func unwritable(_ path: String, _ why: FilesError) -> Self {
        Self(
            path: path, line: nil,
            reason: "The file cannot be written; check the disk and the permissions (\(why.reason)).",
            isOfStorage: why.isOfStorage)
    }

    static func moved(_ path: String) -> Self {
        Self(
            path: path, line: nil,
            reason:
                "The file, or its folder, was moved or deleted while the run wrote to it, so the run ends."
                + " Move it back and go on with --resume_from_checkpoint auto.")
    }

    static func notText(_ path: String) -> Self {
        Self(path: path, line: nil, reason: "The file cannot be read (it is no UTF-8 text).")
    }

    static func unreadable(_ path: String, _ why: FilesError) -> Self {
        Self(path: path, line: nil, reason: "The file cannot be read (\(why.reason)).")
    }

    static func damaged(_ path: String, line: Int) -> Self {
        Self(
            path: path, line: line,
            reason:
                "This is not a record of a training log: a line must begin with {\"step\": N."
                + " Remove the line,"
                + " or move the file away and resume with a new one.")
    }
}
