// Weights of labels, focus and smoothing: values and gradients as torch has them, balanced weights as
// scikit-learn.

import Arguments
import Datasets
import Foundation
import Models
import Tasks
import Tensors
import Testing

/// What torch and scikit-learn say (see Goldens/generate.py).
private struct LossGoldens: Decodable {
    enum Kind: String, Decodable {
        case single, several
    }

    struct Case: Decodable {
        let kind: Kind
        let logits: [[Float]]
        let targets: Targets
        let weights: [Double]?
        let gamma: Double
        let smoothing: Double
        let loss: Double
        let gradient: [[Double]]
    }

    struct Targets: Decodable {
        let value: ClassificationTargets

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let labels = try? container.decode([Int].self) {
                value = .labels(labels)
            } else {
                value = .values(try container.decode([[Float]].self))
            }
        }
    }

    struct Balanced: Decodable {
        let kind: Kind
        let labels: Labels
        let weights: [Double]
    }

    struct Labels: Decodable {
        let targets: [Target]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let labels = try? container.decode([Int].self) {
                targets = labels.map { .label($0) }
            } else {
                targets = try container.decode([[Int]].self).map { .labels($0) }
            }
        }
    }

    let cases: [Case]
    let balanced: [Balanced]

    static func load() throws -> LossGoldens {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/losses.json")
        return try JSONDecoder().decode(LossGoldens.self, from: Data(contentsOf: file))
    }
}

@Suite struct LossWeightingTests {
    @Test("loss and gradient are torch's, for one label a row and for several")
    func torch() throws {
        let cases = try LossGoldens.load().cases
        #expect(cases.count == 128)
        for golden in cases {
            let logits = Tensor(rows: golden.logits.count, columns: golden.logits[0].count)
            logits.copy(from: golden.logits.flatMap(\.self))
            let weighting = LossWeighting(
                labelWeights: golden.weights, focalGamma: golden.gamma, labelSmoothing: golden.smoothing)
            let divisor: Double
            if case .labels(let labels) = golden.targets.value {
                divisor = labels.filter { $0 >= 0 }.map(weighting.weight(of:)).reduce(0, +)
            } else {
                divisor = Double(logits.rows)
            }
            let gradient = Tensor(rows: logits.rows, columns: logits.columns)
            let losses = ClassificationLoss.rows(
                logits, golden.targets.value,
                problemType: golden.kind == .single ? .singleLabel : .multiLabel, rowCount: divisor,
                gradient: gradient, weighting: weighting)
            let name = Comment(rawValue: "\(golden.kind) \(golden.gamma) \(golden.smoothing)")
            #expect(abs(losses.reduce(0, +) / divisor - golden.loss) < 1e-12 * max(1, golden.loss), name)
            for (found, expected) in zip(gradient.values(), golden.gradient.flatMap(\.self)) {
                #expect(abs(Double(found) - expected) < 1e-7 * max(1e-3, abs(expected)), name)
            }
        }
    }

    @Test("weights of 1 without focus and smoothing leave every bit of the plain loss")
    func plain() {
        let logits = Tensor(rows: 3, columns: 4)
        logits.copy(from: (0..<12).map { Float($0 * $0 % 7) - 2.3 })
        let even = LossWeighting(labelWeights: [1, 1, 1, 1], focalGamma: 0)
        let sets: [[Float]] = [[0, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]]
        for (targets, type) in [
            (ClassificationTargets.labels([3, 0, 2]), ProblemType.singleLabel), (.values(sets), .multiLabel),
        ] {
            func results(_ weighting: LossWeighting?) -> ([Double], [Float]) {
                let gradient = Tensor(rows: 3, columns: 4)
                let losses = ClassificationLoss.rows(
                    logits, targets, problemType: type, rowCount: 3, gradient: gradient,
                    weighting: weighting)
                return (losses, gradient.values())
            }
            let (plain, weighted) = (results(nil), results(even))
            // The terms of true and other labels are summed apart, which rounds elsewhere.
            let bound = type == .singleLabel ? 0 : 1e-15
            #expect(zip(plain.0, weighted.0).allSatisfy { abs($0 - $1) <= bound * abs($0) })
            #expect(plain.1 == weighted.1)
        }
    }

