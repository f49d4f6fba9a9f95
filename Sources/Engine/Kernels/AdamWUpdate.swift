// Optimiser updates over ranges of the arenas.

internal import CKernels
package import Tensors

/// The factors of one AdamW update (Loshchilov and Hutter 2019), in the order of operations of
/// torch.optim.AdamW.
package struct AdamWUpdate: Sendable {
    package var learningRate: Float
    package var beta1: Float
    package var beta2: Float
    package var epsilon: Float
    package var weightDecay: Float
    /// Number of this update, from 1.
    package var step: Int
    /// What gradients are multiplied by first, from clipping.
    package var gradientScale: Float

    package init(
        learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, step: Int,
        gradientScale: Float
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.step = step
        self.gradientScale = gradientScale
    }

    /// Updates `values` and both moments, flat and of equal counts, in one pass over memory, which also
    /// rounds the new values into `copy`, bfloat16, when it is given.
    package func apply(
        values: Tensor, gradients: Tensor, firstMoments: Tensor, secondMoments: Tensor, copy: Tensor? = nil
    ) {
        let count = values.count
        precondition(copy.map { $0.count == count && $0.type == .bfloat16 } ?? true, "a copy is bfloat16")
        precondition(gradients.count == count && firstMoments.count == count && secondMoments.count == count)
        let arguments = arguments
        ThreadPool.forEachRange(count: count, grain: 4_096, kind: .optimizer) { range, _ in
            let start = range.lowerBound
            let copied = unsafe copy?.pointer(start).assumingMemoryBound(to: UInt16.self)
            unsafe ck_adamw(
                values.floats + start, gradients.floats + start, firstMoments.floats + start,
                secondMoments.floats + start, copied, arguments, range.count)
        }
    }

    /// Updates the elements `runs` alone, ascending ranges of the tensors.
    package func apply(
        values: Tensor, gradients: Tensor, firstMoments: Tensor, secondMoments: Tensor, runs: [Range<Int>]
    ) {
        let count = values.count
        precondition(runs.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= count }, "a run is outside")
        precondition(gradients.count == count && firstMoments.count == count && secondMoments.count == count)
        let arguments = arguments
        ThreadPool.forEachRange(count: runs.count, grain: 16, kind: .optimizer) { part, _ in
            for run in runs[part] {
                let start = run.lowerBound
                unsafe ck_adamw(
                    values.floats + start, gradients.floats + start, firstMoments.floats + start,
                    secondMoments.floats + start, nil, arguments, run.count)
            }
        }
    }

    /// What an element without gradient and moments is multiplied by.
    package var decay: Float { ck_adamw_decay(arguments) }

    private var arguments: ck_adamw_step {
        let (exact1, exact2) = (Self.decimal(beta1), Self.decimal(beta2))
        return ck_adamw_step(
            learning_rate: learningRate, beta2: beta2, epsilon: epsilon, weight_decay: weightDecay,
            one_minus_beta1: Float(1 - exact1), one_minus_beta2: Float(1 - exact2),
            bias_correction1: Float(1 - Self.power(exact1, step)),
            bias_correction2_sqrt: Float((1 - Self.power(exact2, step)).squareRoot()),
            gradient_scale: gradientScale)
    }

    /// The decimal number that the user wrote, 0.999, not the float nearest to it, as in torch: 1.0f − 0.999f
    /// is 4.7e-5 off, which moves every update by 2e-5.
    private static func decimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

    /// base^exponent by squaring, so that it is the same on every machine.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var factor = base
        var result = 1.0
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}

/// The factors of one SGD update with momentum, in the order of operations of torch.optim.SGD.
package struct SGDUpdate: Sendable {
    package var learningRate: Float
    package var momentum: Float
    package var weightDecay: Float
    package var gradientScale: Float
    package var isFirst: Bool

    package init(
        learningRate: Float, momentum: Float, weightDecay: Float, gradientScale: Float, isFirst: Bool
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.gradientScale = gradientScale
        self.isFirst = isFirst
    }

    /// Updates `values` and the momentum buffer, flat and of equal counts.
    package func apply(values: Tensor, gradients: Tensor, momentumBuffer: Tensor) {
        let count = values.count
        precondition(gradients.count == count && momentumBuffer.count == count)
        let arguments = ck_sgd_step(
            learning_rate: learningRate, momentum: momentum, weight_decay: weightDecay,
            gradient_scale: gradientScale, first: isFirst ? 1 : 0)
        ThreadPool.forEachRange(count: count, grain: 4_096, kind: .optimizer) { range, _ in
            let start = range.lowerBound
            unsafe ck_sgd(
                values.floats + start, gradients.floats + start, momentumBuffer.floats + start, arguments,
                range.count)
        }
    }
}
