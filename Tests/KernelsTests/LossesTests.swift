// Losses by their definitions, and their gradients by finite differences.

import Foundation
import Kernels
import Tensors
import Testing

@Suite struct LossesTests {
    private typealias Loss = (_ logits: Tensor, _ gradient: Tensor?) -> [Double]

    /// Central differences of Σ losses·scale with the step that the float logits really make.
    private func checkGradient(_ logits: Tensor, scale: Double, _ loss: Loss) {
        let gradient = Tensor(rows: logits.rows, columns: logits.columns)
        _ = loss(logits, gradient)
        for row in 0..<logits.rows {
            for column in 0..<logits.columns {
                let value = logits[row, column]
                var sides: [(x: Double, loss: Double)] = []
                for step in [Float(0.001), -0.001] {
                    logits[row, column] = value + step
                    sides.append((Double(logits[row, column]), loss(logits, nil).reduce(0, +)))
                }
                logits[row, column] = value
                let slope = (sides[0].loss - sides[1].loss) / (sides[0].x - sides[1].x) * scale
                #expect(abs(Double(gradient[row, column]) - slope) < 2e-6 * max(1, scale))
            }
        }
        let apart = gradient.values()
        _ = loss(logits, logits)
        #expect(logits.values() == apart, "the gradient may share memory with the logits")
    }

