// Recipes: what they decode to, and every message about a mistake.
import Arguments
import Configuration
import Foundation
import Optimizers
import Tasks
import Testing

private let minimal = "model_name_or_path: m\ntrain_file: t.jsonl\noutput_dir: o\n"

private func decode(_ yaml: String, _ flags: [(key: String, value: String)] = []) throws -> RunConfiguration {
    try RunConfiguration(yaml: minimal + yaml, file: "r.yaml", overrides: flags)
}

private func message(_ yaml: String, _ flags: [(key: String, value: String)] = []) -> String {
    do throws(ConfigurationError) {
        _ = try RunConfiguration(yaml: yaml, file: "r.yaml", overrides: flags)
        return "no error"
    } catch {
        return error.description
    }
}

@Suite struct RecipeDecodingTests {
    @Test("A minimal recipe has Hugging Face's defaults")
    func defaults() throws {
        let run = try decode("")
        #expect(run.task == .textClassification)
        #expect(run.data.trainFiles == ["t.jsonl"])
        #expect(run.training == TrainingArguments())
        #expect(run.training.learningRate == 5e-5)
        #expect(RecipeKey.named("learning_rate")?.defaultText == "5e-05")
        #expect(RecipeKey.named("model_name_or_path")?.defaultText == nil)
    }

    @Test("Numbers may have exponents and underscores, and words are those of Hugging Face")
    func values() throws {
        let run = try decode(
            """
            learning_rate: 5e-5
            max_steps: 1_000
            eval_strategy: no
            bf16: True
            validation_file: [a.csv, b.csv.gz]
            lr_scheduler_type: constant_with_warmup
            save_total_limit: null
            classifier_dropout: 0.25
            resume_from_checkpoint: true
            """)
        #expect(run.training.learningRate == 5e-5)
        #expect(run.training.maxSteps == 1000)
        #expect(run.training.evalStrategy == .never)
        #expect(run.training.bf16)
        #expect(run.data.validationFiles == ["a.csv", "b.csv.gz"])
        #expect(run.training.lrSchedulerType == .constantWithWarmup)
        #expect(run.training.saveTotalLimit == nil)
        #expect(run.training.classifierDropout == 0.25)
        #expect(run.training.resumeFromCheckpoint == .auto)
    }

    @Test("Flags beat the file, the last one wins, and null unsets")
    func flags() throws {
        let run = try decode(
            "seed: 1\nsave_total_limit: 2\n",
            [("seed", "2"), ("seed", "3"), ("save_total_limit", "null"), ("train_file", "x.csv")])
        #expect(run.training.seed == 3)
        #expect(run.training.saveTotalLimit == nil)
        #expect(run.data.trainFiles == ["x.csv"])
    }

    @Test("Flags alone make a run, and evaluation needs other keys than training")
    func withoutFile() throws {
        let run = try RunConfiguration(
            recipePath: nil, overrides: [("model_name_or_path", "m"), ("validation_file", "v.csv")],
            requiredKeys: ["model_name_or_path", "validation_file"])
        #expect(run.data.validationFiles == ["v.csv"])
    }

    @Test("A leading ~ is the home directory, and environment variables stay as they are")
    func home() throws {
        let run = try decode("validation_file: ~/v.csv\n", [("output_dir", "$HOME/~/o")])
        #expect(run.data.validationFiles == [NSHomeDirectory() + "/v.csv"])
        #expect(run.model.outputDir == "$HOME/~/o")
    }

    @Test("The effective configuration decodes to the same run")
    func effective() throws {
        let awkward = try decode(
            """
            train_file: ["null", "a: b # c.csv", 'quote".json']
            text_column: "yes"
            text_pair_column: "1e3"
            learning_rate: 0.1234567890123456789
            resume_from_checkpoint: runs/ü/checkpoint-5
            problem_type: regression
            seed: 18446744073709551615
            greater_is_better: false
            """.replacing("train_file", with: "validation_file"))
        for run in [try decode(""), awkward] {
            let yaml = try run.effectiveYAML()
            #expect(try RunConfiguration(yaml: yaml, file: nil) == run)
            for key in RecipeKey.all {
                #expect(yaml.contains("\(key.name):") == key.scope.contains(run.task), "\(key.name)")
            }
        }
    }

