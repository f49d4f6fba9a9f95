// What the training loop and checkpoints need of an optimiser.

internal import Kernels
internal import Layers
public import Tensors

/// Updates the parameter arena from the gradient arena.
public protocol Optimizer: AnyObject {
    /// Number of updates made.
    var stepCount: Int { get }
    /// The state arenas by name, each as large as the parameter arena; checkpoints save and fill them.
    var stateArenas: [(name: String, arena: Tensor)] { get }
    /// One update. Gradients are multiplied by `gradientScale` first.
    func step(learningRate: Float, gradientScale: Float)
    /// Goes on after `stepCount` updates; the state arenas have been filled.
    func restore(stepCount: Int)
}

/// Clipping by the norm of all gradients, as torch.nn.utils.clip_grad_norm_.
public enum GradientClipping {
    /// The norm of the whole gradient arena, after the reduction the same on all ranks.
    public static func norm(of gradients: Tensor) -> Double {
        Elementwise.sumOfSquares(gradients).squareRoot()
    }

    /// The factor for gradients of this norm; 1 when `maximumNorm` is 0 (no clipping) or not exceeded.
    public static func scale(norm: Double, maximumNorm: Double) -> Float {
        guard maximumNorm > 0 else { return 1 }
        return Float(min(1, maximumNorm / (norm + 1e-6)))
    }
}

/// A stretch of the arena with one weight decay.
struct DecayRange {
    let range: Range<Int>
    let hasWeightDecay: Bool

    /// Joins neighbouring slots of equal decay; padding between slots is zero and stays so.
    static func ranges(of layout: ParameterLayout) -> [DecayRange] {
        var result: [DecayRange] = []
        for slot in layout.slots {
            if let last = result.last, last.hasWeightDecay == slot.hasWeightDecay {
                result[result.count - 1] = DecayRange(
                    range: last.range.lowerBound..<slot.range.upperBound, hasWeightDecay: slot.hasWeightDecay)
            } else {
                result.append(DecayRange(range: slot.range, hasWeightDecay: slot.hasWeightDecay))
            }
        }
        return result
    }
}
