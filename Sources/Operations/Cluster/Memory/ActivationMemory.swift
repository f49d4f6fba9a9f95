// How many bytes of activations a micro-batch takes: measured on few rows, extended to many.

internal import Datasets
package import JSON
package import Layers
internal import Models
internal import Tensors
package import Training

/// The activations of micro-batches of a model, as a function of their tokens.
///
/// Layers keep so many bytes a token, and borrow as many more while a gradient passes through one of them: a
/// straight line in the tokens. The logits of an output layer over a vocabulary are the exception: they are
/// there for a chunk of rows at a time.
package struct ActivationMemory: Sendable, Equatable {
    private let fixedBytes: Double
    private let bytesPerToken: Double
    private let logits: LogitChunk?

    /// The logits of a vocabulary.
    private struct LogitChunk: Sendable, Equatable {
        let vocabularySize: Int
        let bytesPerElement: Int

        func bytes(targets: Int) -> Double {
            Double(min(targets, LMHead.chunkRows(vocabularySize)) * vocabularySize * bytesPerElement)
        }
    }

    /// A micro-batch that was measured; `targets` are the tokens that it is to predict.
    package struct Sample: Sendable, Equatable {
        package let tokens: Int
        package let targets: Int
        package let bytes: Int

        package init(tokens: Int, targets: Int, bytes: Int) {
            (self.tokens, self.targets, self.bytes) = (tokens, targets, bytes)
        }
    }

    /// The line through two samples of different size.
    ///
    /// - Parameters:
    ///   - vocabularySize: that of an output layer over it; nil for models without.
    ///   - bf16: whether products compute in bfloat16: then logits have a gradient of their own.
    package init(_ small: Sample, _ large: Sample, vocabularySize: Int?, bf16: Bool) {
        precondition(small.tokens < large.tokens, "two samples of one size give no line")
        let logits = vocabularySize.map { LogitChunk(vocabularySize: $0, bytesPerElement: bf16 ? 6 : 4) }
        func rest(_ sample: Sample) -> Double {
            Double(sample.bytes) - (logits?.bytes(targets: sample.targets) ?? 0)
        }
        bytesPerToken = (rest(large) - rest(small)) / Double(large.tokens - small.tokens)
        fixedBytes = rest(small) - bytesPerToken * Double(small.tokens)
        self.logits = logits
    }

    /// The line by its figures.
    package init(fixedBytes: Double, bytesPerToken: Double, vocabularySize: Int?, bytesPerLogit: Int) {
        (self.fixedBytes, self.bytesPerToken) = (fixedBytes, bytesPerToken)
        logits = vocabularySize.map { LogitChunk(vocabularySize: $0, bytesPerElement: bytesPerLogit) }
    }

    /// Bytes of a micro-batch of so many tokens, all of them targets unless said otherwise.
    package func bytes(tokens: Int, targets: Int? = nil) -> Int {
        let logits = logits?.bytes(targets: targets ?? tokens) ?? 0
        return max(0, Int(fixedBytes + bytesPerToken * Double(tokens) + logits))
    }
}

extension ActivationMemory {
    /// The line as a calibration keeps it.
    package var json: JSONValue {
        .object(
            JSONObject([
                ("fixed_bytes", .figure(fixedBytes)), ("bytes_per_token", .figure(bytesPerToken)),
                ("vocabulary", .orNull(count: logits?.vocabularySize)),
                ("bytes_per_logit", .integer(logits?.bytesPerElement ?? 0)),
            ]))
    }

    package init<Failure>(_ reader: JSONReader<Failure>) throws(Failure) {
        self.init(
            fixedBytes: try reader["fixed_bytes"].double(),
            bytesPerToken: try reader["bytes_per_token"].double(),
            vocabularySize: try reader["vocabulary"].ifPresent?.integer(
                in: 1...1 << 31, "a number of tokens"),
            bytesPerLogit: try reader["bytes_per_logit"].integer(in: 0...64, "a number of bytes"))
    }
}

extension ActivationMemory.Sample {
    /// Measures one micro-batch: `step` takes a forward and a backward pass in the workspace that it gets.
    package init(tokens: Int, targets: Int, _ step: (Workspace) throws -> Void) rethrows {
        let first = Workspace()
        try step(first)
        // A workspace that grows piece by piece leaves gaps between the pieces; a planned one has none.
        let planned = Workspace(elementCount: first.peakBytes / 4 + 1_048_576)
        try step(planned)
        self.init(tokens: tokens, targets: targets, bytes: planned.peakBytes)
    }
}

extension ActivationMemory {
    /// Measures the model of `task` on its own rows: those whose passes take no more than `operations`
    /// floating-point operations. nil when there are no two such micro-batches of different size.
    package init?(
        _ task: any TrainingTask, recomputesActivations: Bool, bf16: Bool, operations: Double
    ) throws {
        let rows = task.training
        let parameterCount = Double(task.model.parameters.layout.parameterCount)
        // Forward and backward take 6 operations a parameter and token, and the samples of one row and of
        // two take them twice.
        let perToken: Double = parameterCount * 6 * 3 * 2
        let budget = Int(min(operations / perToken, 1e12))
        let fitting = (0..<rows.count).filter { rows.length(of: $0) <= budget }
            .sorted { rows.length(of: $0) > rows.length(of: $1) }
        guard fitting.count > 1 else { return nil }
        func sample(_ batch: [Int]) throws -> Sample {
            let tokens = batch.reduce(0) { $0 + rows.length(of: $1) }
            let weight = max(1, task.lossWeight(rows: batch, epoch: 0))
            let targets = task.lossCount(rows: batch, epoch: 0)
            return try Sample(tokens: tokens, targets: targets) { workspace in
                _ = try task.differentiate(MicroBatch(rows: batch, epoch: 0, lossCount: weight)) { tokens in
                    Pass(
                        parameters: task.model.parameters, workspace: workspace, batch: tokens,
                        trainingKey: RandomKey(seed: 0), completesGradients: false,
                        recomputesActivations: recomputesActivations)
                }
            }
        }
        let vocabularySize = (task.model as? any LanguageModel)?.vocabularySize
        self.init(
            try sample([fitting[0]]), try sample([fitting[0], fitting[1]]), vocabularySize: vocabularySize,
            bf16: bf16)
    }

    /// The largest micro-batch of so many rows of these lengths, in tokens.
    package static func largestTokens(_ lengths: [Int], rows: Int) -> Int {
        lengths.sorted(by: >).prefix(rows).reduce(0, +)
    }
}
