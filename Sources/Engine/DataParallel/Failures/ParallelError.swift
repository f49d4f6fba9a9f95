// What can go wrong between ranks.

import MPI
import Phrases

/// An error of the data-parallel layer.
package enum ParallelError: Error, CustomStringConvertible, Sendable, Equatable {
    /// MPI could not start, or one of its calls failed; the text names operation, rank, host and advice.
    case communication(String)
    /// Another rank of a thread group failed or left while this one waited for it.
    case peerFailed(rank: Int, operation: String)
    /// Ranks ran different collectives against each other.
    case mismatch(operation: String, rank: Int, otherOperation: String, otherRank: Int)
    /// The replicas of the parameters are no longer equal.
    case replicasDiffer(slot: String, ranks: [Int], slotCount: Int)

    package var description: String {
        switch self {
        case .communication(let text):
            text
        case .peerFailed(let rank, let operation):
            "rank \(rank) stopped before it came to \(operation). Look for the error of that rank."
        case .mismatch(let operation, let rank, let otherOperation, let otherRank):
            "ranks run different collectives: rank \(rank) \(operation), rank \(otherRank) "
                + "\(otherOperation). All ranks must run the same program with the same settings."
        case .replicasDiffer(let slot, let ranks, let slotCount):
            "the replicas differ in \(slotCount, "slot"), the first is \(slot): not as on rank 0 on "
                + "\(ranks.count == 1 ? "rank" : "ranks") \(ranks.map(String.init).joined(separator: ", ")). "
                + "Start again from the last checkpoint; if it recurs on one host, check its memory."
        }
    }
}

/// Runs MPI calls and hands their errors on as errors of this module.
func communicating<Result>(_ body: () throws(MPIError) -> Result) throws(ParallelError) -> Result {
    do { return try body() } catch { throw .communication(error.description) }
}
