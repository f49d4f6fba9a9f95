// The command line: `lockstep train recipe.yaml`, alone or on every rank of mpirun or srun.

import ArgumentParser
import Foundation
import Lockstep
import Logging
import MPI
import Machine

/// The root of all commands.
struct LockstepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lockstep",
        abstract: "Fine-tunes pretrained transformers on CPU clusters, data-parallel through MPI.",
        discussion: helpText(
            """
            Run a command alone for one rank, or start it on several. Help on a topic: --help data, or on keys \
            whose name has a word in it: --help lora.
            """,
            examples: "lockstep train recipe.yaml", "mpirun -np 8 lockstep train recipe.yaml",
            "lockstep evaluate --model_name_or_path runs/mine --validation_file test.csv",
            "lockstep train --help schedule"),
        version: Version.current,
        subcommands: [
            PrepareCommand.self, CheckCommand.self, PlanCommand.self, TrainCommand.self, EvaluateCommand.self,
            PredictCommand.self, ChatCommand.self, RateCommand.self, CrossValidateCommand.self,
            ReportCommand.self, ImportCommand.self, ExportCommand.self, ServeCommand.self,
            MonitorCommand.self, LaunchCommand.self, SuperviseCommand.self, CacheCommand.self,
            VerifyResumeCommand.self, JobRemainsCommand.self, BenchCommand.self,
        ])
}

/// A command that divides no work among ranks: it reads and writes the same files wherever it runs.
protocol OneProcessCommand: ParsableCommand {}

/// Parses and runs; under a launcher only rank 0 prints what is wrong with the command line.
@main enum Main {
    static func main() {
        // First of all: a signal that comes while the command line is read would end the process.
        if let name = CommandLine.arguments.dropFirst().first, ["train", "cross-validate"].contains(name) {
            StopRequest.listen()
        }
        ProcessSignals.explainTraps()
        LoggingSystem.bootstrap { _ in ConsoleLogHandler() }
        do {
            if let request = HelpRequest(Array(CommandLine.arguments.dropFirst())) {
                return print(try request.answer.get())
            }
            var command = try LockstepCommand.parseAsRoot()
            // Started on several ranks such a command works on the first alone.
            if command is any OneProcessCommand, !LaunchVariables.current.isFirstRank { return }
            try command.run()
        } catch is StoppedOnRequest {
            Foundation.exit(StoppedOnRequest.exitCode)
        } catch {
            let code = LockstepCommand.exitCode(for: error)
            if LaunchVariables.current.isPresent, !LaunchVariables.current.isFirstRank {
                // A launcher ends all ranks when one fails: the first must have spoken before another leaves.
                if code != .success { Thread.sleep(forTimeInterval: 5) }
                Foundation.exit(code.rawValue)
            }
            guard code == .validationFailure else { LockstepCommand.exit(withError: error) }
            Messages.note(
                CommandLineAdvice.message(for: error, arguments: Array(CommandLine.arguments.dropFirst())))
            Foundation.exit(code.rawValue)
        }
    }
}
