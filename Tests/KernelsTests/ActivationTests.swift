// Activation functions and their derivatives against double precision.
//
// Stated accuracy, absolute: 4e-7·max(1, |x|) forward, sigmoid and tanh 2e-7; derivatives 1e-6, GELU's tanh
// form 3e-6. Tanh is also right to 1.5e-6 relative near zero.

import Foundation
import Kernels
import Tensors
import Testing

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// The function in double precision.
private func value(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .gelu: 0.5 * x * erfc(-x / 2.0.squareRoot())
    case .geluTanh: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .relu: max(x, 0)
    case .silu: x * sigmoid(x)
    case .tanh: tanh(x)
    case .quickGELU: x * sigmoid(1.702 * x)
    case .sigmoid: sigmoid(x)
    }
}

/// Its derivative by hand.
private func slope(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .gelu:
        return 0.5 * erfc(-x / 2.0.squareRoot()) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .geluTanh:
        let t = tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (2 / Double.pi).squareRoot()
            * (1 + 0.134145 * x * x)
    case .relu: return x > 0 ? 1 : 0
    case .silu: return sigmoid(x) * (1 + x * sigmoid(-x))
    case .tanh: return 1 - tanh(x) * tanh(x)
    case .quickGELU: return sigmoid(1.702 * x) * (1 + 1.702 * x * sigmoid(-1.702 * x))
    case .sigmoid: return sigmoid(x) * sigmoid(-x)
    }
}

@Suite struct ActivationTests {
    private func forward(_ activation: Activation, _ values: [Float]) -> [Float] {
        let y = Tensor(rows: 1, columns: values.count)
        activation.forward(Tensor(values), into: y)
        return y.values()
    }

    private func slopes(_ activation: Activation, _ values: [Float]) -> [Float] {
        let x = Tensor(values)
        activation.forward(replacingBySlope: x, into: Tensor(rows: 1, columns: values.count))
        return x.values()
    }

    /// gradient · f'(x)
    private func products(_ x: Tensor, _ gradient: Tensor, _ activation: Activation) -> [Double] {
        zip(matrix(x)[0], matrix(gradient)[0]).map { slope(activation, $0) * $1 }
    }

    private let grid: [Float] = (-10_240...10_240).map { (index: Int) -> Float in Float(index) / 512 + 0.0001
    }

    @Test("the function is right from −20 to 20", arguments: Activation.allCases)
    func functionValues(activation: Activation) {
        let unit = activation == .tanh || activation == .sigmoid ? 2e-7 : 4e-7
        var worst = 0.0
        for (x, y) in zip(grid, forward(activation, grid)) {
            let error = abs(Double(y) - value(activation, Double(x)))
            worst = max(worst, error / max(1, abs(Double(x))))
        }
        #expect(worst <= unit)
    }

    @Test("the derivative is right from −20 to 20", arguments: Activation.allCases)
    func derivative(activation: Activation) {
        var worst = 0.0
        for (x, found) in zip(grid, slopes(activation, grid)) {
            worst = max(worst, abs(Double(found) - slope(activation, Double(x))))
        }
        #expect(worst <= (activation == .geluTanh ? 3e-6 : 1e-6))
    }

    @Test("tanh keeps its relative accuracy near zero")
    func smallTanh() {
        let values = (1...4_000).map { Float($0) * 0.0001 } + [1e-30, 1e-10, 1e-5]
        for (x, y) in zip(values, forward(.tanh, values)) {
            #expect(abs(Double(y) / tanh(Double(x)) - 1) < 1.5e-6)
        }
    }

    @Test("zeros, infinities and big magnitudes have their limits", arguments: Activation.allCases)
    func limits(activation: Activation) {
        let big: [Float] = [25, 90, 1e4, 1e10, 1e20, 1e38]
        let negative = big.map { -$0 }
        let isBounded = activation == .tanh || activation == .sigmoid
        let lowest: Float = activation == .tanh ? -1 : 0
        let slopeAtInfinity: Float = isBounded ? 0 : 1
        let lows = forward(activation, negative)
        #expect(forward(activation, big) == (isBounded ? [1, 1, 1, 1, 1, 1] : big))
        #expect(lows.allSatisfy { value in abs(value - lowest) < 1e-9 })
        #expect(slopes(activation, big).allSatisfy { value in abs(value - slopeAtInfinity) < 1e-9 })
        #expect(slopes(activation, negative).allSatisfy { value in abs(value) < 1e-9 })
        let atZero: Float = activation == .sigmoid ? 0.5 : 0
        #expect(forward(activation, [0, -0.0]) == [atZero, atZero])
        #expect(forward(activation, [.infinity]) == [isBounded ? 1 : .infinity])
        // −∞·0 is NaN in torch's smooth functions too; the others reach their limit.
        let minusInfinity = forward(activation, [-.infinity])[0]
        switch activation {
        case .tanh: #expect(minusInfinity == -1)
        case .relu, .sigmoid: #expect(minusInfinity == 0)
        default: #expect(minusInfinity.isNaN)
        }
    }

    @Test("NaN stays NaN, and does not reach its neighbours", arguments: Activation.allCases)
    func notANumber(activation: Activation) {
        for count in oddSizes {
            for place in [0, count / 2, count - 1] {
                var values = (0..<count).map { Float($0) / 10 - 2.05 }
                values[place] = .nan
                let found = forward(activation, values)
                #expect(found.indices.allSatisfy { found[$0].isNaN == ($0 == place) })
                if activation != .relu {
                    let found = slopes(activation, values)
                    #expect(found.indices.allSatisfy { found[$0].isNaN == ($0 == place) })
                }
            }
        }
    }

    @Test("it works in place, at every size", arguments: Activation.allCases)
    func inPlace(activation: Activation) {
        for count in oddSizes + [1_023, 1_025, 5_000] {
            let x = randomTensor(1, count, seed: 5, scale: 2)
            let y = Tensor(x.values())
            activation.forward(y, into: y)
            let values = matrix(x)[0].map { value(activation, $0) }
            #expect(deviation(y, [values]) < 1e-6)
        }
    }

    @Test(
        "the slope that the forward pass leaves times the gradient is the backward pass",
        arguments: Activation.allCases)
    func slopes(activation: Activation) {
        for count in oddSizes {
            let x = randomTensor(1, count, seed: 7)
            let gradient = randomTensor(1, count, seed: 8)
            let values = matrix(x)[0].map { value(activation, $0) }
            let expected = products(x, gradient, activation)
            let y = Tensor(rows: 1, columns: count)
            activation.forward(replacingBySlope: x, into: y)
            Elementwise.multiply(gradient, by: x)
            #expect(deviation(y, [values]) < 1e-6)
            #expect(deviation(gradient, [expected]) < 2e-6)
        }
    }

    @Test("the Hugging Face names mean the functions of transformers, and others none")
    func names() {
        let expected: [(String, Activation?)] = [
            ("gelu", .gelu), ("gelu_python", .gelu), ("gelu_new", .geluTanh), ("gelu_fast", .geluTanh),
            ("gelu_pytorch_tanh", .geluTanh), ("relu", .relu), ("silu", .silu), ("swish", .silu),
            ("tanh", .tanh), ("quick_gelu", .quickGELU), ("sigmoid", .sigmoid), ("GELU", nil), ("", nil),
        ]
        for (name, activation) in expected { #expect(Activation(huggingFaceName: name) == activation) }
        #expect(Activation.huggingFaceNames.allSatisfy { Activation(huggingFaceName: $0) != nil })
    }
}
