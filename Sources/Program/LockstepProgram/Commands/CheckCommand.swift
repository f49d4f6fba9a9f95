// `lockstep check`: looks at a run before it costs anything.

import ArgumentParser
import Configuration
import Lockstep

/// Checks the data, the model, memory, disk and ranks of a run.
struct CheckCommand: ParsableCommand, RecipeReader {
    // It reads what train reads.
    static let recipeCommand = RecipeCommand.train

    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Looks at data, model, memory, disk and ranks before a run starts.",
        discussion: helpText(
            """
            Takes the recipe and the flags of train, and trains nothing. Start it as the run will be started, alone \
            or on all ranks: in less than a minute one screen says what is wrong, the worst first. It ends with 1 \
            when there are errors, else with 0.
            """,
            examples: "lockstep check recipe.yaml", "mpirun -np 8 lockstep check recipe.yaml",
            "lockstep launch --cluster cluster.yaml -- check recipe.yaml"))

    @Argument(
        help: "Recipe file (YAML); leave it out to give every key as a flag.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of check") var options: CheckOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func run() throws {
        let isSound = try CheckJob.run(printsJSON: options.json) { try flags.configuration(recipe: recipe) }
        if !isSound { throw ExitCode(CheckJob.failureCode) }
    }
}

/// What is no key of a recipe.
struct CheckOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on standard output in place of the screen.")
    var json = false
}
