// Cross-validations that are killed or asked to stop, how they go on, and what they refuse.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct CrossValidationResumeTests {
    private static let results =
        ["cross_validation.json", "oof_predictions.jsonl"]
        + (1...5).flatMap { ["folds/fold-\($0).json", "folds/fold-\($0).predictions.jsonl"] }

    private let keys: KeyValuePairs<String, String?> = [
        "max_steps": "160", "save_strategy": "steps", "save_steps": "20", "save_total_limit": "1",
    ]

    /// When the files of the finished folds were written.
    private func times(_ workshop: Workshop, _ folds: [Int]) throws -> [Date] {
        try folds.flatMap { ["fold-\($0).json", "fold-\($0).predictions.jsonl"] }.compactMap { name in
            let path = workshop.path + "/cut/folds/" + name
            return try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        }
    }

    private func hasSaved(_ workshop: Workshop, fold: Int) throws -> Bool {
        try workshop.names("cut/folds/fold-\(fold)").contains { $0.hasPrefix("checkpoint-") }
    }

    private func expectEqualResults(
        _ workshop: Workshop, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for name in Self.results {
            #expect(
                try workshop.bytes("cut/" + name) == workshop.bytes("whole/" + name), "\(name)",
                sourceLocation: sourceLocation)
        }
        let names = try workshop.names("cut/folds")
        #expect(names == (try workshop.names("whole/folds")), sourceLocation: sourceLocation)
        #expect(names.allSatisfy { !$0.contains("partial") }, sourceLocation: sourceLocation)
    }

    @Test("killed in fold 3: finished folds stay as they are, fold 3 goes on, and the result is the same")
    func killed() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "cut", keys)
        let job = try LiveJob(workshop, ranks: 1, ["cross-validate", recipe])
        try job.wait(for: "fold 3 has saved") { try hasSaved(workshop, fold: 3) }
        #expect(try job.end(by: SIGKILL) == 128 + SIGKILL)
        #expect(
            try workshop.names("cut/folds").filter { $0.hasSuffix(".json") }
                == ["fold-1.json", "fold-2.json", "plan.json"])
        let before = try times(workshop, [1, 2])
        try #require(before.count == 4)

        let resumed = try workshop.succeed(
            ["cross-validate", recipe, "--resume_from_checkpoint", "auto"], ranks: 1)
        #expect(resumed.errors.contains("finished before: fold 1, fold 2\n"))
        #expect(resumed.errors.contains("resuming from \(workshop.path)/cut/folds/fold-3/checkpoint-"))
        #expect(try times(workshop, [1, 2]) == before)
        try workshop.crossValidate("whole", ranks: 1, keys)
        try expectEqualResults(workshop)

        let again = try workshop.succeed(
            ["cross-validate", recipe, "--resume_from_checkpoint", "auto"], ranks: 1)
        #expect(again.errors.contains("finished before: fold 1, fold 2, fold 3, fold 4, fold 5\n"))
        try expectEqualResults(workshop)
    }

    @Test(
        "SIGUSR1 with two folds at a time: both are saved, code 85, and one rank goes on to the same result")
    func stopped() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "cut", keys)
        let job = try LiveJob(workshop, ranks: 2, ["cross-validate", recipe, "--parallel-folds", "2"])
        try job.wait(for: "folds 1 and 2 have saved") {
            try hasSaved(workshop, fold: 1) && hasSaved(workshop, fold: 2)
        }
        #expect(try job.end(by: SIGUSR1) == 85)
        let log = try workshop.text("live.log")
        #expect(log.contains("stopped on request after step "), "\(log)")
        #expect(log.contains("which is saved; go on with --resume_from_checkpoint auto"), "\(log)")
        try workshop.succeed(["cross-validate", recipe, "--resume_from_checkpoint", "auto"], ranks: 1)
        try workshop.crossValidate("whole", ranks: 1, keys)
        try expectEqualResults(workshop)
    }

    @Test("other values, rows or folds do not go on, another run is not overwritten unasked")
    func mismatch() throws {
        let workshop = try Workshop()
        let keys: KeyValuePairs<String, String?> = ["max_steps": "2"]
        try workshop.crossValidate("run", keys, flags: ["--folds", "2"])
        let recipe = workshop.path + "/run.yaml"
        let before = try workshop.bytes("run/cross_validation.json")
        let resume = ["--resume_from_checkpoint", "auto", "--folds"]
        let others = try workshop.write(ToyRow.rows(60, seed: 9).jsonLines, to: "others.jsonl")
        let cases: [(flags: [String], sentence: String)] = [
            (["--folds", "2"], "already holds a cross-validation (folds, cross_validation.json, "),
            (resume + ["2", "--learning_rate", "1e-3"], "with learning_rate 0.002, but this run has 0.001"),
            (resume + ["3"], "with folds 2, but this run has 3"),
            (resume + ["2", "--fold_seed", "7"], "with fold_seed 42, but this run has 7"),
            (
                resume + ["2", "--per_device_train_batch_size", "6"],
                "with a global batch of 12 rows, but this run has 6 rows"
            ),
            (resume + ["2", "--train_file", others], "with train_file \(workshop.path)/train.jsonl, but"),
        ]
        for (flags, sentence) in cases {
            let outcome = try workshop.lockstep(["cross-validate", recipe] + flags)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
        }
        #expect(try workshop.bytes("run/cross_validation.json") == before)
        try workshop.write(ToyRow.rows(60, seed: 9).jsonLines, to: "train.jsonl")
        let changed = try workshop.lockstep(["cross-validate", recipe] + resume + ["2"])
        #expect(changed.errors.contains("with a hash of these rows of "), "\(changed.errors)")
        try workshop.succeed(["cross-validate", recipe, "--folds", "2", "--overwrite_output_dir", "true"])
        #expect(try workshop.bytes("run/cross_validation.json") != before)
    }

    @Test("bad input is one sentence each, before anything is trained")
    func badInput() throws {
        let workshop = try Workshop(trainRows: 9)
        let file = workshop.path + "/train.jsonl"
        let cases: [(flags: [String], sentence: String)] = [
            (["--folds", "10"], "The data has 9 rows for 10 folds, and every fold needs at least one;"),
            (["--folds", "9"], "No label has as many rows as there are folds:"),
            (
                ["--group_column", "author"],
                "\(file):1: no column \"author\"; the row has \"id\", \"text\", \"label\"."
            ),
            (["--folds", "1"], "--folds is 1, but there must be at least 2"),
            (
                ["--folds", "3", "--parallel-folds", "2"],
                "--parallel-folds is 2, which does not divide the 1 rank"
            ),
            (
                [
                    "--folds", "3", "--load_best_model_at_end", "true", "--eval_strategy", "epoch",
                    "--save_strategy", "epoch",
                ],
                "load_best_model_at_end chooses a model by validation rows"
            ),
            (
                ["--folds", "3", "--inner_validation", "0.2"],
                "--inner_validation 0.2 holds out rows to evaluate on, but eval_strategy is no"
            ),
            (
                ["--resume_from_checkpoint", workshop.path],
                "resume_from_checkpoint is \(workshop.path), but a cross-validation goes on from its own folds"
            ),
        ]
        for (flags, sentence) in cases {
            try workshop.expectRefusal(
                ["cross-validate", workshop.recipe(output: "run", [:])] + flags, saying: sentence)
        }
        let one = try workshop.write(
            ToyRow.rows(9).map { #"{"text": "\#($0.text)", "label": "\#($0.tone)", "by": "ann"}"# + "\n" }
                .joined(),
            to: "one.jsonl")
        try workshop.expectRefusal(
            ["cross-validate", workshop.recipe(output: "run", ["train_file": one]), "--group_column", "by"],
            ranks: 2, saying: "The rows are all of one group, but 5 folds need at least 5 groups")
    }

    @Test("a label with fewer rows than folds is a warning, and a folder with a trained model is left alone")
    func warnings() throws {
        let workshop = try Workshop(trainRows: 20)
        let lines = try workshop.text("train.jsonl") + #"{"text": "the food was", "label": "odd"}"# + "\n"
        try workshop.write(lines, to: "train.jsonl")
        let outcome = try workshop.crossValidate("run", ["max_steps": "1"], flags: ["--folds", "2"])
        #expect(outcome.errors.contains("warning: the label \"odd\" has only 1 row for 2 folds"))
        try workshop.train("trained", ["max_steps": "1"])
        let refused = try workshop.lockstep([
            "cross-validate", workshop.path + "/trained.yaml", "--overwrite_output_dir", "true",
        ])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("/trained holds a trained model"), "\(refused.errors)")
        #expect(try workshop.names("trained").contains("model.safetensors"))
    }

    @Test("a row that a fold cannot learn from or answer is found before any fold is trained")
    func badRows() throws {
        let workshop = try Workshop(trainRows: 20)
        let lines = try workshop.text("train.jsonl") + #"{"label": "good"}"# + "\n"
        let file = try workshop.write(lines, to: "textless.jsonl")
        let recipe = try workshop.recipe(output: "run", ["train_file": file])
        for ranks in [0, 2] {
            try workshop.expectRefusal(
                ["cross-validate", recipe, "--folds", "2"], ranks: ranks,
                saying: "\(file):21: no column \"text\"")
        }
        let long = [
            ToyLanguageModel.message("user", "good"), ToyLanguageModel.message("assistant", "bad"),
            ToyLanguageModel.message("user", String(repeating: "good ", count: 100)),
        ]
        let chat = try workshop.write(
            ToyLanguageModel.conversations(3) + #"{"messages": [\#(long.joined(separator: ", "))]}"# + "\n",
            to: "long.jsonl")
        let flags =
            try workshop.prepareChat([
                "train_file": chat, "validation_file": "", "max_seq_length": "96", "max_steps": "1",
            ])
            + ["--folds", "2"]
        let start = ["cross-validate", try workshop.recipe(output: "run", [:])] + flags
        try workshop.expectRefusal(start + ["--on_long_row", "error"], saying: "\(chat):4: the row has ")
        try workshop.succeed(start + ["--predict_with_generate", "false"])
    }

    @Test("an output folder that cannot be made is refused with what to do")
    func noFolder() throws {
        let workshop = try Workshop(trainRows: 20)
        let place = workshop.path + "/train.jsonl/below"
        try workshop.expectRefusal(
            ["cross-validate", workshop.recipe(output: "train.jsonl/below", [:])],
            saying: "output_dir \(place) cannot be created (Not a directory): choose another output_dir, "
                + "or change the permissions of the directory that it is to be in")
    }
}