    @Test("Weights of labels are a word, a section or a flag, and are written so that they are read again")
    func classWeights() throws {
        func weights(_ yaml: String, _ flags: [(key: String, value: String)] = []) throws -> ClassWeights? {
            let run = try decode(yaml, flags)
            #expect(try RunConfiguration(yaml: run.effectiveYAML(), file: nil) == run)
            return run.training.classWeights
        }
        func listed(_ pairs: KeyValuePairs<String, Double>) -> ClassWeights {
            .listed(pairs.map { LabelWeight(label: $0, weight: $1) })
        }
        #expect(try weights("") == nil)
        #expect(try weights("class_weights: null") == nil)
        #expect(try weights("class_weights: balanced") == .balanced)
        #expect(try weights("class_weights: {spam: 3, no spam: 0.5}") == listed(["spam": 3, "no spam": 0.5]))
        let awkward = "class_weights:\n  1: 2\n  'null': 1e-2\n  'a: b, c=d #e': 1_000\n  yes: 4"
        #expect(try weights(awkward) == listed(["1": 2, "null": 0.01, "a: b, c=d #e": 1_000, "yes": 4]))
        #expect(
            try weights("class_weights: balanced", [("class_weights", "no spam = 0.5, a=b=2")])
                == listed(["no spam": 0.5, "a=b": 2]))
        #expect(try weights("class_weights: {a: 1}", [("class_weights", "null")]) == nil)
    }

    @Test("Wrong weights of labels are named")
    func wrongClassWeights() {
        let rule = "class_weights must be balanced, or a section of labels with a weight above 0 each, but is"
        #expect(message("class_weights: even") == "r.yaml:1: \(rule) even.")
        #expect(message("class_weights: [1, 2]") == "r.yaml:1: \(rule) a list.")
        #expect(message("class_weights: {}") == "r.yaml:1: \(rule) a section.")
        #expect(
            message("class_weights: {a: 1, b: 0}")
                == "r.yaml:1: class_weights: the weight of b must be a number above 0, but is 0.")
        #expect(
            message("", [("class_weights", "a=1,a=2")])
                == "--class_weights: class_weights: a has two weights; keep one of them.")
        #expect(
            message("focal_loss_gamma: -1")
                == "r.yaml:1: focal_loss_gamma must be a number of at least 0, but is -1.")
        #expect(
            message("task: masked-lm\nclass_weights: balanced")
                == "r.yaml:2: class_weights is not read by task: masked-lm; it belongs to text-classification,"
                + " token-classification and image-classification. Leave it out.")
    }

    @Test("Best metric and warm-up are derived as Hugging Face does")
    func derived() {
        var arguments = TrainingArguments()
        #expect(arguments.bestModelMetric == "eval_loss")
        #expect(!arguments.isGreaterBetter)
        arguments.metricForBestModel = "f1"
        #expect(arguments.bestModelMetric == "eval_f1")
        #expect(arguments.isGreaterBetter)
        arguments.warmupRatio = 0.1
        #expect(arguments.warmupStepCount(totalSteps: 11) == 2)
        arguments.warmupSteps = .steps(7)
        #expect(arguments.warmupStepCount(totalSteps: 11) == 7)
        arguments.warmupSteps = .share(0.3)
        #expect(arguments.warmupStepCount(totalSteps: 11) == 4)
    }

    @Test("No key stands in the table twice, and each help is a sentence")
    func table() {
        let names = RecipeKey.all.map(\.name)
        #expect(Set(names).count == names.count)
        for key in RecipeKey.all { #expect(key.help.hasSuffix("."), "\(key.name)") }
    }
}

@Suite struct RecipeErrorTests {
    @Test(
        "A value that does not fit is refused with line, key, what is expected and what was found",
        arguments: [
            ("learning_rate: -1", "learning_rate must be a number of at least 0, but is -1."),
            ("learning_rate: nan", "learning_rate must be a number of at least 0, but is nan."),
            ("learning_rate: 0x1", "learning_rate must be a number of at least 0, but is 0x1."),
            ("learning_rate: 1e999", "learning_rate must be a number of at least 0, but is 1e999."),
            (
                "per_device_train_batch_size: 0",
                "per_device_train_batch_size must be an integer of at least 1, but is 0."
            ),
            ("max_steps: 1.5", "max_steps must be -1 (not set) or an integer of at least 1, but is 1.5."),
            ("max_steps: 0", "max_steps must be -1 (not set) or an integer of at least 1, but is 0."),
            (
                "logging_steps: _1",
                "logging_steps must be an integer of at least 1, or a share of all steps above 0 and below 1, but is _1."
            ),
            ("warmup_ratio: 1.1", "warmup_ratio must be a number from 0 to 1, but is 1.1."),
            ("num_train_epochs: 0", "num_train_epochs must be a number above 0, but is 0."),
            ("adam_beta1: 1", "adam_beta1 must be a number from 0 to below 1, but is 1."),
            (
                "hidden_dropout_prob: 1",
                "hidden_dropout_prob must be a number from 0 to below 1, or null, but is 1."
            ),
            ("bf16: 2", "bf16 must be true or false, but is 2."),
            ("seed:", "seed must be an integer of at least 0, but is empty."),
            ("seed: [1]", "seed must be an integer of at least 0, but is a list."),
            ("seed: {a: 1}", "seed must be an integer of at least 0, but is a section."),
            ("text_column: ''", "text_column must be a text that is not empty, but is an empty text."),
            ("validation_file: [[a]]", "validation_file must be a path or a list of paths, but is a list."),
            (
                "task: chats",
                "task must be one of text-classification, token-classification, image-classification, image-captioning,"
                    + " masked-lm, causal-lm, chat, extractive-summarization, summarization, question-answering, but is"
                    + " chats."
            ),
            ("eval_strategy: always", "eval_strategy must be one of no, steps, epoch, but is always."),
            ("save_total_limit: 0", "save_total_limit must be an integer of at least 1, or null, but is 0."),
            ("ddp_timeout: 1", "ddp_timeout must be an integer of at least 2, but is 1."),
            (
                "train_sampling_strategy: group_by_length",
                "train_sampling_strategy: group_by_length is not needed: batches carry no"
                    + " padding, whatever the"
                    + " lengths of their rows. Use random."
            ),
            ("learning_rat: 1", "learning_rat is not a known key. Did you mean learning_rate?"),
            (
                "evalution_strategy: no",
                "evalution_strategy is not a known key. Did you mean eval_strategy?"
            ),
            ("output_dir: x", "output_dir is given more than once; keep one of them."),
        ])
    func values(line: String, expected: String) {
        let number = line.hasPrefix("output_dir") ? 3 : 4
        #expect(message(minimal + line) == "r.yaml:\(number): \(expected)")
    }

