// One update of AdamW and SGD against the formulas in double precision.

import Foundation
import Kernels
import Tensors
import Testing

@Suite struct OptimizerKernelsTests {
    @Test("AdamW makes the published update", arguments: [1, 2, 10, 1_000, 100_000], [Float(0), 0.1])
    func adamW(step: Int, weightDecay: Float) {
        for count in oddSizes + [5_000] {
            let (values, gradients) = (randomTensor(1, count, seed: 1), randomTensor(1, count, seed: 2))
            let first = randomTensor(1, count, seed: 3, scale: 0.1)
            let second = randomTensor(1, count, seed: 4, scale: 0.1)
            second.copy(from: second.values().map { $0 * $0 })
            let scale = 0.25
            let (b1, b2, rate) = (0.9, 0.999, Double(Float(0.01)))
            var expected: (value: [Double], m: [Double], v: [Double]) = ([], [], [])
            for index in 0..<count {
                let g = Double(gradients[0, index]) * scale
                let m = b1 * Double(first[0, index]) + (1 - b1) * g
                let v = b2 * Double(second[0, index]) + (1 - b2) * g * g
                let corrected = (v / (1 - pow(b2, Double(step)))).squareRoot() + 1e-8
                let decayed = Double(values[0, index]) * (1 - rate * Double(weightDecay))
                expected.value.append(decayed - rate * m / (1 - pow(b1, Double(step))) / corrected)
                expected.m.append(m)
                expected.v.append(v)
            }
            AdamWUpdate(
                learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: weightDecay,
                step: step, gradientScale: Float(scale)
            ).apply(values: values, gradients: gradients, firstMoments: first, secondMoments: second)
            #expect(deviation(values, [expected.value]) < 5e-7)
            #expect(deviation(first, [expected.m]) < 2e-7)
            #expect(deviation(second, [expected.v]) < 1e-8)
            for (found, exact) in zip(second.values(), expected.v) {
                #expect(abs(Double(found) - exact) <= 3e-7 * exact)
            }
        }
    }

    @Test(
        "SGD makes torch's update with momentum, first and later", arguments: [true, false], [Float(0), 0.9])
    func sgd(isFirst: Bool, momentum: Float) {
        for count in oddSizes + [5_000] {
            let (values, gradients) = (randomTensor(1, count, seed: 1), randomTensor(1, count, seed: 2))
            let buffer = randomTensor(1, count, seed: 3)
            var expected: (value: [Double], buffer: [Double]) = ([], [])
            for index in 0..<count {
                let value = Double(values[0, index])
                let g = Double(gradients[0, index]) * 0.5 + 0.01 * value
                let b = isFirst ? g : Double(momentum) * Double(buffer[0, index]) + g
                expected.buffer.append(b)
                expected.value.append(value - 0.1 * b)
            }
            SGDUpdate(
                learningRate: 0.1, momentum: momentum, weightDecay: 0.01, gradientScale: 0.5,
                isFirst: isFirst
            ).apply(values: values, gradients: gradients, momentumBuffer: buffer)
            #expect(deviation(values, [expected.value]) < 5e-7)
            #expect(deviation(buffer, [expected.buffer]) < 5e-7)
        }
    }

    @Test("AdamW at step 1 moves by the learning rate against the gradient's sign")
    func firstStep() {
        let values = Tensor([1, 1, 1])
        AdamWUpdate(
            learningRate: 0.125, beta1: 0.9, beta2: 0.999, epsilon: 0, weightDecay: 0, step: 1,
            gradientScale: 1
        ).apply(
            values: values, gradients: Tensor([1e-4, -3, 200]), firstMoments: Tensor([0, 0, 0]),
            secondMoments: Tensor([0, 0, 0]))
        #expect(deviation(values, [[0.875, 1.125, 0.875]]) < 1e-6)
    }
}
