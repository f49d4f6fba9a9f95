// config.json of every family damaged at random: a model that can be built, or a refusal by name.

import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

/// Builds what a config.json describes, as each of the heads that its family may have.
private func build(_ folder: String) throws {
    var refusals: [any Error] = []
    let path = folder + "/config.json"
    let json = try ModelConfigurationFile.object(path)
    // Memory that nothing is written to is not used, however large a model is described.
    let attempts: [() throws -> Void] = [
        { _ = try ModelLoader.empty(.classifier(nil), json, file: path) },
        { _ = try ModelLoader.empty(.masked, json, file: path) },
        { _ = try ModelLoader.empty(.causal, json, file: path) },
        { _ = try ModelLoader.empty(.encoderDecoder, json, file: path) },
        { _ = try ModelLoader.extractiveConfiguration(directory: folder) },
    ]
    for attempt in attempts {
        do { try attempt() } catch { refusals.append(error) }
    }
    if let unnamed = refusals.first(where: { !"\($0)".contains(folder) }) { throw unnamed }
    if refusals.count == attempts.count { throw refusals[0] }
}

/// Builds every family's model with each whole number of its config.json at the ends of all ranges; throws at
/// the first that is neither built nor refused by name.
private func buildExtremes() throws {
    let names = [
        "bert-masked", "bert2bert", "bert2gpt2", "distilbert", "gpt2", "llama", "mistral", "modernbert",
        "qwen2", "roberta",
    ]
    let extremes = [
        "0", "-1", "1000000000", "2147483647", "2147483648", "1099511627776", "4611686018427387904",
        "9223372036854775807", "9223372036854775808", "1e308",
    ]
    let folder = try TemporaryFolder()
    let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
    for name in names {
        let text = try String(contentsOf: goldens.appending(path: name + "/config.json"), encoding: .utf8)
        let places = text.matches(of: /[:\[,]\s*(\d+)(?=\s*[,\]}])/).map(\.output.1)
        guard places.count > 3 else { throw FuzzFailure("\(name) has no sizes") }
        for place in places {
            for extreme in extremes {
                let changed = text.replacingCharacters(in: place.startIndex..<place.endIndex, with: extreme)
                try folder.write(changed, to: "config.json")
                do { try build(folder.path) } catch {
                    guard "\(error)".contains(folder.path) else {
                        throw FuzzFailure("\(name), \(place) as \(extreme): \(error)")
                    }
                }
            }
        }
    }
}

private func configurations() throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    let names = ["bert-masked", "bert2bert", "bert2gpt2", "gpt2", "llama", "mistral", "qwen2", "roberta"]
    let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
    let samples = try names.map {
        [UInt8](try Data(contentsOf: goldens.appending(path: $0 + "/config.json")))
    }
    let vision =
        #"{"model_type": "vit", "image_size": [8, 8], "patch_size": 4, "num_channels": 3, "hidden_size": 8,"#
        + #""num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "qkv_bias": true}"#
    let words =
        "{ } [ ] : , \" null true false -1 model_type vit bert roberta gpt2 llama mistral qwen2 "
        + "distilbert electra "
        + "encoder-decoder vision-encoder-decoder encoder decoder rope_scaling "
        + "{\"rope_type\":\"llama3\"} yarn linear "
        + "id2label {\"0\":\"a\"} problem_type head_dim num_key_value_heads gelu silu"
    return FuzzedFormat(
        "model-configuration", samples: samples + [Array(vision.utf8)], words: words, place: folder.path,
        memoryGrowth: 1 << 37
    ) { input in
        try folder.write(input, to: "config.json")
        try build(folder.path)
    }
}

@Suite struct FuzzTests {
    @Test("a damaged config.json is refused by name or describes a model that can be built")
    func damagedConfiguration() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("model-configuration"))") {
            try Fuzzing.run(configurations(), inputs: 1_500)
        }
    }

    @Test("every whole number of a config.json at the ends of all ranges is refused by name or gives a model")
    func extremes() async {
        await #expect(processExitsWith: .success) { try buildExtremes() }
    }

    @Test(
        "sizes that no machine can hold, or that overflow, are refused by their key",
        arguments: [
            (["num_hidden_layers": "2147483647"], "is 2147483647, expected no more than 1024"),
            (["hidden_size": "2147483646"], "is 2147483646, expected no more than 8388608"),
            (
                ["num_attention_heads": "8388608", "head_dim": "8388608"],
                "8388608 × 8388608, expected no more than"
            ),
            (["hidden_size": "8388608", "vocab_size": "8388608"], "MiB of this machine"),
            (
                [
                    "rope_scaling": #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "#
                        + #""high_freq_factor": 4, "original_max_position_embeddings": 1e30}"#
                ], "expected a positive whole number"
            ),
        ])
    func sizes(changes: [String: String], message: String) throws {
        let folder = try TemporaryFolder()
        let members = [
            "model_type": "\"llama\"", "vocab_size": "8", "hidden_size": "8", "num_hidden_layers": "1",
            "num_attention_heads": "2", "intermediate_size": "8", "head_dim": "4",
        ].merging(changes) { $1 }
        let text = members.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
        let path = try folder.write("{\(text)}", to: "config.json")
        let json = try ModelConfigurationFile.object(path)
        let error = #expect(throws: CheckpointError.self) {
            _ = try ModelLoader.empty(.causal, json, file: path)
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
}
