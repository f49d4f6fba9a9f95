// A group of ranks that talk to each other: making, splitting and leaving one.

import CMPI
import Foundation

/// An MPI communicator (MPI 3.1, chapter 6). Collectives on one communicator must be called in the same order
/// by all its ranks, one at a time; different communicators may be used by different threads at the same
/// time.
package final class Communicator: Sendable {
    /// This process's rank, `0..<size`.
    package let rank: Int
    /// Number of ranks.
    package let size: Int
    /// The environment that it lives in.
    package let environment: MPIEnvironment

    let handle: cmpi_communicator
    /// Longest piece that one MPI call moves; MPI 3 counts elements by a C int.
    let pieceLimit: Int
    private let isOwned: Bool

    init(
        _ handle: cmpi_communicator, environment: MPIEnvironment, isOwned: Bool, pieceLimit: Int = 1 << 30
    ) throws(MPIError) {
        var rank: Int32 = 0
        var size: Int32 = 0
        try checked("MPI_Comm_rank", rank: nil) { unsafe cmpi_rank(handle, &rank) }
        try checked("MPI_Comm_size", rank: nil) { unsafe cmpi_size(handle, &size) }
        self.rank = Int(rank)
        self.size = Int(size)
        self.environment = environment
        self.handle = handle
        self.isOwned = isOwned
        self.pieceLimit = pieceLimit
    }

    deinit {
        guard isOwned else { return }
        environment.whileRunning { _ = cmpi_free(handle) }
    }

    /// A communicator of the same ranks with messages of its own. Collective. MPI 3.1, section 6.4.2.
    ///
    /// `pieceLimit` is the number of elements above which a transfer is cut into several calls.
    package func duplicate(pieceLimit: Int = 1 << 30) throws(MPIError) -> Communicator {
        precondition(pieceLimit > 0 && pieceLimit <= Int(Int32.max), "a piece has 1 to \(Int32.max) elements")
        var result = cmpi_communicator()
        try call("MPI_Comm_dup") { unsafe cmpi_duplicate(handle, &result) }
        return try Communicator(result, environment: environment, isOwned: true, pieceLimit: pieceLimit)
    }

    /// The ranks with the same `color`, ordered by `key`; nil for a rank that gives no color. Collective.
    /// MPI 3.1, section 6.4.2.
    package func split(color: Int?, key: Int) throws(MPIError) -> Communicator? {
        precondition(color.map { $0 >= 0 } ?? true, "a color is not negative")
        var result = cmpi_communicator()
        var isMember: Int32 = 0
        try call("MPI_Comm_split") {
            unsafe cmpi_split(handle, Int32(color ?? -1), Int32(key), &result, &isMember)
        }
        guard isMember != 0 else { return nil }
        return try Communicator(result, environment: environment, isOwned: true)
    }

    /// The ranks on this host, in the order of this communicator. Collective. MPI 3.1, section 6.4.2
    /// (`MPI_COMM_TYPE_SHARED`).
    package func splitByHost() throws(MPIError) -> Communicator {
        var result = cmpi_communicator()
        try call("MPI_Comm_split_type") { unsafe cmpi_split_shared(handle, &result) }
        return try Communicator(result, environment: environment, isOwned: true)
    }

    /// The name MPI knows this host by. MPI 3.1, section 8.1.2.
    package func processorName() throws(MPIError) -> String {
        var code: Int32 = 0
        let name = unsafe libraryText { code = unsafe cmpi_processor_name($0) }
        try call("MPI_Get_processor_name") { code }
        return name
    }

    /// Ends all ranks of the job with an exit code other than zero. MPI 3.1, section 8.7.
    package func abort(code: Int32) -> Never {
        _ = cmpi_abort(handle, code)
        exit(code)
    }

    func call(_ operation: String, _ body: () -> Int32) throws(MPIError) {
        try checked(operation, rank: rank, body)
    }

    /// Calls `body` with the offset and the count of each piece of `count` elements.
    func forEachPiece(
        of count: Int, _ operation: String, _ body: (_ offset: Int, _ count: Int32) -> Int32
    ) throws(MPIError) {
        var offset = 0
        while offset < count {
            let piece = min(pieceLimit, count - offset)
            try call(operation) { body(offset, Int32(piece)) }
            offset += piece
        }
    }
}
