// Training with weights of labels, focus and smoothing over any number of ranks, and what its evaluations
// measure.

import DataParallel
import Datasets
import Evaluation
import JSON
import Layers
import Models
import Optimizers
import Tasks
import Tensors
import Testing
import Training

@Suite("Weighted losses over ranks")
struct WeightedRunTests {
    private static let labels = ["bad", "fine", "good"]
    private static let rowCount = 12

    /// Rows of odd lengths, most of them of one label, or with any number of labels.
    private static func rows(_ type: ProblemType) -> TokenizedDataset {
        var store = TokenizedDataset()
        for row in 0..<rowCount {
            let tokens = (0..<3 + row * 5 % 7).map { Int32(1 + ($0 * 3 + row * 11) % 19) }
            let label = row % 4 == 1 ? 0 : row % 6 == 2 ? 2 : 1
            let target: Target =
                type == .singleLabel ? .label(label) : .labels((0..<3).filter { row >> $0 & 1 == 1 })
            store.append(
                Example(
                    tokens: tokens, target: target, source: RowSource(file: "rows.jsonl", line: row + 1)))
        }
        return store
    }

    private static func model(_ type: ProblemType) throws -> EncoderClassifier {
        let configuration: JSONValue = .object([
            "model_type": .string("bert"), "vocab_size": .integer(20), "hidden_size": .integer(12),
            "num_hidden_layers": .integer(1), "num_attention_heads": .integer(2),
            "intermediate_size": .integer(17), "hidden_act": .string("gelu"),
            "hidden_dropout_prob": .shortest(0.1), "attention_probs_dropout_prob": .shortest(0.1),
            "initializer_range": .shortest(0.2), "max_position_embeddings": .integer(12),
            "type_vocab_size": .integer(2), "layer_norm_eps": .shortest(1e-12), "pad_token_id": .integer(0),
        ])
        let head = ClassificationHead(labels: labels, problemType: type)
        let model = try EncoderClassifier(configuration, head: head, file: "toy")
        model.parameters.initialize(key: RandomKey(seed: 3))
        return model
    }

    private struct Outcome: Sendable, Equatable {
        var losses: [Double] = []
        var norms: [Double] = []
        var evaluations: [Double] = []
    }

    /// Six steps over all rows, and the loss of an evaluation after each.
    private static func run(
        _ group: any ProcessGroup, _ type: ProblemType, _ weighting: LossWeighting?, microBatches: Int
    ) throws -> Outcome {
        let (model, rows) = (try model(type), rows(type))
        let task = try ClassificationTask(
            model: model, training: rows, validation: rows, weighting: weighting, group: group,
            batchRows: 5)
        let replica = try Replica(model, .init(), reduction: ReductionOptions(), group: group)
        let step = TrainingStep(
            task: task, optimizer: replica.optimizer, reducer: replica.reducer,
            schedule: LearningRateScheduler(kind: .constant, peak: 0.005, warmupSteps: 0, totalSteps: 6),
            group: group, seed: 8, maximumNorm: 1)
        let own = stride(from: group.rank, to: rowCount, by: group.size).map(\.self)
        let size = (own.count + microBatches - 1) / microBatches
        let batches = stride(from: 0, to: own.count, by: size).map {
            Array(own[$0..<min($0 + size, own.count)])
        }
        var outcome = Outcome()
        for number in 0..<6 {
            let result = try step.run(
                step: number, epoch: number, rows: Array(0..<rowCount), microBatches: batches)
            outcome.losses.append(result.loss)
            outcome.norms.append(result.gradientNorm)
            let figures = try task.evaluate().figures
            outcome.evaluations.append(figures.first { $0.name == "loss" }?.value ?? .nan)
        }
        return outcome
    }

    private static let weighting = LossWeighting(
        labelWeights: [2.75, 0.4, 1.3], focalGamma: 1.5, labelSmoothing: 0)
    private static let smoothing = LossWeighting(
        labelWeights: [2.75, 0.4, 1.3], focalGamma: 0, labelSmoothing: 0.2)

    @Test(
        "1, 2 and 3 ranks, in one micro-batch or three, give the same losses and norms",
        arguments: [
            (ProblemType.singleLabel, weighting), (.multiLabel, weighting),
            (.singleLabel, smoothing),
        ])
    func ranks(type: ProblemType, weighting: LossWeighting) throws {
        let alone = try Self.run(SoloProcessGroup(), type, weighting, microBatches: 1)
        #expect(alone.losses[5] < alone.losses[0], "the model learns")
        let plain = try Self.run(SoloProcessGroup(), type, nil, microBatches: 1)
        #expect(abs(plain.losses[0] - alone.losses[0]) > 0.01 * alone.losses[0], "weights are at work")
        for (size, microBatches) in [(1, 3), (2, 1), (3, 1), (2, 3)] {
            try ThreadProcessGroup.run(size: size) { group in
                let found = try Self.run(group, type, weighting, microBatches: microBatches)
                let pairs = zip(
                    found.losses + found.norms + found.evaluations,
                    alone.losses + alone.norms + alone.evaluations)
                let name = Comment(rawValue: "\(size) ranks × \(microBatches)")
                #expect(abs(found.losses[0] - alone.losses[0]) < 1e-6 * alone.losses[0], name)
                #expect(pairs.allSatisfy { abs($0 - $1) < 1e-4 * abs($1) }, name)
            }
        }
    }

    /// The loss of an evaluation of the untrained model.
    private static func evaluate(_ group: any ProcessGroup, _ weighting: LossWeighting?) throws -> Double {
        let evaluator = try ClassificationEvaluator(
            model: model(.singleLabel), weighting: weighting, group: group, batchRows: 5)
        let figures = try evaluator.evaluate(rows(.singleLabel)).figures
        return try #require(figures.first { $0.name == "loss" }?.value)
    }

    @Test(
        "evaluations have the loss of training, the same bits on 1 to 4 ranks", arguments: [nil, weighting])
    func evaluation(weighting: LossWeighting?) throws {
        let rows = Self.rows(.singleLabel)
        let model = try Self.model(.singleLabel)
        let task = try ClassificationTask(
            model: model, training: rows, validation: nil, weighting: weighting, group: SoloProcessGroup(),
            batchRows: 5)
        let all = Array(0..<rows.count)
        let weight = task.lossWeight(rows: all, epoch: 0)
        let pass = Pass(
            parameters: model.parameters, workspace: Workspace(),
            batch: rows.tokenBatch(rows: all, epoch: nil))
        let targets = all.map { row in
            if case .label(let label) = rows.target(of: row) { label } else { -1 }
        }
        let losses = ClassificationLoss.rows(
            model.forward(pass), .labels(targets), problemType: .singleLabel, rowCount: weight,
            gradient: nil, weighting: weighting)
        let expected = losses.reduce(0, +) / weight
        let alone = try Self.evaluate(SoloProcessGroup(), weighting)
        #expect(abs(alone - expected) < 1e-6 * expected)
        for size in 2...4 {
            try ThreadProcessGroup.run(size: size) { group in
                let found = try Self.evaluate(group, weighting)
                #expect(found == alone)
            }
        }
    }
}
