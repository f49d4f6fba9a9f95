// Models of true size with random weights, for benchmarks.

import ArgumentParser
import DataParallel
import Datasets
import Layers
import Models
import Optimizers
import Tensors
import Training

/// The models of `lockstep bench step`.
enum BenchModel: String, CaseIterable, ExpressibleByArgument {
    case bertBase = "bert-base"
    case miniLM = "minilm"

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The model's config.json.
    private var configuration: JSONValue {
        switch self {
        case .bertBase: Self.bert(width: 768, layers: 12, heads: 12)
        case .miniLM: Self.bert(width: 384, layers: 6, heads: 12)
        }
    }

    private static func bert(width: Int, layers: Int, heads: Int) -> JSONValue {
        .object([
            "model_type": .string("bert"), "vocab_size": .integer(30_522), "hidden_size": .integer(width),
            "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(heads),
            "intermediate_size": .integer(4 * width), "hidden_act": .string("gelu"),
            "hidden_dropout_prob": .number(0.1), "attention_probs_dropout_prob": .number(0.1),
            "max_position_embeddings": .integer(512), "type_vocab_size": .integer(2),
            "initializer_range": .number(0.02), "layer_norm_eps": .number(1e-12), "pad_token_id": .integer(0),
        ])
    }

    /// A training job of `rows` random sequences of `tokens` tokens a rank.
    func job(
        rows: Int, tokens: Int, type: BenchType, group: any ProcessGroup, reduction: ReductionOptions
    ) throws -> BenchJob {
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        let model = try BERTSequenceClassifier(configuration, head: head, file: rawValue)
        model.parameters.initialize(key: RandomKey(seed: 0))
        if type == .bf16 { model.parameters.computeInBFloat16() }
        return try BenchJob(
            model: model, rows: rows, tokens: tokens, group: group, reduction: reduction)
    }
}

/// Steps of one model on one batch.
final class BenchJob {
    private let trainingStep: TrainingStep
    private let batch: Batch
    private let globalRows: Int
    let parameterCount: Int

    init(
        model: any SequenceClassifier, rows: Int, tokens: Int, group: any ProcessGroup,
        reduction: ReductionOptions
    ) throws {
        parameterCount = model.parameters.layout.parameterCount
        let reducer = try GradientReducer(parameters: model.parameters, group: group, options: reduction)
        let optimizer = AdamW(model.parameters, options: AdamW.Options(), shard: reducer.shard)
        trainingStep = TrainingStep(
            model: model, optimizer: optimizer, reducer: reducer,
            schedule: LearningRateSchedule(kind: .constant, peak: 2e-5, warmupSteps: 0, totalSteps: 1_000),
            group: group, seed: 0, maximumNorm: 1)
        let key = RandomKey(seed: UInt64(group.rank))
        var store = ExampleStore()
        for row in 0..<rows {
            let ids = (0..<tokens).map { index in
                Int32(5 + key.word(UInt64(row * tokens + index)) % 29_995)
            }
            store.append(
                Example(
                    tokens: ids, target: .label(row % 2),
                    source: RowSource(file: "random tokens", line: row + 1)))
        }
        batch = store.batch(rows: Array(0..<rows))
        globalRows = rows * group.size
    }

    func step(_ index: Int) throws {
        _ = try trainingStep.run(step: index, microBatches: [batch], globalRows: globalRows)
    }

    var exposedCommunicationSeconds: Double { trainingStep.reductionCounters.exposedSeconds }

    /// Tokens that a row of `seq` tokens counts for.
    func tokensPerRow(_ seq: Int) -> Int { seq }
}
