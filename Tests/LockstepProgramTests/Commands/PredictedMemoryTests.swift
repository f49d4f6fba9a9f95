// The memory that `check` and `plan` predict for a rank, beside that of steps which the program takes.

import Cluster
import Foundation
import JSON
import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite struct PredictedMemoryTests {
    private static let length = 128

    /// The peak of `bench step` in bytes.
    private func measuredPeak(_ model: String, rows: Int, dtype: String) throws -> Int {
        let outcome = try MPIRun.run(
            [
                Workshop.program, "bench", "step", "--model", model, "--batch", "\(rows)", "--seq",
                "\(Self.length)", "--steps", "1", "--threads", "1", "--dtype", dtype,
            ], timeoutSeconds: 300)
        let json = try JSONValue(parsing: Array(outcome.output.utf8))
        return Int(try #require(json["peak_memory_mb"]?.double, "\(outcome)") * 1_048_576)
    }

    /// A pass over rows of different tokens, as many as the bench has.
    private func step(_ model: EncoderClassifier, rows: Int, in workspace: Workspace) {
        let count = rows * Self.length
        let batch = TokenBatch(
            tokens: (0..<count).map { Int32(5 + $0 * 29) }, typeIDs: [Int32](repeating: 0, count: count),
            positions: (0..<count).map { Int32($0 % Self.length) },
            offsets: (0...rows).map { Int32($0 * Self.length) }, sampleIDs: (0..<rows).map { UInt64($0) })
        let pass = Pass(
            parameters: model.parameters, workspace: workspace, batch: batch,
            trainingKey: RandomKey(seed: 1), completesGradients: false)
        let logits = model.forward(pass)
        _ = ClassificationLoss.rows(
            logits, .labels((0..<rows).map { $0 % 2 }), problemType: .singleLabel, rowCount: rows,
            gradient: logits)
        model.backward(gradient: logits, pass)
    }

    @Test(
        "the predicted memory of a rank is that of its steps, within a twentieth",
        arguments: ["fp32", "bf16"])
    func peak(dtype: String) throws {
        let rows = 8
        let bench = try #require(
            ModelFamily.all.flatMap(\.benchModels).first { $0.name == "minilm" })
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        let model = try EncoderClassifier(bench.configuration, head: head, file: "config.json")
        if dtype == "bf16" { model.parameters.computeInBFloat16() }
        func sample(_ rows: Int) -> ActivationMemory.Sample {
            ActivationMemory.Sample(tokens: rows * Self.length, targets: rows) {
                step(model, rows: rows, in: $0)
            }
        }
        let activations = ActivationMemory(
            sample(1), sample(2), vocabularySize: nil, bf16: dtype == "bf16")
        let memory = RankMemory(
            of: model.parameters, lookedUpRows: rows * Self.length, bf16: dtype == "bf16", shards: 1,
            activations: activations.bytes(tokens: rows * Self.length))
        let measured = try measuredPeak("minilm", rows: rows, dtype: dtype)
        let difference = Double(memory.total - measured) / Double(measured)
        #expect(abs(difference) <= 0.05, "\(memory) for \(ByteCount(measured))")
    }
}
