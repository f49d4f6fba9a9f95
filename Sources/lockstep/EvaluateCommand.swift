// `lockstep evaluate`: metrics of a fine-tuned model on labelled rows.

import ArgumentParser
import Configuration
import DataParallel
import Foundation
import Models
import Reporting
import Training

/// Evaluates a fine-tuned model.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures a fine-tuned model on labelled rows.",
        discussion:
            "Needs --model_name_or_path and --validation_file; with --output_dir, writes eval_results.json.")

    @Argument(help: "Recipe file (YAML) whose keys serve as defaults.")
    var recipe: String?

    @Flag(help: "Print the metrics as JSON instead of a table.")
    var json = false

    @OptionGroup(title: "Recipe keys") var flags: RecipeFlags

    func run() throws {
        try RankWork.run { group in
            let configuration = try RunConfiguration(
                recipePath: recipe, overrides: flags.overrides,
                requiredKeys: ["model_name_or_path", "validation_file"])
            try evaluate(configuration, group)
        }
    }

    private func evaluate(_ configuration: RunConfiguration, _ group: any ProcessGroup) throws {
        let job = try InferenceJob(configuration, group: group)
        let store = try job.labelledRows(configuration.data.validationFiles)
        let evaluator = ClassificationEvaluator(
            model: job.model, group: group, batchRows: configuration.training.perDeviceEvalBatchSize)
        let start = ContinuousClock.now
        let evaluation = try evaluator.evaluate(store)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard group.rank == 0 else { return }
        let values =
            evaluation.metrics.map { ("eval_" + $0.name, JSONNumber.real($0.value)) } + [
                ("eval_samples", .integer(Int(evaluation.rowCount))), ("eval_runtime", .real(seconds)),
                ("eval_samples_per_second", .real(Double(evaluation.rowCount) / seconds)),
            ]
        let document = try EvaluationDocument.bytes(values, evaluation)
        if !configuration.model.outputDir.isEmpty {
            try OutputFiles.write(
                document, directory: configuration.model.outputDir, name: "eval_results.json")
        }
        if json {
            FileHandle.standardOutput.write(Data(document))
        } else {
            print(EvaluationTables.text(values, evaluation))
        }
    }
}
