// `lockstep train`: fine-tunes a model as a recipe says.

import ArgumentParser
import Configuration
import DataParallel
import Lockstep

/// Fine-tunes a pretrained model.
struct TrainCommand: ParsableCommand, RecipeReader {
    static let recipeCommand = RecipeCommand.train

    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Fine-tunes a pretrained model on the rows of a recipe.",
        discussion: helpText(
            """
            Every key of a recipe is also a flag, and the flag beats the file. --help lora explains the keys \
            whose name has that word in it, --help schedule those of a group.
            """,
            examples: "lockstep train recipe.yaml --learning_rate 3e-5",
            "mpirun -np 4 lockstep train recipe.yaml",
            "lockstep train recipe.yaml --resume_from_checkpoint auto --json"))

    @Argument(
        help: "Recipe file (YAML); leave it out to give every key as a flag.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of train") var options: TrainOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func run() throws {
        let stopRequest = StopRequest.ofProgram()
        try RankWork.run { group in
            let configuration = try flags.configuration(recipe: recipe)
            try TrainingJob(configuration, group: group, printsJSON: options.json)
                .run(stoppingAt: stopRequest)
        }
    }
}

/// What is no key of a recipe.
struct TrainOptions: ParsableArguments {
    @Flag(
        help: """
            Print one JSON object about the run on standard output: folder, scores, best checkpoint and what \
            chose it, rates, versions.
            """)
    var json = false
}
