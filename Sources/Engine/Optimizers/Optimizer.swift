// What the training loop and checkpoints need of an optimiser.

internal import Kernels
internal import Layers
package import Tensors

/// What a checkpoint keeps of an optimiser.
package protocol OptimizerState: AnyObject {
    /// Number of updates made.
    var stepCount: Int { get }
    /// The state arenas by name, each as large as the parameter arena; checkpoints save and fill them.
    var stateArenas: [(name: String, arena: Tensor)] { get }
    /// Goes on after `stepCount` updates; the state arenas have been filled.
    func restore(stepCount: Int)
}

/// Updates the parameter arena from the gradient arena.
///
/// With a shard it updates some ranges of the arena alone, and its state arenas hold these ranges one after
/// the other.
package protocol Optimizer: OptimizerState {
    /// One update. Gradients are multiplied by `gradientScale` first.
    func step(learningRate: Float, gradientScale: Float)
}

/// The state of an optimiser without the optimiser: where shards come together for a checkpoint.
package final class ConsolidatedState: OptimizerState {
    package private(set) var stepCount: Int
    package let stateArenas: [(name: String, arena: Tensor)]

    package init(stepCount: Int, stateArenas: [(name: String, arena: Tensor)]) {
        self.stepCount = stepCount
        self.stateArenas = stateArenas
    }

    package func restore(stepCount: Int) { self.stepCount = stepCount }
}

/// Clipping by the norm of all gradients, as torch.nn.utils.clip_grad_norm_.
package enum GradientClipping {
    /// The norm of the whole gradient arena, after the reduction the same on all ranks.
    package static func norm(of gradients: Tensor) -> Double {
        Elementwise.sumOfSquares(gradients).squareRoot()
    }

    /// The factor for gradients of this norm; 1 when `maximumNorm` is 0 (no clipping) or not exceeded.
    package static func scale(norm: Double, maximumNorm: Double) -> Float {
        guard maximumNorm > 0 else { return 1 }
        return Float(min(1, maximumNorm / (norm + 1e-6)))
    }
}

/// A stretch of the arena with one weight decay and one learning rate.
struct ParameterGroup {
    let range: Range<Int>
    let hasWeightDecay: Bool
    /// What the learning rate is multiplied by.
    let learningRateFactor: Float
    /// First element of the state arenas that belongs to it.
    var stateStart: Int
    /// The slot that it is a part of, when that is a table of which rows are updated one by one.
    var table: Int?

    /// Where its elements lie in the state arenas.
    var stateRange: Range<Int> { stateStart..<stateStart + range.count }

    /// The stretches of `shard`, ascending ranges of the arena, whose state lies without gaps; nil means the
    /// whole arena. Slots of `tables` are not joined with others.
    static func ranges(
        of layout: ParameterLayout, shard: [Range<Int>]?, tables: Set<Int> = []
    ) -> [ParameterGroup] {
        let whole = ranges(of: layout, tables: tables)
        guard let shard else { return whole }
        var result: [ParameterGroup] = []
        var start = 0
        for piece in shard {
            for stretch in whole where stretch.range.overlaps(piece) {
                let range = stretch.range.clamped(to: piece)
                result.append(
                    ParameterGroup(
                        range: range, hasWeightDecay: stretch.hasWeightDecay,
                        learningRateFactor: stretch.learningRateFactor,
                        stateStart: start + range.lowerBound - piece.lowerBound, table: stretch.table))
            }
            start += piece.count
        }
        return result
    }

    /// Joins neighbouring slots of equal settings; padding between slots is zero and stays so.
    static func ranges(of layout: ParameterLayout, tables: Set<Int> = []) -> [ParameterGroup] {
        var result: [ParameterGroup] = []
        for slot in layout.slots {
            var start = slot.range.lowerBound
            var stateStart = start
            let table = tables.contains(slot.index) ? slot.index : nil
            if let last = result.last, last.table == nil, table == nil,
                last.hasWeightDecay == slot.hasWeightDecay,
                last.learningRateFactor == slot.learningRateFactor
            {
                start = last.range.lowerBound
                stateStart = last.stateStart
                result.removeLast()
            }
            result.append(
                ParameterGroup(
                    range: start..<slot.range.upperBound, hasWeightDecay: slot.hasWeightDecay,
                    learningRateFactor: slot.learningRateFactor, stateStart: stateStart, table: table))
        }
        return result
    }
}
