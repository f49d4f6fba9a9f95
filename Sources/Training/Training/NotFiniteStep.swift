// Losses, gradients and weights that are no finite numbers: found by all ranks alike, and said with the rows.

internal import DataParallel
package import Datasets
internal import JSON
internal import Kernels
internal import Layers
internal import Models
internal import Optimizers
internal import Tensors

/// A step whose loss or gradient is not a finite number, so that it must not change the weights.
package struct NotFiniteStep: Sendable, Equatable {
    package enum Quantity: String, Sendable {
        case loss
        case gradientNorm = "gradient norm"
    }

    package let quantity: Quantity
    /// The step that has it, from 1.
    package let step: Int
    package let learningRate: Double
    /// Where the rows to look at come from: those of the micro-batches whose loss is not finite, over all
    /// ranks; all rows of the step where each loss is finite and the gradient is not.
    package let rows: [RowSource]

    /// What happened, with the rows, for the error and for the warning about a step that is left out.
    package var description: String {
        "the \(quantity.rawValue) is not a finite number at step \(step) (learning rate \(learningRate)), in "
            + (rows.count == 1 ? "the row " : "a batch of \(rows.count) rows: ") + RowSource.list(rows)
    }
}

extension RowSource {
    /// The first rows of a list, and how many more there are.
    package static func list(_ rows: [RowSource]) -> String {
        let shown = rows.prefix(8).map(\.description).joined(separator: ", ")
        return rows.count <= 8 ? shown : "\(shown) and \(rows.count - 8) more"
    }
}

extension ProcessGroup {
    /// The numbers that any rank gives, ascending and each once. Collective.
    func union(_ numbers: [Int]) throws -> [Int] {
        let bytes = JSONValue.array(numbers.map { .integer($0) }).serialized()
        let all = try allGather(bytes).flatMap { try JSONValue(parsing: $0).array ?? [] }
        return Set(all.compactMap(\.integer)).sorted()
    }
}

extension RunCheckpoints {
    /// The norm from which on the products of weights leave float32's range.
    private static let largestNorm = 1e18

    private static func isUsable(_ weights: Tensor) -> Bool {
        let squares = Elementwise.sumOfSquares(weights)
        return squares.isFinite && squares.squareRoot() < largestNorm
    }

    /// Throws unless all weights, and the optimiser's state with them, are finite numbers, on every rank
    /// alike: what is not is never saved, and takes no other checkpoint's place. Neither are weights that are
    /// too large to compute with, of which the next step would make such numbers. One pass over the arenas of
    /// this rank, at a save alone. Collective.
    func requireFinite(
        _ model: any TrainableModel, _ optimizer: (any Optimizer)?, step: Int
    ) throws {
        let values = model.parameters.values
        let weightsAreBad = !Self.isUsable(values)
        let stateIsBad = (optimizer?.stateArenas ?? []).contains {
            !Elementwise.sumOfSquares($0.arena).isFinite
        }
        var counts: [Int64] = [weightsAreBad ? 1 : 0, stateIsBad ? 1 : 0]
        try group.allReduceSum(&counts)
        guard counts != [0, 0] else { return }
        let slot = model.parameters.layout.slots.first {
            !Self.isUsable(values.elements($0.range))
        }
        throw TrainingError.notFiniteState(
            counts[0] > 0 ? "weights" : "optimizer's moments", of: slot?.name, step: step)
    }
}
