// `lockstep evaluate`: figures of a fine-tuned model, or of predictions in a file, against what people say.

import ArgumentParser
import Arguments
import Configuration
import DataParallel
import Files
import Foundation
import Lockstep
import Reporting
import Training

/// Evaluates a fine-tuned model or a file of predictions.
struct EvaluateCommand: ParsableCommand, RecipeReader {
    static let recipeCommand = RecipeCommand.evaluate

    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures a fine-tuned model, or predictions in a file, on labelled rows.",
        discussion: helpText(
            """
            Needs --model_name_or_path and --validation_file, or --predictions_file and --references_file. Figures come \
            with 95% bootstrap intervals. With --output_dir, writes eval_results.json, eval_predictions.jsonl and \
            report.html.
            """,
            examples: "lockstep evaluate --model_name_or_path runs/mine --validation_file test.csv",
            "lockstep evaluate --predictions_file out.jsonl --references_file in.jsonl",
            "mpirun -np 4 lockstep evaluate recipe.yaml --model_name_or_path runs/mine"))

    @Argument(help: "Recipe file (YAML) whose keys serve as defaults.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of evaluate") var options: EvaluateOptions
    @OptionGroup(title: "Predictions without a model") var files: PredictionFileOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func validate() throws {
        if files.predictionsFile.isEmpty != files.referencesFile.isEmpty {
            throw ValidationError(
                "--predictions_file and --references_file belong together: give both, or a model and a validation_file."
            )
        }
    }

    func run() throws {
        try RankWork.run { group in
            let configuration = try flags.configuration(
                recipe: recipe,
                requiredKeys: files.value.isGiven ? [] : ["model_name_or_path", "validation_file"])
            Messages.note(configuration.notes, group)
            try Messages.note(configuration.data.remarks(on: configuration.data.validationFiles), group)
            let job = EvaluationJob(
                configuration, files: files.value, compare: options.compare, group: group)
            guard let outcome = try job.run() else { return }
            let document = try EvaluationDocument.bytes(outcome)
            let directory = configuration.model.outputDir
            if !directory.isEmpty {
                try OutputFiles.write(document, directory: directory, name: "eval_results.json")
                ReportPage.writeAfterwards(directory: directory)
            }
            if options.json {
                try StandardOutput.write(document)
            } else {
                print(try EvaluationTables.text(outcome))
            }
        }
    }
}

/// What is no key of a recipe.
struct EvaluateOptions: ParsableArguments {
    @Flag(help: "Print the result as JSON instead of tables.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Folder of another evaluation, or its eval_predictions.jsonl: says whether the difference is more than chance.",
            valueName: "run"), completion: .file())
    var compare: String?
}

/// What is evaluated when there is no model.
package struct PredictionFileOptions: ParsableArguments {
    @Option(
        name: .customLong("predictions_file"),
        help: "File with a prediction a row (.jsonl .json .csv .tsv, a line each in .txt, or .gz, .zst).",
        completion: .file())
    var predictionsFile: [String] = []

    @Option(
        name: .customLong("references_file"),
        help: "File with the references of the same rows, in the same order.",
        completion: .file())
    var referencesFile: [String] = []

    @Option(name: .customLong("prediction_column"), help: "Column of the predictions.")
    var predictionColumn = "prediction"

    @Option(
        name: .customLong("reference_column"),
        help: "Column of the references (default: reference, or the task's own column).")
    var referenceColumn: String?

    @Option(
        help: "Labels of a classifier, in their order, with commas (default: those of the references).")
    var labels: String?

    /// What the options say.
    var value: PredictionFiles {
        PredictionFiles(
            predictionsFile: predictionsFile, referencesFile: referencesFile,
            predictionColumn: predictionColumn, referenceColumn: referenceColumn, labels: labels)
    }
}
