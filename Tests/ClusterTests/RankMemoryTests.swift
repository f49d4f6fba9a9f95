// The predicted memory of a rank: its parts, and activations against passes that were made.

import Cluster
import JSON
import Layers
import Models
import Tensors
import Testing

@Suite struct RankMemoryTests {
    @Test("weights, gradients and moments are counted by what is trained, looked up and split")
    func parts() {
        let whole = RankMemory(
            parameterCount: 1_000, trainedCount: 1_000, bf16: false, shards: 1, activations: 7, rows: 5,
            program: 3)
        #expect(whole.weights == 4_000 && whole.gradients == 4_000 && whole.moments == 8_000)
        #expect(whole.total == 16_015)
        let adapters = RankMemory(
            parameterCount: 1_000, trainedCount: 100, bf16: true, shards: 4, activations: 0, program: 0)
        #expect(adapters.weights == 6_000 && adapters.gradients == 400 && adapters.moments == 200)
        let sparse = RankMemory(
            parameterCount: 1_000, trainedCount: 1_000, untouchedCount: 600, bf16: false, shards: 2,
            activations: 0, program: 0)
        #expect(sparse.weights == 4_000 && sparse.gradients == 1_600 && sparse.moments == 1_600)
    }

    @Test("moments are split on one host unless zero_stage says otherwise")
    func shards() {
        #expect(RankMemory.shards(zeroStage: nil, ranks: 4, hosts: 1) == 4)
        #expect(RankMemory.shards(zeroStage: nil, ranks: 4, hosts: 2) == 1)
        #expect(RankMemory.shards(zeroStage: 1, ranks: 4, hosts: 2) == 4)
        #expect(RankMemory.shards(zeroStage: 0, ranks: 4, hosts: 1) == 1)
    }

    @Test("rows of a table that no token names have values alone")
    func tables() throws {
        let model = try classifier(layers: 1, vocabulary: 4_096)
        let all = RankMemory(
            of: model.parameters, lookedUpRows: nil, bf16: false, shards: 1, activations: 0)
        let few = RankMemory(
            of: model.parameters, lookedUpRows: 96, bf16: false, shards: 1, activations: 0)
        #expect(all.weights == few.weights)
        #expect(all.gradients - few.gradients == 4_000 * 32 * 4)
        #expect(all.moments - few.moments == 4_000 * 32 * 8)
    }

    private func classifier(layers: Int, vocabulary: Int = 64) throws -> EncoderClassifier {
        let json = """
            {"model_type": "bert", "vocab_size": \(vocabulary), "hidden_size": 32, "num_hidden_layers": \(layers),
             "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 256,
             "type_vocab_size": 2}
            """
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        return try EncoderClassifier(
            JSONValue(parsing: Array(json.utf8)), head: head, file: "config.json")
    }

    private func step(_ model: EncoderClassifier, rows: Int, in workspace: Workspace) {
        let length = 64
        let batch = TokenBatch(
            tokens: (0..<rows * length).map { Int32($0 % 60) },
            typeIDs: [Int32](repeating: 0, count: rows * length),
            positions: (0..<rows * length).map { Int32($0 % length) },
            offsets: (0...rows).map { Int32($0 * length) }, sampleIDs: (0..<rows).map { UInt64($0) })
        let pass = Pass(
            parameters: model.parameters, workspace: workspace, batch: batch,
            trainingKey: RandomKey(seed: 1), completesGradients: false)
        let logits = model.forward(pass)
        _ = ClassificationLoss.rows(
            logits, .labels((0..<rows).map { $0 % 2 }), problemType: .singleLabel, rowCount: rows,
            gradient: logits)
        model.backward(gradient: logits, pass)
    }

    @Test("activations of a large micro-batch are those that two small ones foretell", arguments: [1, 3])
    func activations(layers: Int) throws {
        let model = try classifier(layers: layers)
        func sample(_ rows: Int) -> ActivationMemory.Sample {
            ActivationMemory.Sample(tokens: rows * 64, targets: rows) { step(model, rows: rows, in: $0) }
        }
        let memory = ActivationMemory(sample(1), sample(2), vocabularySize: nil, bf16: false)
        let measured = sample(16).bytes
        let predicted = memory.bytes(tokens: 16 * 64)
        #expect(abs(predicted - measured) * 100 <= measured, "\(predicted) for \(measured)")
    }

    @Test("logits are there for a chunk of rows at a time")
    func logits() {
        let chunk = LMHead.chunkRows(50_000)
        let small = ActivationMemory.Sample(tokens: 10, targets: 9, bytes: 10 * 100 + 9 * 50_000 * 4)
        let large = ActivationMemory.Sample(tokens: 20, targets: 18, bytes: 20 * 100 + 18 * 50_000 * 4)
        let memory = ActivationMemory(small, large, vocabularySize: 50_000, bf16: false)
        #expect(memory.bytes(tokens: 4_000) == 4_000 * 100 + chunk * 50_000 * 4)
        #expect(memory.bytes(tokens: 30, targets: 27) == 30 * 100 + 27 * 50_000 * 4)
    }

    @Test("the largest micro-batch is that of the longest rows")
    func largest() {
        #expect(ActivationMemory.largestTokens([3, 9, 1, 7], rows: 2) == 16)
        #expect(ActivationMemory.largestTokens([3], rows: 8) == 3)
    }

    @Test("bytes are said in units of 1024")
    func words() {
        #expect("\(ByteCount(512))" == "512 B")
        #expect("\(ByteCount(1 << 30))" == "1.0 GiB")
        #expect("\(ByteCount(1_500 << 20))" == "1.5 GiB")
        #expect("\(ByteCount(300 << 20))" == "300 MiB")
    }
}
