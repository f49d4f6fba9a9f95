// `lockstep verify-resume`: whether a recipe ends with the same bits when it is stopped, and on other ranks.

import ArgumentParser
import Configuration
import Files
import Foundation
import JSON
import Lockstep
import Machine

/// Compares short runs of a recipe.
struct VerifyResumeCommand: ParsableCommand, RecipeReader {
    static let recipeCommand = RecipeCommand.train

    static let configuration = CommandConfiguration(
        commandName: "verify-resume",
        abstract: "Proves that a recipe can be stopped and resumed, and moved to other numbers of ranks.",
        discussion: helpText(
            """
            Starts short runs of the recipe on this machine, in a temporary folder: straight, and stopped half-way and \
            resumed, on each number of ranks. It compares their weights and moments. With reproducible: true \
            all must be equal bit for bit; without, those on the first number of ranks. The exit code is 1 where \
            something differs.
            """,
            examples: "lockstep verify-resume recipe.yaml",
            "lockstep verify-resume recipe.yaml --ranks 2,1,4 --json"))

    @Argument(
        help: "Recipe file (YAML); leave it out to give every key as a flag.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of verify-resume") var options: VerifyResumeOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func run() throws {
        guard !LaunchVariables.current.isPresent else {
            throw ValidationError("start verify-resume alone, not by mpirun: it starts its own ranks")
        }
        let recipe = try flags.configuration(
            recipe: recipe, requiredKeys: RunConfiguration.keysForTraining.filter { $0 != "output_dir" })
        let plan = VerificationPlan(recipe, ranks: try options.rankCounts(), stepCount: options.steps)
        let folder = ProcessVariables.current.temporaryFolder + "/lockstep-verify-\(getpid())"
        try FileSystem.createDirectory(folder)
        defer {
            do { try FileSystem.remove(folder) } catch { Messages.warn("\(error)") }
        }
        let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let runs = try ResumeVerification(plan, directory: folder, program: program).run { text in
            Messages.note(text)
        }
        let report = VerificationReport(plan, runs)
        print(options.json ? report.json.json : report.text)
        guard report.failures.isEmpty else { throw ExitCode.failure }
    }
}

/// What is no key of a recipe.
struct VerifyResumeOptions: ParsableArguments {
    @Option(
        help: "Numbers of ranks, with commas; the runs on the first are what the others are compared with.")
    var ranks = "2,1,3,4"

    @Option(help: "Steps of each run, at least 2; resumed runs go on after half of them.")
    var steps = 6

    @Flag(help: "Print one JSON object on standard output instead of a table.")
    var json = false

    func validate() throws {
        guard steps >= 2 else { throw ValidationError("--steps is a number from 2 on") }
        _ = try rankCounts()
    }

    func rankCounts() throws -> [Int] {
        let counts = ranks.split(separator: ",").map { Int($0) }
        let known = counts.compactMap { $0 }.filter { $0 >= 1 }
        guard !known.isEmpty, known.count == counts.count, Set(known).count == known.count else {
            throw ValidationError("--ranks is a list of different numbers from 1 on, with commas")
        }
        return known
    }
}
