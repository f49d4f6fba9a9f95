// The life of MPI in this process, and what the launcher's environment variables say.

import CMPI
import Foundation
import Synchronization

/// MPI from `MPI_Init_thread` to `MPI_Finalize` (MPI 3.1, sections 8.7 and 12.4.3): one value owns both.
///
/// It is initialised for calls from several threads, and every error comes back as an `MPIError`.
public final class MPIEnvironment: Sendable {
    private static let hasStarted = Mutex(false)
    private let isRunning = Mutex(true)

    /// Starts MPI. Throws `MPIError` when the launcher and the library do not understand each other, when the
    /// library cannot be called from several threads, or on a second start in one process.
    public init() throws(MPIError) {
        let variables = ProcessInfo.processInfo.environment
        let launch = LaunchVariables(variables)
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

    /// Whether mpirun, srun or another MPI launcher started this process.
    public static var isUnderLauncher: Bool {
        LaunchVariables(ProcessInfo.processInfo.environment).isPresent
    }

    /// Name and version of the MPI library, one line; may be asked before MPI starts (MPI 3.1, section
    /// 8.1.1).
    public static var libraryVersion: String {
        let text = unsafe libraryText { unsafe cmpi_library_version($0) }
        return text.split(separator: ",").first.map(String.init) ?? text
    }

    /// The name of this host, with or without MPI.
    public static var hostName: String {
        unsafe libraryText { text in _ = unsafe gethostname(text, Int(CMPI_TEXT_CAPACITY) - 1) }
    }

    /// The communicator of all ranks of the job.
    public func world() throws(MPIError) -> Communicator {
        try Communicator(cmpi_world(), environment: self, isOwned: false)
    }

    /// Ends MPI. Collective over all ranks, and the last call: it waits for the other ranks. A second call
    /// does nothing.
    public func finalize() throws(MPIError) {
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

/// The variables by which launchers announce themselves to the processes they start.
public struct LaunchVariables: Sendable {
    private let variables: [String: String]

    /// Reads them from an environment.
    public init(_ variables: [String: String]) { self.variables = variables }

    /// Whether a launcher started this process: mpirun of Open MPI or of MPICH, or a step of Slurm with
    /// several tasks. A Slurm batch script alone is no launcher.
    public var isPresent: Bool {
        ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].contains { variables[$0] != nil } || (size ?? 1) > 1
    }

    /// How many processes the launcher started, where it says so.
    public var size: Int? {
        for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"] {
            if let value = variables[name].flatMap({ Int($0) }) { return value }
        }
        return nil
    }

    /// Whether a library of this version can join the launcher's processes to one world. Open MPI speaks PMIx
    /// only; other libraries find out in `MPI_Init_thread`.
    public func isUnderstood(by libraryVersion: String) -> Bool {
        !libraryVersion.hasPrefix("Open MPI") || variables["PMIX_RANK"] != nil
    }
}
