// What a rank of a training run takes of its host's memory, part by part.

package import Layers

/// The memory of a rank at its peak, in bytes.
///
/// Parts that the ranks of a host share are in it as often as there are ranks: each has its own arena.
package struct RankMemory: Sendable, Equatable {
    /// Values of all parameters, with the bfloat16 copies that products read.
    package var weights: Int
    /// Gradients of the trained parameters.
    package var gradients: Int
    /// The optimiser's moments, of this rank's shard.
    package var moments: Int
    /// Activations of the largest micro-batch.
    package var activations: Int
    /// Tokenised rows, which every rank has all of.
    package var rows: Int
    /// Code, libraries, and what MPI and oneDNN keep.
    package var program: Int
    /// What messages between hosts are staged in.
    package var messages = 0

    package var total: Int { weights + gradients + moments + activations + rows + program + messages }

    /// The program before it has read anything, measured: about 53 MiB alone and under Open MPI.
    package static let usualProgramBytes = 54 << 20

    /// - Parameters:
    ///   - parameterCount: parameters of the model, adapters included.
    ///   - trainedCount: those that are trained.
    ///   - untouchedCount: elements of embedding tables whose rows no text looks up: they have values, and
    ///     neither gradient nor moments.
    ///   - bf16: whether products compute in bfloat16.
    ///   - shards: ranks that split the moments among them.
    package init(
        parameterCount: Int, trainedCount: Int, untouchedCount: Int = 0, bf16: Bool, shards: Int,
        activations: Int, rows: Int = 0, program: Int = Self.usualProgramBytes
    ) {
        precondition(shards > 0 && untouchedCount <= trainedCount, "no such model")
        weights = parameterCount * (bf16 ? 6 : 4)
        gradients = (trainedCount - untouchedCount) * 4
        moments = (trainedCount - untouchedCount) * 8 / shards
        self.activations = activations
        self.rows = rows
        self.program = program
    }

    /// That of a model that is adapted already, its shape alone: no weight is read.
    ///
    /// - Parameter lookedUpRows: different tokens of all rows; nil for all of the vocabulary.
    package init(
        of parameters: ParameterStore, lookedUpRows: Int?, bf16: Bool, shards: Int, activations: Int,
        rows: Int = 0, program: Int = Self.usualProgramBytes
    ) {
        let untouched = parameters.sparseEmbeddings.reduce(0) { sum, table in
            sum + max(0, table.rowCount - (lookedUpRows ?? table.rowCount)) * table.columns
        }
        self.init(
            parameterCount: parameters.layout.parameterCount,
            trainedCount: parameters.trainable.layout.parameterCount, untouchedCount: untouched, bf16: bf16,
            shards: shards, activations: activations, rows: rows, program: program)
    }

    /// How many ranks split the moments: as `zero_stage` says, by default those of a job on one host.
    package static func shards(zeroStage: Int?, ranks: Int, hosts: Int) -> Int {
        switch zeroStage {
        case .some(let stage): stage == 1 ? ranks : 1
        case .none: hosts == 1 ? ranks : 1
        }
    }
}

extension RankMemory: CustomStringConvertible {
    /// `1.9 GiB: weights 0.4, gradients 0.4, moments 0.8, activations 0.3`; what is less than a hundredth of
    /// the whole is left out.
    package var description: String {
        let parts = [
            ("weights", weights), ("gradients", gradients), ("moments", moments),
            ("activations", activations), ("rows", rows), ("program", program), ("messages", messages),
        ]
        let shown = parts.filter { $0.1 * 100 >= total }.map { "\($0.0) \(ByteCount($0.1))" }
        return "\(ByteCount(total)): " + shown.joined(separator: ", ")
    }
}
