// `lockstep train`: fine-tunes a model as a recipe says.

import ArgumentParser
import Configuration
import DataParallel
import Lockstep

/// Fine-tunes a pretrained model.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Fine-tunes a pretrained model on the rows of a recipe.",
        discussion: """
            Every key of a recipe is also a flag, and the flag beats the file: --learning_rate 3e-5. On several ranks: \
            mpirun -np 4 lockstep train recipe.yaml
            """)

    @Argument(help: "Recipe file (YAML); leave it out to give every key as a flag.")
    var recipe: String?

    @Flag(help: "Print the last record of the run as JSON on standard output.")
    var json = false

    @OptionGroup(title: "Recipe keys") var flags: RecipeFlags

    func run() throws {
        try RankWork.run { group in
            let configuration = try RunConfiguration(recipePath: recipe, overrides: flags.overrides)
            try TrainingJob(configuration, group: group, printsJSON: json).run()
        }
    }
}
