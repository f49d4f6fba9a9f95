// The table of keys: it covers the arguments, and says which tasks and commands read each key.
import Arguments
import Configuration
import Foundation
import Tasks
import Testing

@Suite struct RecipeKeyTableTests {
    /// Properties of the arguments that no key sets; a look at the rows does.
    private static let withoutKey: Set = [
        "trainSelection", "usableTrainSelection", "validationSelection", "notes", "knownRows",
        "readsWeights",
    ]

    /// Keys that are refused unless another one is set too.
    private static let companions: [String: String] = [
        "load_best_model_at_end": "eval_strategy: steps",
        "validation_split": "eval_strategy: steps",
        "lr_scheduler_kwargs": "lr_scheduler_type: cosine",
        "reproducible_shards": "reproducible: true",
        "early_stopping_patience": "eval_strategy: steps",
        "encoder_model_name_or_path": "encoder_model_name_or_path: e\ndecoder_model_name_or_path: d",
        "decoder_model_name_or_path": "encoder_model_name_or_path: e\ndecoder_model_name_or_path: d",
        "lora_alpha": "lora_r: 4", "lora_dropout": "lora_r: 4", "lora_target_modules": "lora_r: 4",
        "lora_rank_pattern": "lora_r: 4", "lora_alpha_pattern": "lora_r: 4",
        "use_rslora": "lora_r: 4", "modules_to_save": "lora_r: 4", "merge_lora": "lora_r: 4",
    ]

    /// Every property of the arguments with its value as text.
    private func properties(_ value: Any) -> [String: String] {
        var found: [String: String] = [:]
        for child in Mirror(reflecting: value).children {
            guard let label = child.label else { continue }
            switch child.value {
            case is ModelArguments, is DataArguments, is TrainingArguments, is AdaptationArguments,
                is GenerationArguments, is QuestionAnsweringArguments:
                found.merge(properties(child.value)) { first, _ in
                    Issue.record("two properties are named \(label)")
                    return first
                }
            default: found[label] = String(describing: child.value)
            }
        }
        return found
    }

    /// A value that is not the key's default.
    private func sample(_ key: RecipeKey) -> String {
        switch key.typeName {
        case _ where key.name == "report_to": "tensorboard"
        case _ where key.name == "profile_steps": "2-3"
        case _ where key.name == "metrics_port": "9464"
        case "boolean": key.defaultText == "true" ? "false" : "true"
        case "choice": key.allowedValues.first { $0 != key.defaultText } ?? ""
        case "integer": key.name == "zero_stage" ? "1" : "512"
        case "number": "0.25"
        case "rates": "z=0.25"
        case "patterns": "z=2"
        case "options": "num_cycles=2"
        case "weights": "balanced"
        default: "z"
        }
    }

    @Test("Each key sets one property of the arguments, and each property has a key")
    func coverage() throws {
        var covered: Set<String> = []
        for key in RecipeKey.all {
            let task = try #require(key.scope.tasks.first, "\(key.name)")
            let others = "\"task\": \(task.rawValue)\n" + (Self.companions[key.name] ?? "")
            func run(_ flags: [(key: String, value: String)]) throws -> RunConfiguration {
                try RunConfiguration(
                    yaml: others, file: nil, overrides: flags,
                    for: key.commands.contains(.train) ? .train : .predict, requiredKeys: [],
                    holdsOutValidation: true)
            }
            let before =
                key.name == "task" ? properties(RunConfiguration()) : properties(try run([]))
            let after =
                key.name == "task"
                ? properties(try RunConfiguration(yaml: "task: chat", file: nil, requiredKeys: []))
                : properties(try run([(key.name, sample(key))]))
            let changed = after.keys.filter { after[$0] != before[$0] }
            #expect(changed.count == 1, "\(key.name) changes \(changed)")
            covered.formUnion(changed)
        }
        let all = Set(properties(RunConfiguration()).keys)
        #expect(covered == all.subtracting(Self.withoutKey))
        #expect(RecipeKey.all.count == covered.count)
    }

