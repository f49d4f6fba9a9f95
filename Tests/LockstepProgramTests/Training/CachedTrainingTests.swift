// Runs whose rows stand in a cache: the same losses, evaluations and weights as with rows in memory.

import Arguments
import Foundation
import JSON
import Tasks
import TestSupport
import Testing

@Suite(.serialized) struct CachedTrainingTests {
    private let schedule = [
        "--max_steps", "4", "--eval_strategy", "steps", "--eval_steps", "2", "--num_train_epochs", "2",
    ]

    /// Expects two runs to have the same records and the same model.
    private func expectSame(_ workshop: Workshop, _ output: String, _ reference: String) throws {
        #expect(try workshop.records(output) == workshop.records(reference))
        #expect(try workshop.values(output, "eval_loss") == workshop.values(reference, "eval_loss"))
        #expect(
            try workshop.bytes(output + "/model.safetensors")
                == workshop.bytes(reference + "/model.safetensors"))
    }

    @Test(
        "every task: built by two ranks or found, a cache changes no bit",
        arguments: TaskTable.all.map(\.name))
    func tasks(task: ModelArguments.TaskName) throws {
        let workshop = try Workshop(trainRows: 40, validationRows: 13)
        let (keys, own) = try workshop.prepare(task)
        var flags = own + schedule
        if !own.contains("--validation_file") {
            flags += ["--validation_file", workshop.path + "/validation.jsonl"]
        }
        try workshop.train("memory", ranks: 2, keys, flags: flags)
        flags += ["--cache_dir", workshop.path + "/caches"]
        let built = try workshop.train("built", ranks: 2, keys, flags: flags)
        #expect(built.errors.contains("building a cache of"))
        try expectSame(workshop, "built", "memory")
        let found = try workshop.train("found", ranks: 2, keys, flags: flags)
        #expect(!found.errors.contains("building a cache of"))
        try expectSame(workshop, "found", "memory")
        #expect(try workshop.values("found", "waiting_for_data_seconds").allSatisfy { $0 >= 0 })
    }

    @Test("held-out rows, budgets of tokens and resumption are those without a cache")
    func choices() throws {
        let workshop = try Workshop()
        let cache = ["--cache_dir", workshop.path + "/caches"]
        let keys: KeyValuePairs<String, String?> = [
            "validation_split": "0.2", "max_tokens_per_device": "60", "max_seq_length": "24",
            "max_train_samples": "40",
            "save_strategy": "steps", "save_steps": "2",
        ]
        try workshop.train("memory", ranks: 2, keys, flags: schedule)
        for output in ["built", "found"] {
            try workshop.train(output, ranks: 2, keys, flags: schedule + cache)
            try expectSame(workshop, output, "memory")
        }
        try workshop.copy("memory", to: "resumed", after: 2)
        try workshop.train(
            "resumed", ranks: 2, keys, flags: schedule + cache + ["--resume_from_checkpoint", "auto"])
        try expectSame(workshop, "resumed", "memory")
    }

    @Test("a flipped byte is told and built anew; caches are listed and removed")
    func upkeep() throws {
        let workshop = try Workshop()
        let flags = ["--max_steps", "2", "--cache_dir", workshop.path + "/caches"]
        try workshop.train("memory", flags: ["--max_steps", "2"])
        try workshop.train("built", flags: flags)
        let listed = try workshop.succeed(["cache", "list", workshop.path + "/caches", "--json"])
        let caches = try #require(JSONValue(parsing: Array(listed.output.utf8))["caches"]?.array)
        #expect(caches.count == 1 && caches[0]["rows"]?.integer == 60)
        #expect(caches[0]["state"]?.string == "whole")
        let key = try #require(caches[0]["key"]?.string)
        let name = "caches/\(key)/part-00000.tokens"
        var bytes = try workshop.bytes(name)
        bytes[100] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: workshop.path + "/" + name))
        let rebuilt = try workshop.train("rebuilt", flags: flags)
        #expect(rebuilt.errors.contains("is built anew: block 0 of"))
        try expectSame(workshop, "rebuilt", "memory")
        let wrong = try workshop.lockstep(["cache", "remove", workshop.path + "/caches", "0123"])
        #expect(wrong.status != 0 && wrong.errors.contains("There is no cache 0123"))
        try workshop.succeed(["cache", "remove", workshop.path + "/caches", key])
        #expect(try !workshop.names("caches").contains(key))
        try workshop.succeed(["cache", "remove", workshop.path + "/caches", "--all"])
        #expect(try workshop.names("caches") == [])
    }
}
