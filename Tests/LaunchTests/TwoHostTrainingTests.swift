// Training over two simulated hosts with two ranks each gives what four ranks on this machine give: both runs
// are started as a user starts them, with a cluster file and by launch/local.
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct TwoHostTrainingTests {
    @Test("Four ranks on two hosts train with the losses of four ranks on one host")
    func matchesLocalRanks() throws {
        let folder = try TemporaryFolder()
        let recipe = try ToyTask.write(to: folder.url)
        let local = try Self.train(
            ["launch/local", "4", recipe, "--output_dir", folder.url.appendingPathComponent("local").path])
        #expect(local.status == 0, "\(local)")
        guard let hosts = try SimulatedHosts(count: 2, slots: 2) else { return }
        let before = try hosts.bytesSent()
        let spread = try hosts.call(
            ["cluster", recipe, "--output_dir", folder.url.appendingPathComponent("hosts").path],
            environment: Self.environment)
        #expect(spread.status == 0, "\(spread)")
        #expect(spread.errors.contains(" --host \(hosts.name)1:2,\(hosts.name)2:2 "), "\(spread)")
        // All gradients of each step leave each host at least once.
        let sent = zip(try hosts.bytesSent(), before).map { $0 - $1 }
        for bytes in sent { #expect(bytes > ToyTask.steps * ToyTask.gradientBytes, "\(sent)") }

        let expected = try Self.losses(folder.url.appendingPathComponent("local/metrics.jsonl"))
        let found = try Self.losses(folder.url.appendingPathComponent("hosts/metrics.jsonl"))
        try #require(expected.count == ToyTask.steps && found.count == expected.count)
        // Another path between the ranks may sum in another order.
        for (step, (found, expected)) in zip(found, expected).enumerated() {
            #expect(abs(found - expected) <= 1e-6 * expected, "step \(step + 1): \(found), not \(expected)")
        }
    }

    @Test("With shards and bf16 gradients between hosts the losses stay near, and fewer bytes travel")
    func roundedShards() throws {
        let folder = try TemporaryFolder()
        let recipe = try ToyTask.write(to: folder.url)
        guard let hosts = try SimulatedHosts(count: 2, slots: 2) else { return }
        func run(_ name: String, _ flags: [String]) throws -> (losses: [Double], bytes: Int) {
            let before = try hosts.bytesSent()
            let path = folder.url.appendingPathComponent(name)
            let outcome = try hosts.call(
                ["cluster", recipe, "--output_dir", path.path] + flags, environment: Self.environment)
            #expect(outcome.status == 0, "\(outcome)")
            let sent = zip(try hosts.bytesSent(), before).map { $0 - $1 }
            return (try Self.losses(path.appendingPathComponent("metrics.jsonl")), sent.reduce(0, +))
        }
        let whole = try run("whole", [])
        let sharded = try run("sharded", ["--zero_stage", "1"])
        #expect(sharded.losses == whole.losses)
        let rounded = try run("rounded", ["--ddp_comm_dtype", "bf16"])
        try #require(rounded.losses.count == ToyTask.steps)
        #expect(rounded.losses != whole.losses)
        for (found, expected) in zip(rounded.losses, whole.losses) {
            #expect(abs(found - expected) <= 5e-3 * expected, "\(found), not \(expected)")
        }
        #expect(rounded.bytes < whole.bytes)
    }

    private static let environment = ["LOCKSTEP_BINARY": Products.path(of: "lockstep")]

    private static func train(_ words: [String]) throws -> CommandResult {
        try run(
            ["/usr/bin/timeout", "--kill-after=5", "120", Checkout.path(words[0])] + words.dropFirst(),
            environment: environment)
    }

    private struct Record: Decodable {
        let loss: Double?
    }

    /// The loss of each step, from lines that have one.
    private static func losses(_ log: URL) throws -> [Double] {
        try String(contentsOf: log, encoding: .utf8).split(separator: "\n").compactMap {
            try JSONDecoder().decode(Record.self, from: Data($0.utf8)).loss
        }
    }
}

/// A small BERT with dropout, and rows of made-up words for it.
enum ToyTask {
    static let steps = 20
    /// fp32 gradients of the model, a lower bound: the embeddings alone.
    static let gradientBytes = 61 * 36 * 4

    /// Writes model, rows and recipe into `folder` and returns the path of the recipe.
    static func write(to folder: URL) throws -> String {
        let model = folder.appendingPathComponent("model")
        try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
        for name in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(
                atPath: Checkout.path("Tests/ModelsTests/Goldens/single-label/\(name)"),
                toPath: model.appendingPathComponent(name).path)
        }
        let words = (0..<56).map { "w\($0)" }
        let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words
        try write(vocabulary, to: model.appendingPathComponent("vocab.txt"))
        let labels = ["a", "b", "c"]
        // 44 rows do not divide by the 8 of a step, nor their lengths by anything.
        let rows = (0..<44).map { row in
            let text = (0..<(2 + row * 7 % 20)).map { words[(row * 13 + $0 * (5 + row % 3)) % 56] }
            return "{\"text\": \"\(text.joined(separator: " "))\", \"label\": \"\(labels[row % 3])\"}"
        }
        try write(rows, to: folder.appendingPathComponent("train.jsonl"))
        let recipe = folder.appendingPathComponent("recipe.yaml")
        try write(
            [
                "model_name_or_path: \(model.path)",
                "train_file: \(folder.appendingPathComponent("train.jsonl").path)",
                "output_dir: unused", "per_device_train_batch_size: 2", "learning_rate: 1e-3",
                "max_steps: \(steps)", "max_seq_length: 24", "logging_steps: 1", "save_strategy: \"no\"",
                "hidden_dropout_prob: 0.1", "attention_probs_dropout_prob: 0.1",
            ], to: recipe)
        return recipe.path
    }

    private static func write(_ lines: [String], to file: URL) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    }
}
