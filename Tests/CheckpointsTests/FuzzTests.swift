// What a checkpoint and a model directory hold, damaged at random: read or refused by name.

import Checkpoints
import Foundation
import Models
import Optimizers
import TestSupport
import Testing

private func states() throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    try TrainerStateTests.sample.write(to: folder.path + "/sample.json")
    let sample = try bytes(of: folder.path + "/sample.json")
    return FuzzedFormat(
        "trainer-state", samples: [sample],
        words: "{ } [ ] : , \" null true NaN Infinity -Infinity lockstep -1 1e400",
        place: folder.path
    ) { input in
        // Written once, what is too large for a double stands there as infinite.
        try TrainerState(path: try folder.write(input, to: "trainer_state.json"))
            .write(to: folder.path + "/once.json")
        let state = try TrainerState(path: folder.path + "/once.json")
        try state.write(to: folder.path + "/again.json")
        let again = try TrainerState(path: folder.path + "/again.json")
        // As text, because NaN is no value's equal.
        guard "\(again)" == "\(state)" else { throw FuzzFailure("\(state) is read back as \(again)") }
    }
}

/// A whole checkpoint of which one file is damaged.
private func checkpoints(_ file: String, words: String) throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    let model = ToyClassifier()
    let optimizer = AdamW(model.parameters, options: .init())
    try TrainingCheckpoint.write(
        to: folder.path, model: model, optimizer: optimizer, state: TrainerStateTests.sample, recipe: [],
        tokenizerFilesFrom: folder.path)
    let whole = try bytes(of: folder.path + "/" + file)
    // Of a safetensors file also the header alone, which gets its length and the data again when it is read.
    let headerEnd =
        file.hasSuffix(".safetensors") ? 8 + whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) } : 0
    let samples = headerEnd > 0 ? [whole, Array(whole[8..<headerEnd])] : [whole]
    return FuzzedFormat("checkpoint-\(file)", samples: samples, words: words, place: folder.path) { input in
        let isHeader = headerEnd > 0 && input.first == UInt8(ascii: "{")
        let length = (0..<8).map { UInt8(truncatingIfNeeded: input.count >> (8 * $0)) }
        try folder.write(isHeader ? length + input + whole[headerEnd...] : input, to: file)
        let model = ToyClassifier()
        let optimizer = AdamW(model.parameters, options: .init())
        _ = try TrainingCheckpoint.load(path: folder.path, into: model, optimizer: optimizer)
    }
}

@Suite struct FuzzTests {
    @Test("a damaged trainer_state.json is read or refused by name, and what is read is written whole")
    func damagedState() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("trainer-state"))") {
            try Fuzzing.run(states(), inputs: 1_500)
        }
    }

    @Test("damaged optimiser state is read or refused by name")
    func damagedOptimizer() async {
        await #expect(
            processExitsWith: .success, "input: \(Fuzzing.record("checkpoint-optimizer.safetensors"))"
        ) {
            try Fuzzing.run(
                checkpoints("optimizer.safetensors", words: "{ } [ ] : , \" layout step_count I64 F32 \\n"),
                inputs: 1_500)
        }
    }

    @Test("a checkpoint's damaged config.json is read or refused by name")
    func damagedConfiguration() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("checkpoint-config.json"))") {
            try Fuzzing.run(
                checkpoints("config.json", words: "{ } [ ] : , \" id2label label2id null"), inputs: 1_500)
        }
    }
}
