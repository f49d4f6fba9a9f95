// `lockstep prepare`: raw records in, clean training, validation and test files out.

import ArgumentParser
import Configuration
import Lockstep

/// Cleans, pairs and splits raw records.
struct PrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Cleans raw records, makes pairs of conversations and splits them, with a data card.",
        discussion: helpText(
            """
            Reads chat logs (messages, ShareGPT, Alpaca, prompts with completions, preferences, tables of two columns, \
            a message a row), rows with labels, and folders of images with captions. The files are the same bytes on any \
            number of ranks. Keys of the recipe that other commands read are left to them.
            """,
            examples: "lockstep prepare recipe.yaml",
            "mpirun -np 8 lockstep prepare --raw_files 'logs/*.jsonl.zst' --prepared_dir data/clean"))

    @Argument(help: "Recipe file (YAML); leave it out to give every key as a flag.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of prepare") var options: PrepareOptions
    @OptionGroup var flags: PreparationFlags

    func run() throws {
        try RankWork.run { group in
            let configuration = try PreparationConfiguration(
                recipePath: recipe, overrides: flags.overrides + options.overrides)
            try PreparationJob(configuration, group: group, printsJSON: options.json).run()
        }
    }
}

/// What is no key of a recipe.
struct PrepareOptions: ParsableArguments {
    @Flag(help: "Print the data card as JSON instead of a summary.")
    var json = false

    @Flag(name: .customLong("prove-privacy"), help: "The same as --prove_privacy true.")
    var provePrivacy = false

    var overrides: [(key: String, value: String)] { provePrivacy ? [("prove_privacy", "true")] : [] }
}