    @Test("Each key is read by a command and a task, each group and scope has keys, and each task has scopes")
    func readers() {
        for key in RecipeKey.all {
            #expect(!key.commands.isEmpty && !key.scope.tasks.isEmpty, "\(key.name)")
        }
        // A recipe is written for training; what only predictions read is the exception.
        #expect(RecipeKey.all.filter { !$0.commands.contains(.train) }.map(\.name) == ["max_predict_samples"])
        #expect(Set(RecipeKey.all.map(\.scope)) == Set(KeyScope.allCases))
        #expect(Set(RecipeKey.all.map(\.group)) == Set(KeyGroup.allCases))
        for task in TaskTable.all { #expect(!task.keyScopes.isEmpty, "\(task.name.rawValue)") }
        #expect(KeyScope.all.tasks.count == TaskTable.all.count)
    }

    @Test("A chat reads what shapes its answers, and nothing of a training run")
    func chat() {
        let keys = RecipeKey.all.filter { $0.commands.contains(.chat) }
        #expect(keys.allSatisfy { $0.scope.contains(.chat) })
        #expect(keys.contains { $0.name == "temperature" })
        #expect(!keys.contains { $0.name == "learning_rate" || $0.name == "task" })
    }
}

@Suite struct MisplacedKeyTests {
    private func message(
        _ yaml: String, _ flags: [(key: String, value: String)] = [], for command: RecipeCommand = .train
    ) -> String {
        do throws(ConfigurationError) {
            _ = try RunConfiguration(
                yaml: yaml, file: "r.yaml", overrides: flags, for: command, requiredKeys: [])
            return "no error"
        } catch {
            return error.description
        }
    }

    @Test("A key that the task does not read is refused with the tasks that read it, in a file and as a flag")
    func tasks() {
        #expect(
            message("task: chat\nmlm_probability: 0.2")
                == "r.yaml:2: mlm_probability is not read by task: chat; it belongs to masked-lm. Leave it out."
        )
        #expect(
            message("task: masked-lm", [("max_new_tokens", "9")])
                == "--max_new_tokens: max_new_tokens is not read by task: masked-lm; it belongs to causal-lm, chat,"
                + " summarization and image-captioning. Leave it out.")
        #expect(
            message("max_target_length: 9")
                == "r.yaml:1: max_target_length is not read by task: text-classification, the default; it belongs"
                + " to summarization and image-captioning. Set task, or leave it out."
        )
        #expect(message("mlm_probability: 0.2", [("task", "masked-lm")]) == "no error")
    }

    @Test("null leaves a key out, also one that the file sets")
    func unset() {
        #expect(message("task: chat\nsummary_sentences: null") == "no error")
        #expect(message("task: chat\nsummary_sentences: 2", [("summary_sentences", "null")]) == "no error")
    }

    @Test("A flag that the command does not read is refused; in a file it serves other commands")
    func commands() {
        #expect(message("task: chat\nlearning_rate: 1e-3\nmax_new_tokens: 5", for: .chat) == "no error")
        #expect(message("max_new_tokens: 5", [("top_k", "4")], for: .chat) == "no error")
        #expect(
            message("", [("learning_rate", "1e-3")], for: .chat)
                == "--learning_rate: learning_rate is not read by chat, but by train and cross-validate. Leave it out."
        )
        #expect(
            message("", [("weight_decay", "0.1")], for: .evaluate)
                == "--weight_decay: weight_decay is not read by evaluate, but by train and cross-validate. Leave it"
                + " out.")
    }

    @Test("All wrong keys of a file and all wrong flags are told at once, each with its line")
    func together() {
        let yaml = """
            task: chat
            learning_rat: 1
            seed: -3
            mlm_probability: 0.2
            temprature: 0.7
            """
        #expect(
            message(yaml, [("top_k", "x")])
                == """
                r.yaml:2: learning_rat is not a known key. Did you mean learning_rate?
                r.yaml:3: seed must be an integer of at least 0, but is -3.
                r.yaml:4: mlm_probability is not read by task: chat; it belongs to masked-lm. Leave it out.
                r.yaml:5: temprature is not a known key. Did you mean temperature?
                --top_k: top_k must be an integer of at least 0, or null, but is x.
                """)
    }

    @Test("A task that is wrong itself says nothing about the other keys")
    func wrongTask() {
        #expect(
            message("task: chats\nmlm_probability: 0.2").split(separator: "\n").count == 1)
    }

    @Test("All unknown keys of a cluster file are told at once")
    func clusterFile() {
        let error = #expect(throws: ConfigurationError.self) {
            try ClusterConfiguration(yaml: "launcher: mpirun\nrank: 2\nhost: a\n", file: "c.yaml")
        }
        #expect(error?.description.split(separator: "\n").count == 2)
    }
}
