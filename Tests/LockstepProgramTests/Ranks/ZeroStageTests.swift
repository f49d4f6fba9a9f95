// Shards of the optimiser change neither what a run gives nor what it writes, and any number of ranks goes on
// from it.

import TestSupport
import Testing

@Suite(.serialized) struct ZeroStageTests {
    private let schedule: KeyValuePairs<String, String?> = [
        "per_device_train_batch_size": "6", "max_steps": "12", "save_strategy": "steps", "save_steps": "6",
        "weight_decay": "0.01", "max_grad_norm": "0.5",
    ]
    private let files = ["model.safetensors", "checkpoint-6/optimizer.safetensors"]

    @Test("on 2 ranks every record and file is that of a run without shards", arguments: ["false", "true"])
    func equality(bf16: String) throws {
        let workshop = try Workshop()
        try workshop.train("whole", ranks: 2, schedule, flags: ["--bf16", bf16, "--zero_stage", "0"])
        try workshop.train("shards", ranks: 2, schedule, flags: ["--bf16", bf16, "--zero_stage", "1"])
        #expect(try workshop.records("shards") == workshop.records("whole"))
        #expect(try workshop.records("shards").count == 12)
        for file in files {
            #expect(try workshop.bytes("shards/" + file) == workshop.bytes("whole/" + file), "\(file)")
        }
    }

    @Test(
        "frozen layers and adapters change nothing about that",
        arguments: [
            ["--freeze", "embeddings"], ["--lora_r", "2"],
            ["--lora_r", "2", "--merge_lora", "false", "--bf16"],
        ])
    func adaptation(flags: [String]) throws {
        let workshop = try Workshop()
        try workshop.train("whole", ranks: 2, schedule, flags: flags + ["--zero_stage", "0"])
        try workshop.train("shards", ranks: 2, schedule, flags: flags + ["--zero_stage", "1"])
        #expect(try workshop.records("shards") == workshop.records("whole"))
        for name in try workshop.names("whole") where name.hasSuffix(".safetensors") {
            #expect(try workshop.bytes("shards/" + name) == workshop.bytes("whole/" + name), "\(name)")
        }
        for name in try workshop.names("whole/checkpoint-6") where name.hasSuffix(".safetensors") {
            let file = "/checkpoint-6/" + name
            #expect(try workshop.bytes("shards" + file) == workshop.bytes("whole" + file), "\(file)")
        }
        let start = ["--resume_from_checkpoint", workshop.path + "/shards/checkpoint-6", "--zero_stage", "1"]
        try workshop.train("again", ranks: 2, schedule, flags: flags + start)
        #expect(try workshop.records("again").elementsEqual(workshop.records("whole").suffix(6)))
    }

    @Test("a run goes on from its shards exactly on as many ranks, and nearly so on others")
    func resume() throws {
        let workshop = try Workshop()
        try workshop.train("whole", ranks: 2, schedule, flags: ["--zero_stage", "1"])
        let start = ["--resume_from_checkpoint", workshop.path + "/whole/checkpoint-6", "--zero_stage"]
        try workshop.train("again", ranks: 2, schedule, flags: start + ["1"])
        #expect(try workshop.records("again").elementsEqual(workshop.records("whole").suffix(6)))
        #expect(try workshop.bytes("again/model.safetensors") == workshop.bytes("whole/model.safetensors"))
        let expected = try workshop.values("whole").suffix(6)
        for (ranks, rows, stage) in [(3, 4, "1"), (1, 12, "1"), (2, 6, "0")] {
            let name = "\(ranks)-\(stage)"
            try workshop.train(
                name, ranks: ranks, schedule,
                flags: start + [stage, "--per_device_train_batch_size", "\(rows)"])
            let found = try workshop.values(name)
            #expect(found.count == 6)
            #expect(largestRelativeDifference(found, expected) <= 1e-5, "\(name)")
        }
    }

    @Test("the log says what communication costs a step, on several ranks alone")
    func communication() throws {
        let workshop = try Workshop()
        try workshop.train("one", ["max_steps": "4", "logging_steps": "2"])
        #expect(try workshop.records("one", with: "communication_seconds") == [])
        try workshop.train(
            "two", ranks: 2, ["max_steps": "4", "logging_steps": "2"], flags: ["--zero_stage", "1"])
        let seconds = try workshop.values("two", "communication_seconds")
        let waits = try workshop.values("two", "waiting_seconds")
        #expect(seconds.count == 2 && waits.count == 2)
        #expect(seconds.allSatisfy { $0 > 0 } && waits.allSatisfy { $0 >= 0 })
    }
}