    @Test("cross-entropy is −log softmax of the target", arguments: [1, 2, 3, 17, 100])
    func crossEntropy(classes: Int) {
        let logits = randomTensor(5, classes, seed: 1, scale: 3)
        let targets = (0..<5).map { $0 * 7 % classes }
        let expected = matrix(logits).enumerated().map { row, values in
            log(values.reduce(0) { $0 + exp($1) }) - values[targets[row]]
        }
        let found = Losses.crossEntropy(logits, targets: targets, scale: 1, gradient: nil)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-12) }
        checkGradient(logits, scale: 0.3) {
            Losses.crossEntropy($0, targets: targets, scale: 0.3, gradient: $1)
        }
    }

    /// Weights and a focus, as the loss and the slope of w (1 − p)^2 · −log p.
    private static func factors(_ label: Int, _ loss: Double) -> Losses.Factors {
        let (weight, p) = (0.5 + Double(label), exp(-loss))
        return (weight * (1 - p) * (1 - p), weight * ((1 - p) * (1 - p) + 2 * p * (1 - p) * loss))
    }

    @Test(
        "smoothed and multiplied cross-entropy: its definition and finite differences",
        arguments: [0, 0.1, 0.6])
    func smoothedCrossEntropy(smoothing: Double) {
        let logits = randomTensor(5, 7, seed: 4, scale: 2)
        let targets = [3, -100, 0, 6, 3]
        let found = Losses.crossEntropy(
            logits, targets: targets, scale: 1, gradient: nil, labelSmoothing: smoothing,
            factors: Self.factors)
        for (row, values) in matrix(logits).enumerated() {
            let logTotal = log(values.reduce(0) { $0 + exp($1) })
            let expected = values.enumerated().reduce(0.0) { sum, value in
                let share = smoothing / 7 + (value.offset == targets[row] ? 1 - smoothing : 0)
                let term = logTotal - value.element
                return sum + share * Self.factors(value.offset, term).loss * term
            }
            #expect(abs(found[row] - (targets[row] == -100 ? 0 : expected)) < 1e-12)
        }
        checkGradient(logits, scale: 0.3) {
            Losses.crossEntropy(
                $0, targets: targets, scale: 0.3, gradient: $1, labelSmoothing: smoothing,
                factors: Self.factors)
        }
        checkGradient(logits, scale: 1) {
            Losses.crossEntropy(
                $0, targets: targets, scale: 1, gradient: $1, labelSmoothing: smoothing)
        }
    }

    @Test("multiplied terms of binary cross-entropy, true ones by more than others, by finite differences")
    func weightedBinaryCrossEntropy() {
        let logits = randomTensor(4, 3, seed: 5, scale: 2)
        let targets: [[Float]] = [[0, 1, 0], [1, 1, 1], [0, 0, 0], [0.25, 0.5, 1]]
        func factors(_ label: Int, _ isTrue: Bool, _ loss: Double) -> Losses.Factors {
            Self.factors(isTrue ? label + 2 : 0, loss)
        }
        let found = Losses.binaryCrossEntropy(
            logits, targets: targets, scale: 1, gradient: nil, factors: factors)
        for (row, values) in matrix(logits).enumerated() {
            let expected = values.enumerated().reduce(0.0) { sum, value in
                let (y, sigma) = (Double(targets[row][value.offset]), 1 / (1 + exp(-value.element)))
                let (truth, other) = (-log(sigma), -log(1 - sigma))
                return sum + y * factors(value.offset, true, truth).loss * truth
                    + (1 - y) * factors(value.offset, false, other).loss * other
            }
            #expect(abs(found[row] - expected) < 1e-10)
        }
        checkGradient(logits, scale: 0.25) {
            Losses.binaryCrossEntropy($0, targets: targets, scale: 0.25, gradient: $1, factors: factors)
        }
    }

    @Test("a row with target −100 has neither loss nor gradient")
    func ignored() {
        let logits = randomTensor(3, 4, seed: 1)
        let gradient = randomTensor(3, 4, seed: 2)
        let losses = Losses.crossEntropy(logits, targets: [1, -100, 3], scale: 1, gradient: gradient)
        #expect(losses[1] == 0 && losses[0] > 0 && losses[2] > 0)
        #expect(gradient.rows(1..<2).values() == [0, 0, 0, 0])
        let alone = Losses.crossEntropy(logits.rows(2..<3), targets: [3], scale: 1, gradient: nil)
        #expect(losses[2] == alone[0])
        checkGradient(logits, scale: 1) {
            Losses.crossEntropy($0, targets: [1, -100, 3], scale: 1, gradient: $1)
        }
    }

    @Test("binary cross-entropy is −y·log σ − (1 − y)·log(1 − σ), summed over the labels")
    func binaryCrossEntropy() {
        let logits = randomTensor(4, 3, seed: 1, scale: 3)
        let targets: [[Float]] = [[0, 1, 0], [1, 1, 1], [0, 0, 0], [0.25, 0.5, 1]]
        let found = Losses.binaryCrossEntropy(logits, targets: targets, scale: 1, gradient: nil)
        for (row, values) in matrix(logits).enumerated() {
            let expected = zip(values, targets[row]).reduce(0) { sum, pair in
                let (sigma, y) = (1 / (1 + exp(-pair.0)), Double(pair.1))
                return sum - y * log(sigma) - (1 - y) * log(1 - sigma)
            }
            #expect(abs(found[row] - expected) < 1e-10)
        }
        checkGradient(logits, scale: 0.25) {
            Losses.binaryCrossEntropy($0, targets: targets, scale: 0.25, gradient: $1)
        }
    }

    @Test("squared error, summed over the outputs")
    func squaredError() {
        let outputs = randomTensor(3, 2, seed: 1)
        let targets: [[Float]] = [[0.5, -1], [2, 0], [1, 1]]
        let found = Losses.squaredError(outputs, targets: targets, scale: 1, gradient: nil)
        for (row, values) in matrix(outputs).enumerated() {
            let expected = zip(values, targets[row]).reduce(0) {
                $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1))
            }
            #expect(abs(found[row] - expected) < 1e-12)
        }
        checkGradient(outputs, scale: 2) {
            Losses.squaredError($0, targets: targets, scale: 2, gradient: $1)
        }
    }

    @Test("logits of 10,000 give finite losses and gradients")
    func extremes() {
        let logits = Tensor(rows: 2, columns: 2)
        logits.copy(from: [10_000, -10_000, -10_000, 10_000])
        let gradient = Tensor(rows: 2, columns: 2)
        let entropy = Losses.crossEntropy(logits, targets: [0, 0], scale: 1, gradient: gradient)
        #expect(entropy == [0, 20_000] && gradient.values() == [0, 0, -1, 1])
        let binary = Losses.binaryCrossEntropy(
            logits, targets: [[1, 0], [1, 0]], scale: 1, gradient: gradient)
        #expect(binary == [0, 20_000] && gradient.values() == [0, 0, -1, 1])
    }
}
