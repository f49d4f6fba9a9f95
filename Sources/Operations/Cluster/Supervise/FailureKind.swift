// What a failed run was about, in codes that whoever started it can act on.

/// The kinds of failure that the program tells apart. Each has an exit code of its own, which mpirun hands
/// on, and a name in the run's job.json.
package enum FailureKind: String, Sendable, CaseIterable {
    /// Recipe, flags, model, data or folder: the same again would fail again.
    case input
    /// Loss, gradient or weights are not finite numbers.
    case notFinite = "not_finite"
    /// There is not enough memory.
    case memory
    /// The disk is full, or does not take or keep what is written.
    case storage
    /// Another run holds the output folder.
    case busy
    /// Another rank is late, stopped or gone.
    case peers

    /// The process's exit code. Those above 1 are named in sysexits.h: EX_DATAERR, EX_OSERR, EX_IOERR,
    /// EX_CANTCREAT and EX_TEMPFAIL.
    package var exitCode: Int32 {
        switch self {
        case .input: 1
        case .notFinite: 65
        case .memory: 71
        case .busy: 73
        case .storage: 74
        case .peers: 75
        }
    }
}
