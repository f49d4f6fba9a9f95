// `lockstep evaluate`: metrics of a fine-tuned model on labelled rows.

import ArgumentParser
import Configuration
import DataParallel
import Datasets
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
        let start: ContinuousClock.Instant
        let evaluation: any TaskEvaluation
        let batchRows = configuration.training.perDeviceEvalBatchSize
        switch configuration.task {
        case .textClassification, .imageClassification:
            let job = try InferenceJob(configuration, group: group)
            let store = try job.labelledRows(configuration.data.validationFiles)
            start = .now
            evaluation = try ClassificationEvaluator(
                model: job.model, group: group, batchRows: batchRows
            ).evaluate(store)
        case .extractiveSummarization, .summarization:
            let summaries = try SummaryEvaluation(configuration, group: group)
            start = .now
            evaluation = try summaries.run()
        case .imageCaptioning:
            InferenceJob.applyThreadPlan(configuration, group)
            let setup = try CaptioningSetup(configuration, group: group)
            try InferenceJob.applyPrecision(configuration, to: setup.model, group)
            let rows = try setup.rows(RowReader(patterns: configuration.data.validationFiles))
            start = .now
            let writes = configuration.training.generation.predictWithGenerate ?? true
            evaluation = try SequenceToSequenceEvaluator(
                model: setup.model, writing: writes ? setup.writing : nil, group: group, batchRows: batchRows
            ).evaluate(rows)
        case .maskedLM, .causalLM, .chat:
            InferenceJob.applyThreadPlan(configuration, group)
            let setup = try LanguageModelSetup(configuration, group: group)
            try InferenceJob.applyPrecision(configuration, to: setup.model, group)
            let store = try setup.examples(configuration.data.validationFiles)
            start = .now
            evaluation = try LanguageModelEvaluator(
                model: setup.model, objective: setup.objective, group: group,
                batchRows: batchRows
            ).evaluate(store)
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard group.rank == 0 else { return }
        try show(evaluation, seconds: seconds, configuration)
    }

    private func show(
        _ evaluation: any TaskEvaluation, seconds: Double, _ configuration: RunConfiguration
    ) throws {
        var values =
            evaluation.metrics.map { ("eval_" + $0.name, JSONNumber.real($0.value)) } + [
                ("eval_samples", .integer(Int(evaluation.rowCount))), ("eval_runtime", .real(seconds)),
                ("eval_samples_per_second", .real(Double(evaluation.rowCount) / seconds)),
            ]
        if let evaluation = evaluation as? LanguageModelEvaluation {
            values.append(("eval_target_tokens", .integer(Int(evaluation.targetCount))))
        }
        let classification = evaluation as? ClassificationEvaluation
        let document = try EvaluationDocument.bytes(values, classification)
        if !configuration.model.outputDir.isEmpty {
            try OutputFiles.write(
                document, directory: configuration.model.outputDir, name: "eval_results.json")
        }
        if json {
            FileHandle.standardOutput.write(Data(document))
        } else {
            print(EvaluationTables.text(values, classification))
        }
    }
}
