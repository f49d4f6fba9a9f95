// `lockstep cross-validate`: how well a recipe does on rows that its model has not seen, and how much that
// varies.

import ArgumentParser
import Arguments
import Configuration
import CrossValidation
import DataParallel
import Lockstep
import Training

/// Trains and tests a recipe once a fold.
struct CrossValidateCommand: ParsableCommand, RecipeReader {
    static let recipeCommand = RecipeCommand.crossValidate

    static let configuration = CommandConfiguration(
        commandName: "cross-validate",
        abstract: "Trains a recipe on all folds but one, tests it on that one, and does so for every fold.",
        discussion: helpText(
            """
            Divides the rows of train_file into folds; validation_file is not used. Every fold starts from the \
            pretrained weights. Writes cross_validation.json and, for tasks that predict rows, oof_predictions.jsonl \
            with the prediction for each row by the model that has not seen it. After a crash, \
            --resume_from_checkpoint auto goes on without repeating finished folds.
            """,
            examples: "lockstep cross-validate recipe.yaml --folds 5 --output_dir runs/folds",
            "mpirun -np 4 lockstep cross-validate recipe.yaml --parallel-folds 2"))

    @Argument(
        help: "Recipe file (YAML); leave it out to give every key as a flag.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of cross-validate") var options: CrossValidationOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func run() throws {
        let stopRequest = StopRequest.ofProgram()
        try RankWork.run { group in
            var configuration = try flags.configuration(recipe: recipe, holdsOutValidation: true)
            let ignored = Self.ignoredKeys(&configuration)
            Messages.note(configuration.notes + ignored, group)
            try Messages.note(configuration.data.remarks(on: configuration.data.trainFiles), group)
            try CrossValidationJob(
                configuration, options.arguments(configuration), keepsModels: options.keepModels,
                printsJSON: options.json, group: group
            ).run(stoppingAt: stopRequest)
        }
    }

    /// Says which keys of the recipe have no part in a cross-validation, and unsets them.
    private static func ignoredKeys(_ configuration: inout RunConfiguration) -> [String] {
        var notes: [String] = []
        if !configuration.data.validationFiles.isEmpty {
            notes.append("validation_file is not used: each fold is tested on its own rows of train_file")
            configuration.data.validationFiles = []
        }
        if configuration.data.validationSplit != nil {
            notes.append("validation_split is not used: --inner_validation holds out rows of each fold")
            configuration.data.validationSplit = nil
        }
        // Each fold is tested on all of its rows.
        configuration.data.maxEvalSamples = nil
        return notes
    }
}

/// What is no key of a recipe.
struct CrossValidationOptions: ParsableArguments {
    @Option(help: "Number of folds, at least 2.")
    var folds = 5

    @Option(help: "How often the rows are divided into folds, each time by another shuffle.")
    var repeats = 1

    @Flag(
        inversion: .prefixedNo,
        help: "Give every fold its share of each label; on for single labels unless group_column is set.")
    var stratified: Bool?

    @Option(
        name: .customLong("group-column"), help: .hidden)
    var groupColumn: String?

    @Option(
        name: [.customLong("parallel-folds"), .customLong("parallel_folds")],
        help: ArgumentHelp(
            "Folds that are trained at the same time, each by its share of the ranks, which alone makes its global batch.",
            valueName: "number"))
    var parallelFolds = 1

    @Option(
        name: [.customLong("fold_seed"), .customLong("fold-seed")],
        help: "Seed of the division into folds; the recipe's seed if not set.")
    var foldSeed: UInt64?

    @Option(
        name: [.customLong("inner_validation"), .customLong("inner-validation")],
        help: ArgumentHelp(
            "Share of each fold's training rows that is held out for evaluations while it trains.",
            valueName: "share"))
    var innerValidation: Double?

    @Flag(
        name: [.customLong("keep_models"), .customLong("keep-models")],
        help: "Keep the model of each fold in folds/ instead of removing it once it is tested.")
    var keepModels = false

    @Flag(help: "Print cross_validation.json on standard output instead of a table.")
    var json = false

    /// What the folds of `configuration` are to be.
    func arguments(_ configuration: RunConfiguration) -> CrossValidationArguments {
        var arguments = CrossValidationArguments()
        arguments.folds = folds
        arguments.repeats = repeats
        arguments.isStratified = stratified
        arguments.groupColumn = groupColumn ?? configuration.data.groupColumn
        arguments.seed = foldSeed ?? configuration.training.seed
        arguments.innerValidation = innerValidation
        arguments.parallelFolds = parallelFolds
        return arguments
    }
}