    @Test("balanced weights are compute_class_weight's, of several labels the ratio of its two")
    func balanced() throws {
        let goldens = try LossGoldens.load().balanced
        #expect(goldens.count == 5)
        for golden in goldens {
            var store = TokenizedDataset()
            for (line, target) in golden.labels.targets.enumerated() {
                store.append(
                    Example(tokens: [1], target: target, source: RowSource(file: "rows.jsonl", line: line)))
            }
            let labels = golden.weights.indices.map { "label \($0)" }
            let type: ProblemType = golden.kind == .single ? .singleLabel : .multiLabel
            var arguments = TrainingArguments()
            arguments.classWeights = .balanced
            let weighting = try LossWeighting(
                arguments, head: ClassificationHead(labels: labels, problemType: type),
                counts: store.labelCounts(labels.count), id: labels.firstIndex(of:))
            let found = try #require(weighting?.labelWeights)
            for (a, b) in zip(found, golden.weights) { #expect(abs(a - b) < 1e-14 * b) }
        }
    }

    @Test("a label that no row has, or every row, has the weight 1; the others those of scikit-learn")
    func absent() {
        let counts = LabelCounts(total: 6, ofLabel: [0, 2, 4])
        #expect(counts.balancedWeights == [1, 1.5, 0.75])
        #expect(LabelCounts(total: 6, ofLabel: [0, 6, 2]).balancedPositiveWeights == [1, 1, 2])
    }

    private let labels = ["bad", "fine", "good"]

    private func weighting(
        _ type: ProblemType = .singleLabel, _ change: (inout TrainingArguments) -> Void
    ) throws -> LossWeighting? {
        var arguments = TrainingArguments()
        change(&arguments)
        let map = try LabelMap(labels: labels, problemType: type)
        return try LossWeighting(
            arguments, head: map.head, counts: LabelCounts(total: 3, ofLabel: [1, 1, 1]), id: map.id(of:))
    }

    @Test("weights are given by label in any order; without any of the three keys there is none")
    func listed() throws {
        let listed = [("good", 2.0), ("bad", 0.5), ("fine", 1)].map { LabelWeight(label: $0, weight: $1) }
        let found = try weighting {
            ($0.classWeights, $0.focalLossGamma, $0.labelSmoothingFactor) = (.listed(listed), 2, 0.1)
        }
        #expect(
            found == LossWeighting(labelWeights: [0.5, 1, 2], focalGamma: 2, labelSmoothing: 0.1))
        #expect(try weighting(.regression) { _ in } == nil)
        #expect(
            try weighting(.multiLabel) { $0.focalLossGamma = 1 }
                == LossWeighting(labelWeights: nil, focalGamma: 1))
    }

    @Test("what has no meaning is refused")
    func refusals() {
        func error(
            _ type: ProblemType = .singleLabel, _ change: (inout TrainingArguments) -> Void
        ) -> LossWeightingError? {
            #expect(throws: LossWeightingError.self) { try weighting(type, change) }
        }
        #expect(error(.regression) { $0.classWeights = .balanced } == .regression(key: "class_weights"))
        #expect(error(.regression) { $0.focalLossGamma = 1 } == .regression(key: "focal_loss_gamma"))
        #expect(
            error(.regression) { $0.labelSmoothingFactor = 0.1 }
                == .regression(key: "label_smoothing_factor"))
        #expect(error(.multiLabel) { $0.labelSmoothingFactor = 0.1 } == .severalLabels)
        let unknown = [LabelWeight(label: "ugly", weight: 1)]
        #expect(error { $0.classWeights = .listed(unknown) } == .unknownLabel("ugly", known: labels))
        let one = [LabelWeight(label: "fine", weight: 1)]
        #expect(error { $0.classWeights = .listed(one) } == .missingLabels(["bad", "good"], known: labels))
    }
}
