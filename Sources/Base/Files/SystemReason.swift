// Why a file operation failed, in the system's words.

internal import Foundation

/// The system's words behind an error of Foundation, for example "No space left on device".
public func systemReason(_ error: any Error) -> String {
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error ?? error
    return (cause as NSError).localizedDescription.replacingOccurrences(
        of: "The operation could not be completed. ", with: "")
}
