// What the program makes of damaged checkpoints and models: never a silent resume.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct DamagedCheckpointTests {
    private let auto = ["--resume_from_checkpoint", "auto"]

    /// A folder with the checkpoints of steps 2 and 4, the whole run beside it.
    private func interrupted() throws -> Workshop {
        let workshop = try Workshop()
        let all: KeyValuePairs<String, String?> = [
            "max_steps": "6", "save_strategy": "steps", "save_steps": "2",
        ]
        try workshop.train("whole", all)
        _ = try workshop.recipe(output: "cut", all)
        try workshop.copy("whole", to: "cut", after: 4)
        return workshop
    }

    private func flip(_ workshop: Workshop, _ name: String) throws {
        var bytes = try workshop.bytes(name)
        bytes[bytes.count - 5] ^= 4
        try Data(bytes).write(to: URL(fileURLWithPath: workshop.path + "/" + name))
    }

    @Test(
        "with a flipped bit in the newest, auto says it and goes on from the one before", arguments: [0, 2])
    func fallsBack(ranks: Int) throws {
        let workshop = try interrupted()
        try flip(workshop, "cut/checkpoint-4/optimizer.safetensors")
        let rows = ["--per_device_train_batch_size", ranks == 2 ? "6" : "12"]
        let outcome = try workshop.lockstep(
            ["train", workshop.path + "/cut.yaml"] + auto + rows, ranks: ranks)
        #expect(outcome.status == 0)
        let place = "\(workshop.path)/cut/checkpoint-"
        #expect(
            outcome.errors.contains(
                "\(place)4 is damaged and not used: optimizer.safetensors does not have the bytes that were "
                    + "written"))
        #expect(outcome.errors.contains("resuming from \(place)2\n"))
        if ranks == 0 {
            for file in ["model.safetensors", "checkpoint-4/optimizer.safetensors"] {
                #expect(try workshop.bytes("cut/" + file) == workshop.bytes("whole/" + file))
            }
        }
    }

    @Test("a damaged checkpoint that is named is refused, and so is a folder without a good one")
    func refused() throws {
        let workshop = try interrupted()
        let place = "\(workshop.path)/cut/checkpoint-"
        for step in [4, 2] {
            try flip(workshop, "cut/checkpoint-\(step)/model.safetensors")
            let outcome = try workshop.lockstep(
                ["train", workshop.path + "/cut.yaml", "--resume_from_checkpoint", place + "\(step)"])
            #expect(outcome.status == 1)
            #expect(
                outcome.errors.contains(
                    "\(place)\(step) is damaged: model.safetensors does not have the bytes that were written")
            )
        }
        let outcome = try workshop.lockstep(["train", workshop.path + "/cut.yaml"] + auto)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(workshop.path)/cut has no checkpoint to go on from: "))
    }

    @Test("a checkpoint of a version without manifests goes on to the same bits, with a line about it")
    func older() throws {
        let workshop = try interrupted()
        let folder = workshop.path + "/cut/checkpoint-4/"
        try FileManager.default.removeItem(atPath: folder + "manifest.json")
        let lost = try workshop.lockstep(["train", workshop.path + "/cut.yaml"] + auto)
        #expect(lost.errors.contains("checkpoint-4 is damaged and not used: it has no manifest.json"))

        let again = try interrupted()
        let state = again.path + "/cut/checkpoint-4/trainer_state.json"
        let text = try again.text("cut/checkpoint-4/trainer_state.json")
        let bare = text.replacing("\"manifest\" : true", with: "\"other\" : true")
        try #require(bare != text)
        try Data(bare.utf8).write(to: URL(fileURLWithPath: state))
        try FileManager.default.removeItem(atPath: again.path + "/cut/checkpoint-4/manifest.json")
        let outcome = try again.succeed(["train", again.path + "/cut.yaml"] + auto)
        #expect(outcome.errors.contains("/cut/checkpoint-4 was written by a version without manifest.json"))
        #expect(try again.bytes("cut/model.safetensors") == again.bytes("whole/model.safetensors"))
    }

    @Test("a damaged final model is refused by evaluate, and made again by going on")
    func finalModel() throws {
        let workshop = try interrupted()
        try flip(workshop, "whole/model.safetensors")
        let folder = workshop.path + "/whole"
        let refused = try workshop.lockstep([
            "evaluate", "--model_name_or_path", folder, "--validation_file",
            workshop.path + "/validation.jsonl",
        ])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("\(folder) is damaged: model.safetensors does not have the bytes"))
        let outcome = try workshop.succeed(["train", workshop.path + "/whole.yaml"] + auto)
        #expect(outcome.errors.contains("the model is made again from \(folder)/checkpoint-6"))
        #expect(
            try workshop.bytes("whole/model.safetensors")
                == workshop.bytes("whole/checkpoint-6/model.safetensors"))
    }
}