    @Test(
        "Keys that contradict each other are refused with the line of one of them",
        arguments: [
            (
                "eval_strategy: epoch",
                "4: eval_strategy: epoch needs a validation_file; give one, or set eval_strategy: no."
            ),
            (
                "save_strategy: best",
                "4: save_strategy: best needs evaluations to compare; set eval_strategy to epoch or steps."
            ),
            (
                "load_best_model_at_end: true",
                "4: load_best_model_at_end: true needs evaluations to compare; set eval_strategy"
                    + " to epoch or steps."
            ),
            (
                "validation_file: v\neval_strategy: epoch\nload_best_model_at_end: true",
                "6: load_best_model_at_end: true needs a checkpoint for each evaluation, but"
                    + " save_strategy is steps"
                    + " and eval_strategy is epoch; make them equal."
            ),
            (
                "validation_file: v\neval_strategy: steps\nload_best_model_at_end: true\nsave_steps: 700",
                "6: load_best_model_at_end: true needs save_steps to be a multiple of"
                    + " eval_steps, but they are 700"
                    + " and 500."
            ),
            (
                "overwrite_output_dir: true\nresume_from_checkpoint: auto",
                "4: overwrite_output_dir: true starts afresh, but resume_from_checkpoint goes on"
                    + " from a checkpoint;"
                    + " set resume_from_checkpoint: none, or overwrite_output_dir: false."
            ),
            (
                "max_tokens_per_device: 100",
                "4: max_tokens_per_device is 100, but one row may have max_seq_length: 128"
                    + " tokens; raise the one or"
                    + " lower the other."
            ),
            (
                "label_column: text",
                "4: label_column and text_column name the same column, text; they must differ."
            ),
        ])
    func contradictions(lines: String, expected: String) {
        #expect(message(minimal + lines) == "r.yaml:" + expected)
    }

    @Test("All missing keys are named with what they are, and without a recipe how they are given")
    func missing() {
        let lines = message("").split(separator: "\n").map(String.init)
        #expect(
            lines.first == "r.yaml: model_name_or_path is missing:"
                + " Directory of the pretrained model in Hugging Face's layout.")
        let names = RunConfiguration.keysForTraining
        #expect(lines.count == names.count)
        for (line, name) in zip(lines, names) { #expect(line.hasPrefix("r.yaml: \(name) is missing: ")) }
        do {
            _ = try RunConfiguration(yaml: "", file: nil)
            Issue.record("accepted")
        } catch {
            let lines = error.description.split(separator: "\n")
            for (line, name) in zip(lines, names) {
                #expect(line.hasPrefix("command line: \(name) is missing: "))
                #expect(line.hasSuffix(" Give --\(name), or a recipe that sets it."), "\(line)")
            }
        }
        #expect(message("model_name_or_path: m\noutput_dir: o").hasPrefix("r.yaml: train_file is missing: "))
        #expect(message("model_name_or_path: m\ntrain_file: t").hasPrefix("r.yaml: output_dir is missing: "))
    }

    @Test("A mistake in a flag names the flag")
    func flags() {
        #expect(
            message(minimal, [("seed", "x")]) == "--seed: seed must be an integer of at least 0, but is x.")
        let both = message(
            minimal + "overwrite_output_dir: true",
            [
                ("overwrite_output_dir", "true"),
                ("resume_from_checkpoint", "auto"),
            ])
        #expect(both.hasPrefix("--overwrite_output_dir: overwrite_output_dir: true starts afresh"))
    }

    @Test("Text that is no mapping or no YAML is refused with its line")
    func syntax() {
        #expect(
            message("hello")
                == "r.yaml:1: This is not valid YAML: the file must consist of lines such as key: value.")
        #expect(message("seed: 1\n[a: b").hasPrefix("r.yaml:3: This is not valid YAML: "))
        #expect(message("? [a]\n: b").contains("a key must be a plain word"))
    }

    @Test("Files that cannot be read say why")
    func files() throws {
        let directory = NSTemporaryDirectory() + "lockstep-configuration-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: directory) } }
        let binary = directory + "/binary.yaml"
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: binary))
        for (path, why) in [
            (directory + "/no.yaml", "there is no such file"), (directory, "it is a directory"),
            (binary, "it is not UTF-8 text"),
        ] {
            let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(recipePath: path) }
            #expect(error?.description == "\(path): The file cannot be read: \(why).")
        }
    }
}
