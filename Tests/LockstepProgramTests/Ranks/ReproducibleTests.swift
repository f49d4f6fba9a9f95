// reproducible: true: the bits of a run depend neither on ranks and threads nor on where it was stopped.

import Arguments
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct ReproducibleTests {
    /// Six steps of 16 rows, the last of an epoch of fewer, cut into 8 shards; a checkpoint every second.
    private static let schedule = [
        "--reproducible", "true", "--per_device_train_batch_size", "2", "--max_steps", "6", "--save_strategy",
        "steps", "--save_steps", "2", "--weight_decay", "0.01", "--max_grad_norm", "0.5",
    ]

    /// What a run ended with.
    private struct Ending: Equatable {
        var hashes: [String]
        var losses: [String]
        var model: [UInt8]
        var moments: [UInt8]
    }

    private func ending(_ workshop: Workshop, _ output: String, from step: Int = 0) throws -> Ending {
        func later(_ lines: [String]) throws -> [String] {
            try lines.filter { line in
                try JSONValue(parsing: Array(line.utf8))["step"]?.integer ?? 0 > step
            }
        }
        return Ending(
            hashes: try later(workshop.records(output, with: "weights_xxh64")),
            losses: try later(workshop.records(output)),
            model: try workshop.bytes(output + "/model.safetensors"),
            moments: try workshop.bytes(output + "/checkpoint-6/optimizer.safetensors"))
    }

    /// A run on one rank of two threads, one on four ranks, and one that goes on on two and then three.
    private func expectSameBits(_ task: ModelArguments.TaskName, bf16: Bool) throws {
        let workshop = try Workshop()
        let (keys, flags) = try workshop.prepare(task)
        func train(_ output: String, ranks: Int, threads: Int = 1, from checkpoint: String? = nil) throws {
            let start = checkpoint.map { ["--resume_from_checkpoint", workshop.path + "/" + $0] } ?? []
            let format = ["--bf16", "\(bf16)", "--threads_per_rank", "\(threads)"]
            try workshop.train(
                output, ranks: ranks, keys, flags: flags + Self.schedule + format + start)
        }
        let name = "\(task.rawValue), bf16: \(bf16)"
        try train("one", ranks: 0, threads: 2)
        try train("four", ranks: 4)
        let one = try ending(workshop, "one")
        #expect(one.hashes.count == 3 && Set(one.hashes).count == 3 && one.losses.count == 6)
        #expect(try ending(workshop, "four") == one, "\(name)")
        try train("two", ranks: 2, from: "four/checkpoint-2")
        try train("three", ranks: 3, from: "two/checkpoint-4")
        let two = try ending(workshop, "two", from: 2)
        #expect(two.losses == Array(one.losses.suffix(4)) && two.hashes == Array(one.hashes.suffix(2)))
        #expect(two.model == one.model && two.moments == one.moments, "\(name), 4 → 2 ranks")
        let three = try ending(workshop, "three", from: 4)
        #expect(three.losses == Array(one.losses.suffix(2)) && three.hashes == Array(one.hashes.suffix(1)))
        #expect(three.model == one.model && three.moments == one.moments, "\(name), 4 → 2 → 3 ranks")
    }

    @Test(
        "1, 2, 3 and 4 ranks give the same bits, resumed on others too, dropout on",
        arguments: ModelArguments.TaskName.allCases)
    func tasks(task: ModelArguments.TaskName) throws { try expectSameBits(task, bf16: false) }

    @Test("so they do in bfloat16", arguments: [ModelArguments.TaskName.textClassification, .chat])
    func rounded(task: ModelArguments.TaskName) throws { try expectSameBits(task, bf16: true) }

    @Test("shards of the optimiser, accumulation, adapters and evaluations that steer keep the bits")
    func variants() throws {
        let workshop = try Workshop()
        let steering = [
            "--validation_file", workshop.path + "/validation.jsonl", "--eval_strategy", "steps",
            "--eval_steps", "2", "--load_best_model_at_end", "true", "--lr_scheduler_type",
            "reduce_lr_on_plateau", "--gradient_accumulation_steps", "2",
            "--per_device_train_batch_size", "1",
        ]
        for (name, ranks, flags) in [
            ("one", 0, []), ("whole", 3, ["--zero_stage", "0"]), ("split", 3, ["--zero_stage", "1"]),
        ] {
            try workshop.train(name, ranks: ranks, flags: Self.schedule + steering + flags)
        }
        let one = try ending(workshop, "one")
        for name in ["whole", "split"] {
            #expect(try ending(workshop, name) == one, "\(name)")
            let losses = try workshop.values(name, "eval_loss")
            #expect(try !losses.isEmpty && losses == workshop.values("one", "eval_loss"))
        }
        for (name, ranks) in [("lora-1", 0), ("lora-7", 7)] {
            let adapters = ["--lora_r", "2", "--lora_dropout", "0.1"]
            try workshop.train(name, ranks: ranks, flags: Self.schedule + adapters)
        }
        #expect(try workshop.bytes("lora-7/model.safetensors") == workshop.bytes("lora-1/model.safetensors"))
    }

    @Test("without the key another number of ranks gives other bits: the test above sees a difference")
    func without() throws {
        let workshop = try Workshop()
        let schedule = Self.schedule.dropFirst(2)
        try workshop.train("one", flags: schedule + ["--per_device_train_batch_size", "12"])
        try workshop.train("three", ranks: 3, flags: schedule + ["--per_device_train_batch_size", "4"])
        #expect(
            try workshop.records("one", with: "weights_xxh64")
                != workshop.records("three", with: "weights_xxh64"))
    }

    @Test("what cannot hold is refused in one sentence")
    func refusals() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", [:])
        for (flags, ranks, sentence) in [
            (
                ["--reproducible", "true", "--ddp_comm_dtype", "bf16"], 0,
                "the bits depend on the number of hosts"
            ),
            (
                ["--reproducible_shards", "4"], 0,
                "reproducible_shards: 4 is for runs with reproducible: true"
            ),
            (
                ["--reproducible", "true", "--reproducible_shards", "2"], 3,
                "3 ranks cannot share 2 shards: start at most 2 ranks"
            ),
        ] {
            let outcome = try workshop.lockstep(["train", recipe] + flags, ranks: ranks)
            #expect(outcome.status != 0)
            #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
        }
    }
}
