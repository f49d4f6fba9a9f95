// The life of MPI in this process.

import CMPI
import Machine
import Synchronization

/// MPI from `MPI_Init_thread` to `MPI_Finalize` (MPI 3.1, sections 8.7 and 12.4.3): one value owns both.
///
/// It is initialised for calls from several threads, and every error comes back as an `MPIError`.
package final class MPIEnvironment: Sendable {
    private static let hasStarted = Mutex(false)
    private let isRunning = Mutex(true)

    /// Starts MPI. Throws `MPIError` when the launcher and the library do not understand each other, when the
    /// library cannot be called from several threads, or on a second start in one process.
    package init() throws(MPIError) {
        let launch = LaunchVariables.current
        if let size = launch.size, size > 1, !launch.isUnderstood(by: Self.libraryVersion) {
            throw .launcher(expected: size, reason: "this MPI library cannot reach it through PMIx")
        }
        let isSecond = Self.hasStarted.withLock { started in
            defer { started = true }
            return started
        }
        guard !isSecond else { throw .secondStart }
        var hasThreads: Int32 = 0
        try checked("MPI_Init_thread", rank: nil) { unsafe cmpi_initialize(&hasThreads) }
        guard hasThreads != 0 else { throw .threads }
        if let expected = launch.size, expected > 1 {
            var size: Int32 = 0
            try checked("MPI_Comm_size", rank: nil) { unsafe cmpi_size(cmpi_world(), &size) }
            if size == 1 { throw .launcher(expected: expected, reason: "MPI sees a world of one") }
        }
    }

    /// Name and version of the MPI library, one line; may be asked before MPI starts (MPI 3.1, section
    /// 8.1.1).
    package static var libraryVersion: String {
        let text = unsafe libraryText { unsafe cmpi_library_version($0) }
        return text.split(separator: ",").first.map(String.init) ?? text
    }

    /// The communicator of all ranks of the job.
    package func world() throws(MPIError) -> Communicator {
        try Communicator(cmpi_world(), environment: self, isOwned: false)
    }

    /// Ends MPI. Collective over all ranks, and the last call: it waits for the other ranks. A second call
    /// does nothing.
    package func finalize() throws(MPIError) {
        let code = isRunning.withLock { running in
            guard running else { return Int32(0) }
            running = false
            return cmpi_finalize()
        }
        try checked("MPI_Finalize", rank: nil) { code }
    }

    /// Runs `body` unless MPI has ended; the end waits for it.
    func whileRunning(_ body: () -> Void) {
        isRunning.withLock { if $0 { body() } }
    }
}
