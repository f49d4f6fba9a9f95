// What went wrong in an MPI call, and the one place where C return codes become Swift errors.

import CMPI
import Machine

/// An MPI operation that failed, or a start that cannot work.
package struct MPIError: Error, CustomStringConvertible, Sendable {
    /// The MPI function, for example `MPI_Allreduce`.
    package let operation: String
    /// What the library or the check said.
    package let reason: String
    /// Rank in the communicator; nil before there is one.
    package let rank: Int?
    /// Name of the host that reports the error.
    package let hostName: String
    /// What the user can do about it.
    package let advice: String

    package var description: String {
        let place = rank.map { "rank \($0) on \(hostName)" } ?? hostName
        return "\(operation) failed on \(place): \(reason). \(advice)"
    }
}

extension MPIError {
    /// A return code other than `MPI_SUCCESS` (MPI 3.1, section 8.4).
    static func code(_ code: Int32, operation: String, rank: Int?) -> MPIError {
        MPIError(
            operation: operation, reason: unsafe libraryText { unsafe cmpi_error_text(code, $0) }, rank: rank,
            hostName: HostFacts.current.name,
            advice: "Look for a rank that stopped before this one; start again from the last checkpoint.")
    }

    /// A message of another length than the receiver asked for.
    static func length(expected: Int, found: Int, from source: Int, rank: Int) -> MPIError {
        MPIError(
            operation: "MPI_Recv", reason: "expected \(expected) bytes from rank \(source), found \(found)",
            rank: rank, hostName: HostFacts.current.name,
            advice: "All ranks must run the same program with the same settings.")
    }

    /// The launcher started several processes, and MPI sees one or cannot speak to the launcher.
    static func launcher(expected: Int, reason: String) -> MPIError {
        MPIError(
            operation: "MPI_Init_thread",
            reason: "the launcher started \(expected) processes, but \(reason)", rank: nil,
            hostName: HostFacts.current.name,
            advice: "Start the job with `srun --mpi=pmix` or with mpirun of the same MPI library.")
    }

    /// The library does not allow calls from several threads.
    static var threads: MPIError {
        MPIError(
            operation: "MPI_Init_thread", reason: "the library does not give MPI_THREAD_MULTIPLE", rank: nil,
            hostName: HostFacts.current.name,
            advice: "Use an MPI library that was built with thread support.")
    }

    /// MPI can be started once in a process, and not again after its end (MPI 3.1, section 8.7).
    static var secondStart: MPIError {
        MPIError(
            operation: "MPI_Init_thread", reason: "MPI was already started in this process", rank: nil,
            hostName: HostFacts.current.name, advice: "Start it once and hand the environment on.")
    }
}

/// Runs one MPI function and turns its return code into an error, so that no check is forgotten.
func checked(_ operation: String, rank: Int?, _ body: () -> Int32) throws(MPIError) {
    let code = body()
    guard code == 0 else { throw .code(code, operation: operation, rank: rank) }
}

/// The text that a C function writes into a buffer of `CMPI_TEXT_CAPACITY` bytes.
func libraryText(_ write: (UnsafeMutablePointer<CChar>) -> Void) -> String {
    let capacity = Int(CMPI_TEXT_CAPACITY)
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
        guard let text = buffer.baseAddress else { return "" }
        unsafe buffer.initialize(repeating: 0)
        unsafe write(text)
        return unsafe String(cString: text)
    }
}
