// `lockstep predict`: adds a prediction to each row of a file.

import ArgumentParser
import Arguments
import Configuration
import DataParallel
import Evaluation
import Files
import Lockstep
import Tasks
import Training

/// Predicts the labels of rows.
struct PredictCommand: ParsableCommand, RecipeReader {
    static let recipeCommand = RecipeCommand.predict

    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Copies each row of a file and adds the prediction of a fine-tuned model.",
        discussion: "Needs --model_name_or_path, --predict_file and --output_file. Rows need no labels.")

    @Argument(help: "Recipe file (YAML) whose keys serve as defaults.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of predict") var options: PredictOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func run() throws {
        try RankWork.run { group in
            let configuration = try flags.configuration(
                recipe: recipe, requiredKeys: ["model_name_or_path"])
            Messages.note(configuration.notes, group)
            try Messages.note(configuration.data.remarks(on: options.predictFile), group)
            let predictions = PredictionLoop(
                predictor: try configuration.task.definition.taskPredictor(configuration, group: group)
                    .predictor,
                group: group,
                batchRows: configuration.training.perDeviceEvalBatchSize)
            let sink = group.rank == 0 ? try LineWriter(path: options.outputFile) : nil
            try predictions.run(configuration.data.rows(of: options.predictFile)) { line in
                try sink?.write(line)
            }
            try sink?.finish()
        }
    }
}

/// What is no key of a recipe.
struct PredictOptions: ParsableArguments {
    @Option(
        name: .customLong("predict_file"),
        help: "File whose rows get a prediction (.jsonl .json .csv .tsv, or .gz).",
        completion: .file())
    var predictFile: [String]

    @Option(
        name: .customLong("output_file"),
        help:
            "JSON Lines file to write: each row with the fields prediction and score; - means standard output.",
        completion: .file()
    )
    var outputFile: String
}
