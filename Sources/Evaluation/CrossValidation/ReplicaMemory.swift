// What a replica of a model in training takes of a host's memory.

internal import Foundation
internal import Phrases
package import Training

/// The memory of a replica beside activations: weights, gradients and the optimiser's moments.
package struct ReplicaMemory: Sendable, Equatable {
    /// Bytes of one replica.
    package let bytes: Int

    /// - Parameters:
    ///   - parameterCount: parameters of the model.
    ///   - trainsAll: whether all of them are trained, rather than adapters or a part; else only the weights
    ///     count.
    ///   - bf16: whether there are bfloat16 copies of the weights.
    ///   - shards: ranks that split the moments.
    package init(parameterCount: Int, trainsAll: Bool, bf16: Bool, shards: Int) {
        let trained = trainsAll ? 4 * parameterCount + 8 * parameterCount / shards : 0
        bytes = parameterCount * (bf16 ? 6 : 4) + trained
    }

    /// What is doubtful about so many replicas on a host with so many bytes to spare; nil when nothing is.
    ///
    /// Throws when they cannot fit.
    package func warning(replicas: Int, available: Int, host: String) throws(TrainingError) -> String? {
        let needed = replicas * bytes
        func gibibytes(_ bytes: Int) -> String { String(format: "%.1f GiB", Double(bytes) / 0x1p30) }
        let finding =
            "\(replicas, "replica needs", "replicas need") at least \(gibibytes(needed)) on \(host) for "
            + "weights, gradients and moments, "
            + "and \(gibibytes(available)) of memory are available"
        let advice = "start fewer ranks with fewer --parallel-folds, or spread them over more hosts"
        if needed > available { throw TrainingError("\(finding): \(advice)") }
        guard needed > available / 10 * 7 else { return nil }
        return "\(finding), activations not counted: if it does not suffice, \(advice)"
    }
}
