// Signals that are counted instead of ending this process, and the sentence of one that traps.

internal import CProcess

/// What signals do to this process.
package enum ProcessSignals {
    /// Counts this signal from here on. With `once`, the next one of its kind ends the process.
    package static func count(_ number: Int32, once: Bool = false) {
        cprocess_count_signal(number, once ? 1 : 0)
    }

    /// How often a counted signal came.
    package static func count(of number: Int32) -> Int { Int(cprocess_signal_count(number)) }

    /// Gives a counted signal back to whoever had it before.
    package static func restore(_ number: Int32) { cprocess_restore_signal(number) }

    /// Has a trap or a bad access end the process with a sentence that says where it was, since a release
    /// build keeps no text of a precondition; and has writes beyond `ulimit -f` fail with an error. For a
    /// program, not for a library in another's.
    package static func explainTraps() {
        cprocess_report_traps(
            LaunchVariables.current.isPresent ? Int32(LaunchVariables.current.rank ?? -1) : -1)
        cprocess_ignore_file_size_signal()
    }
}

/// Ends the process at once with this code, whatever other threads do.
package func endProcess(code: Int32) -> Never { cprocess_exit(code) }
