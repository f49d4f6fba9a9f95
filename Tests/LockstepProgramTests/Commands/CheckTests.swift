// `lockstep check` as a user runs it: alone and on several ranks, on sound runs and on broken ones.

import Foundation
import JSON
import TestSupport
import Testing

@Suite struct CheckTests {
    /// What `check --json` says of a recipe.
    private func document(_ workshop: Workshop, _ recipe: String, ranks: Int = 0) throws -> JSONValue {
        let outcome = try workshop.lockstep(["check", recipe, "--json"], ranks: ranks)
        let start = try #require(outcome.output.firstIndex(of: "{"), "\(outcome)")
        let json = try JSONValue(parsing: Array(outcome.output[start...].utf8))
        #expect((outcome.status == 0) == (json["ok"]?.bool == true), "\(outcome)")
        return json
    }

    private func findings(_ document: JSONValue, _ severity: String) -> [String] {
        (document["findings"]?.array ?? []).filter { $0["severity"]?.string == severity }
            .compactMap { $0["text"]?.string }
    }

    @Test("a sound run has no error, and figures of rows, model and ranks", arguments: [0, 2])
    func sound(ranks: Int) throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(
            output: "run", ["validation_file": workshop.path + "/validation.jsonl", "eval_strategy": "epoch"])
        let json = try document(workshop, recipe, ranks: ranks)
        #expect(findings(json, "error") == [] && json["complete"]?.bool == true)
        #expect(json["data"]?["training_rows"]?.integer == 60)
        #expect(json["data"]?["validation_rows"]?.integer == 23)
        #expect(json["ranks"]?.array?.count == max(1, ranks))
        #expect(json["model"]?["rank_memory_bytes"]?.integer ?? 0 > 1 << 20)
        #expect(json["model"]?["activation_bytes"]?.integer ?? 0 > 0)
        #expect((json["measurement"]?["bus_bytes_per_second"]?.double != nil) == (ranks > 1))
        // Nothing is left behind.
        #expect(try workshop.names("run") == [])
    }

    @Test("the screen says that nothing is wrong, and shows rows with their labels")
    func screen() throws {
        let workshop = try Workshop()
        let outcome = try workshop.succeed(["check", workshop.recipe(output: "run", [:])])
        #expect(outcome.output.contains(" (1 rank on 1 host, checked in "))
        for label in ["data ", "labels ", "model ", "memory ", "disk ", "ranks ", "row "] {
            #expect(outcome.output.contains("\n" + label), "\(outcome.output)")
        }
    }

    @Test("all bad rows are named, those too that only the task finds")
    func badRows() throws {
        let workshop = try Workshop()
        var lines = try workshop.text("train.jsonl").split(separator: "\n").map(String.init)
        lines[4] = "{"
        lines[9] = #"{"text": 7, "label": "a"}"#
        lines[14] = #"{"text": [], "label": "a"}"#
        try workshop.write(lines.joined(separator: "\n"), to: "train.jsonl")
        let errors = findings(try document(workshop, workshop.recipe(output: "run", [:])), "error")
        #expect(errors.contains { $0.contains("train.jsonl:5") })
        #expect(errors.contains { $0.contains("train.jsonl:10") }, "\(errors)")
    }

    @Test("leakage is named on several ranks too, by rank 0 alone")
    func leakage() throws {
        let workshop = try Workshop()
        try workshop.write(try workshop.text("train.jsonl"), to: "validation.jsonl")
        let recipe = try workshop.recipe(
            output: "run", ["validation_file": workshop.path + "/validation.jsonl", "eval_strategy": "epoch"])
        let warnings = findings(try document(workshop, recipe, ranks: 2), "warning")
        #expect(warnings.count { $0.hasPrefix("leakage: ") } == 1, "\(warnings)")
    }

    @Test("a folder that is in use, or that holds another run, is refused with code 1")
    func output() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "1"])
        let used = try document(workshop, workshop.recipe(output: "run", [:]))
        #expect(findings(used, "error").contains { $0.contains(workshop.path + "/run") })
        try workshop.write("", to: "file")
        let below = try document(workshop, workshop.recipe(output: "file/run", [:]))
        #expect(!findings(below, "error").isEmpty)
    }

    @Test("a torn checkpoint is named, and that the run would go on from the one before")
    func checkpoint() throws {
        let workshop = try Workshop()
        try workshop.train(
            "run", ["max_steps": "4", "save_strategy": "steps", "save_steps": "2", "num_train_epochs": "9"])
        let newest = try #require(try workshop.names("run").filter { $0.hasPrefix("checkpoint-") }.max())
        var bytes = try workshop.bytes("run/\(newest)/model.safetensors")
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: workshop.path + "/run/\(newest)/model.safetensors"))
        let recipe = try workshop.recipe(output: "run", ["resume_from_checkpoint": "auto"])
        let warnings = findings(try document(workshop, recipe), "warning")
        #expect(warnings.contains { $0.contains(newest) && $0.contains("damaged") }, "\(warnings)")
    }

    @Test("more threads than cores are named with the host")
    func threads() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["threads_per_rank": "64"])
        let warnings = findings(try document(workshop, recipe), "warning")
        #expect(warnings.contains { $0.contains("with 64 threads") }, "\(warnings)")
    }

    @Test("a model that is no model, and a missing tokenizer, are errors of one sentence")
    func model() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["model_name_or_path": workshop.path + "/nothing"])
        let errors = findings(try document(workshop, recipe), "error")
        #expect(errors.contains { $0.contains(workshop.path + "/nothing") }, "\(errors)")
    }

    @Test("the mpirun of another MPI is refused before anything else")
    func launcher() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", [:])
        let outcome = try MPIRun.run(
            ["env", "PMI_RANK=0", "PMI_SIZE=2", Workshop.program, "check", recipe], timeoutSeconds: 60)
        #expect(outcome.status == 1 && outcome.output.contains("2 jobs of one rank each"), "\(outcome)")
    }
}
