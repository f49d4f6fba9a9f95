// What a run leaves on the disk: names, keys and content.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct WrittenFilesTests {
    /// Keys of a JSON object in the order of its text.
    private func keys(_ line: String) -> [String] {
        line.matches(of: #/"([a-z0-9_]+)":/#).map { String($0.output.1) }
    }

    @Test("the output folder holds exactly the promised files, the model with its labels")
    func files() throws {
        let workshop = try Workshop()
        try workshop.train(
            "run", ranks: 2,
            [
                "num_train_epochs": "2", "per_device_train_batch_size": "6", "eval_strategy": "epoch",
                "save_strategy": "epoch", "validation_file": workshop.path + "/validation.jsonl",
            ])
        let model = ["config.json", "manifest.json", "model.safetensors"]
        #expect(
            try workshop.names("run")
                == ["checkpoint-10", "checkpoint-5", model[0], model[1]]
                + ["metrics.jsonl", model[2], "monitoring.json"]
                + ["recipe.yaml", "report.html", "trainer_state.json", "versions.json", "vocab.txt"])
        #expect(
            try workshop.names("run/checkpoint-5")
                == model + ["optimizer.safetensors", "recipe.yaml", "trainer_state.json", "vocab.txt"])
        let configuration = try workshop.json("run/config.json")
        #expect(
            configuration["id2label"]
                == .object(["0": .string("negative"), "1": .string("neutral"), "2": .string("positive")]))
        #expect(configuration["label2id"]?["positive"] == .integer(2))
        #expect(configuration["problem_type"] == .string("single_label_classification"))
        #expect(configuration["hidden_dropout_prob"] == .shortest(0.1))
        #expect(try workshop.bytes("run/vocab.txt") == workshop.bytes("model/vocab.txt"))
        let versions = try workshop.json("run/versions.json")
        for key in ["lockstep", "swift", "operating_system", "cpu"] {
            #expect(versions[key]?.string?.isEmpty == false, "\(key)")
        }
        #expect(versions["libraries"]?["MPI"]?.string?.contains("Open MPI") == true)
    }

    @Test("metrics.jsonl and log_history have Hugging Face's names")
    func metrics() throws {
        let workshop = try Workshop()
        try workshop.train(
            "run",
            ["max_steps": "4", "logging_steps": "2", "eval_strategy": "steps", "eval_steps": "4"],
            flags: ["--validation_file", workshop.path + "/validation.jsonl"])
        let all = try workshop.text("run/metrics.jsonl").split(separator: "\n").map(String.init)
        // Times and memory differ between runs that are otherwise equal, so they stand apart.
        let lines = all.filter { !$0.contains("\"tokens_per_second\"") }
        let speeds = all.filter { $0.contains("\"tokens_per_second\"") }
        #expect(speeds.count == 2)
        #expect(
            keys(speeds[0])
                == [
                    "step", "epoch", "samples_per_second", "tokens_per_second", "waiting_for_data_seconds",
                    "resident_bytes",
                ])
        try #require(lines.count == 4)
        #expect(keys(lines[0]) == ["step", "epoch", "loss", "learning_rate", "grad_norm"])
        #expect(keys(lines[1]) == keys(lines[0]))
        #expect(keys(lines[2]).starts(with: ["step", "epoch", "eval_loss", "eval_accuracy"]))
        #expect(Set(keys(lines[2])).isSuperset(of: ["eval_f1", "eval_runtime", "eval_samples_per_second"]))
        #expect(keys(lines[3]).starts(with: ["step", "epoch", "train_runtime", "train_samples_per_second"]))
        #expect(Set(keys(lines[3])).isSuperset(of: ["train_steps_per_second", "train_loss"]))
        let summary = try JSONValue(parsing: Array(lines[3].utf8))
        #expect(summary["train_samples"]?.integer == 60 && summary["ranks"]?.integer == 1)
        let changed = summary["changed_settings"]?.string?.split(separator: " ") ?? []
        #expect(changed.contains("max_steps") && changed.contains("eval_strategy"))
        #expect(!changed.contains("weight_decay") && !changed.contains("adam_beta1"))
        let history = try #require(try workshop.json("run/trainer_state.json")["log_history"]?.array)
        #expect(history.count == 3)
        for (entry, line) in zip(history, lines) {
            let record = try JSONValue(parsing: Array(line.utf8))
            for key in keys(line) { #expect(entry[key]?.double == record[key]?.double, "\(key)") }
        }
    }

    @Test("the written recipe gives the same run again")
    func recipeAgain() throws {
        let workshop = try Workshop()
        try workshop.train("first", ["max_steps": "5"], flags: ["--learning_rate", "7e-4"])
        let recipe = workshop.path + "/first/recipe.yaml"
        try workshop.succeed(["train", recipe, "--output_dir", workshop.path + "/second"])
        #expect(try workshop.records("second") == workshop.records("first"))
        #expect(try workshop.bytes("second/model.safetensors") == workshop.bytes("first/model.safetensors"))
        let yaml = try workshop.text("second/recipe.yaml")
        #expect(yaml == (try workshop.text("first/recipe.yaml")).replacing("/first\"", with: "/second\""))
    }

    @Test("overwrite_output_dir removes the old run, its checkpoints too, and nothing else")
    func overwrite() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "3", "save_strategy": "steps", "save_steps": "1"])
        try workshop.write("mine", to: "run/notes.txt")
        try workshop.train("run", ["max_steps": "2"], flags: ["--overwrite_output_dir"])
        #expect(try workshop.names("run").allSatisfy { !$0.hasPrefix("checkpoint") })
        #expect(try workshop.text("run/notes.txt") == "mine")
        #expect(try workshop.records("run").count == 2)
    }

    @Test("a fine-tuned model is a start for the next run, its head kept")
    func secondRun() throws {
        let workshop = try Workshop()
        try workshop.train("first", ["max_steps": "150"])
        let outcome = try workshop.train(
            "second", ["model_name_or_path": workshop.path + "/first", "max_steps": "1"])
        #expect(!outcome.errors.contains("classifier.weight"))
        #expect(try workshop.values("second")[0] < 0.5 * (workshop.values("first")[0]))
    }
}
