// Recipes, flags and output folders that are refused before anything is written.

import Foundation
import TestSupport
import Testing

@Suite struct BadRecipeTests {
    @Test("an unknown key: file, line and the nearest key are named")
    func unknownKey() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["learning_rate": nil, "learning_rat": "1e-3"])
        let lines = try workshop.text("run.yaml").split(separator: "\n")
        let line = try #require(lines.firstIndex { $0.hasPrefix("learning_rat:") }) + 1
        try workshop.expectRefusal(
            ["train", recipe],
            saying: "\(recipe):\(line): learning_rat is not a known key. Did you mean learning_rate?")
    }

    @Test("a value of the wrong kind, in the recipe and in a flag")
    func value() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["num_train_epochs": "many"])
        try workshop.expectRefusal(
            ["train", recipe], saying: "\(recipe):4: num_train_epochs must be a number above 0, but is")
        try workshop.expectRefusal(
            training: [:], flags: ["--max_seq_length", "2"],
            saying: "--max_seq_length: max_seq_length must be an integer of at least 3, or null, but is")
    }

    @Test("an unknown flag: the nearest flag is named, once, with code 64")
    func unknownFlag() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", [:])
        for ranks in [0, 3] {
            let outcome = try workshop.lockstep(["train", recipe, "--learning_rat", "1"], ranks: ranks)
            #expect(outcome.status == 64)
            let sentence = "Error: Unknown option '--learning_rat'. Did you mean '--learning_rate'?"
            #expect(outcome.errors.components(separatedBy: sentence).count == 2, "\(outcome.errors)")
        }
        #expect(try workshop.names("run").isEmpty)
    }

    @Test("a recipe without a key that training needs, and no such recipe")
    func missing() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["train_file": nil])
        try workshop.expectRefusal(
            ["train", recipe], saying: "\(recipe): train_file is missing: Training rows")
        let absent = workshop.path + "/absent.yaml"
        try workshop.expectRefusal(["train", absent], saying: "\(absent): The file cannot be read: ")
    }

    @Test(
        "an output folder that holds another run stays as it is, also when a bad row comes with --overwrite")
    func outputInUse() throws {
        let workshop = try Workshop()
        try workshop.train("old", ["max_steps": "2", "save_strategy": "steps", "save_steps": "1"])
        let names = try workshop.names("old")
        let metrics = try workshop.bytes("old/metrics.jsonl")
        try workshop.expectRefusal(
            training: ["output_dir": workshop.path + "/old"],
            saying: "output_dir \(workshop.path)/old already holds another run (checkpoint-1, checkpoint-2, "
                + "metrics.jsonl, trainer_state.json, config.json, model.safetensors): choose another output_dir, "
                + "start afresh with --overwrite_output_dir true, or go on with --resume_from_checkpoint auto"
        )
        let bad = try workshop.write("{\"text\": \"good\"}\n", to: "bad.jsonl")
        try workshop.expectRefusal(
            training: ["output_dir": workshop.path + "/old", "train_file": bad],
            flags: ["--overwrite_output_dir"], saying: "\(bad):1: no column \"label\"")
        #expect(try workshop.names("old") == names)
        #expect(try workshop.bytes("old/metrics.jsonl") == metrics)
    }

    @Test("an output folder that is the model's own")
    func outputIsModel() throws {
        let workshop = try Workshop()
        let weights = try workshop.bytes("model/model.safetensors")
        try workshop.expectRefusal(
            training: ["output_dir": workshop.path + "/model"],
            saying: "output_dir \(workshop.path)/model holds a model that is not the result of a run")
        #expect(try workshop.bytes("model/model.safetensors") == weights)
    }

    @Test("an unknown metric_for_best_model is refused before the first step")
    func unknownMetric() throws {
        let workshop = try Workshop()
        try workshop.expectRefusal(
            training: [
                "validation_file": workshop.path + "/validation.jsonl", "eval_strategy": "epoch",
                "save_strategy": "epoch", "load_best_model_at_end": "true",
                "metric_for_best_model": "f1_macr",
            ],
            saying:
                "metric_for_best_model: the evaluation has no \"f1_macr\"; it has loss, accuracy, precision")
    }

    @Test("keys that contradict each other")
    func contradiction() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["eval_strategy": "epoch"])
        try workshop.expectRefusal(
            ["train", recipe],
            saying:
                "\(recipe):1: eval_strategy: epoch needs a validation_file; give one, or set eval_strategy: no."
        )
    }
}
