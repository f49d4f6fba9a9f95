// `lockstep predict`: adds a prediction to each row of a file.

import ArgumentParser
import Arguments
import Configuration
import DataParallel
import Lockstep

/// Predicts the labels of rows.
struct PredictCommand: ParsableCommand, RecipeReader {
    static let recipeCommand = RecipeCommand.predict

    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Copies each row of a file and adds the prediction of a fine-tuned model.",
        discussion: helpText(
            """
            Needs --model_name_or_path, and --predict_file or --text. Rows need no labels. With --output_file \
            answers.csv the result is a table: the columns of the input, then prediction and score.
            """,
            examples:
                "lockstep predict --model_name_or_path runs/mine --predict_file new.csv --output_file -",
            "lockstep predict --model_name_or_path runs/mine --text 'Well made.'",
            "lockstep predict --help generation"))

    @Argument(help: "Recipe file (YAML) whose keys serve as defaults.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of predict") var options: PredictOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func validate() throws {
        if options.predictFile.isEmpty == options.text.isEmpty {
            throw ValidationError(
                "give either --predict_file, which may be - for standard input, or --text, once for each text."
            )
        }
        if options.predictFile.count > 1, options.predictFile.contains("-") {
            throw ValidationError("--predict_file - reads standard input, alone: leave the other files out.")
        }
    }

    func run() throws {
        try RankWork.run { group in
            let configuration = try flags.configuration(
                recipe: recipe, requiredKeys: ["model_name_or_path"])
            Messages.note(configuration.notes, group)
            try PredictionJob(configuration, options.request, group: group).run()
        }
    }
}

/// What is no key of a recipe.
struct PredictOptions: ParsableArguments {
    @Option(
        name: .customLong("predict_file"),
        help: ArgumentHelp(
            "File whose rows get a prediction (.jsonl .json .csv .tsv .txt, .gz, .zst); - means standard input.",
            valueName: "file"),
        completion: .file())
    var predictFile: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: "A text to predict, in place of a file; may be given several times.")
    var text: [String] = []

    @Option(
        name: .customLong("output_file"),
        help: ArgumentHelp(
            "File for the rows with prediction and score: .csv, .tsv, else JSON Lines; - means standard output.",
            valueName: "file"),
        completion: .file()
    )
    var outputFile = "-"

    @Option(help: "Probabilities that are written: that of the answer, or those of all labels, too.")
    var scores = PredictionRequest.Scores.best

    /// What the options say.
    var request: PredictionRequest {
        PredictionRequest(files: predictFile, texts: text, output: outputFile, scores: scores)
    }
}

extension PredictionRequest.Scores: ExpressibleByArgument {}
