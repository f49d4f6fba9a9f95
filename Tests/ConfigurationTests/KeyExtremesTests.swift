// Every key with numbers that no one means: refused by its name, or a configuration whose schedule can be
// laid out and which is written and read again.

import Arguments
import Configuration
import Optimizers
import Tasks
import Testing

@Suite struct KeyExtremesTests {
    private static let numbers = [
        "0", "-1", "2147483647", "2147483648", "1099511627776", "4611686018427387904", "9223372036854775807",
        "9223372036854775808", "18446744073709551615", "-9223372036854775808", "NaN", "inf", "1e308",
        "1e-308", "1e999", "0.9999999999999999",
    ]

    /// Keys without which a key is refused.
    private static let companions: [String: String] = [
        "load_best_model_at_end": "eval_strategy: steps", "validation_split": "eval_strategy: steps",
        "early_stopping_patience": "eval_strategy: steps",
        "lr_scheduler_kwargs": "lr_scheduler_type: cosine_with_restarts",
        "lora_alpha": "lora_r: 4", "lora_dropout": "lora_r: 4", "lora_rank_pattern": "lora_r: 4",
        "lora_alpha_pattern": "lora_r: 4",
    ]

    /// How the key is given a number as a flag.
    private func text(_ number: String, for key: RecipeKey) -> String {
        switch key.typeName {
        case "patterns", "rates": "z=" + number
        case "options": "num_cycles=" + number
        default: number
        }
    }

    /// Lays out runs of few and of the most steps.
    private func plan(_ training: TrainingArguments) -> Bool {
        [1, 1_000, Int(Int32.max)].allSatisfy { total in
            let warmup = training.warmupStepCount(totalSteps: total)
            let intervals = [training.loggingSteps, training.evalSteps, training.saveSteps].map {
                $0.count(of: total)
            }
            let schedule = LearningRateScheduler(
                kind: training.lrSchedulerType, peak: training.learningRate, warmupSteps: warmup,
                totalSteps: total, options: training.lrSchedulerOptions)
            let rates = [0, 1, total / 2, total].map { schedule.rate(at: $0) }
            return warmup >= 0 && intervals.allSatisfy { $0 > 0 } && rates.allSatisfy { !$0.isNaN }
        }
    }

    @Test(
        "Each key takes a number at the ends of all ranges, or refuses it by the key's name",
        arguments: numbers)
    func extremes(number: String) throws {
        let types: Set = ["integer", "number", "rates", "patterns", "options", "weights"]
        let keys = RecipeKey.all.filter { types.contains($0.typeName) }
        #expect(keys.count > 60)
        for key in keys {
            let task = try #require(key.scope.tasks.first, "\(key.name)")
            let yaml = "task: \(task.rawValue)\n" + (Self.companions[key.name] ?? "")
            let flag = (key: key.name, value: text(number, for: key))
            let command: RecipeCommand = key.commands.contains(.train) ? .train : .predict
            do throws(ConfigurationError) {
                let configuration = try RunConfiguration(
                    yaml: yaml, file: nil, overrides: [flag], for: command, requiredKeys: [],
                    holdsOutValidation: true)
                #expect(plan(configuration.training), "\(key.name): \(number)")
                let written = try configuration.effectiveYAML()
                let again = try RunConfiguration(
                    yaml: written, file: nil, for: command, requiredKeys: [], holdsOutValidation: true)
                #expect(again == configuration, "\(key.name): \(number)")
            } catch {
                #expect(error.description.contains(key.name), "\(key.name): \(number): \(error)")
            }
        }
    }

    @Test(
        "A count beyond what a run can have is refused with the limit",
        arguments: [
            ("max_steps", "4611686018427387904", "counts go to 2147483647"),
            ("num_train_epochs", "1e308", "it goes to 1000000.0"),
            ("num_beams", "1099511627776", "counts go to 1024"),
            ("lora_r", "2147483647", "counts go to 65536"),
            ("threads_per_rank", "2147483647", "counts go to 65536"),
            ("logging_steps", "4294967296", "counts go to 2147483647"),
            ("extractive_layers", "1000000000", "counts go to 1024"),
        ])
    func limits(key: String, number: String, sentence: String) throws {
        let task = try #require(RecipeKey.named(key)?.scope.tasks.first)
        let error = #expect(throws: ConfigurationError.self) {
            _ = try RunConfiguration(
                yaml: "task: \(task.rawValue)", file: nil, overrides: [(key: key, value: number)],
                requiredKeys: [])
        }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    }
}
