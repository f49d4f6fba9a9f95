// The command line: `lockstep train recipe.yaml`, alone or on every rank of mpirun or srun.

import ArgumentParser
import DataParallel
import Foundation
import MPI

/// The root of all commands.
struct Lockstep: ParsableCommand {
    /// Version of this build, written into each output folder.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "lockstep",
        abstract: "Fine-tunes pretrained transformers on CPU clusters, data-parallel through MPI.",
        discussion: """
            Run a command alone for one rank, or start it on several: mpirun -np 8 lockstep train recipe.yaml
            """,
        version: version,
        subcommands: [TrainCommand.self, EvaluateCommand.self, PredictCommand.self, LaunchCommand.self])
}

/// Parses and runs; under a launcher only rank 0 prints what is wrong with the command line.
@main enum Main {
    static func main() {
        do {
            var command = try Lockstep.parseAsRoot()
            try command.run()
        } catch {
            if MPIEnvironment.isUnderLauncher, !JobRank.isFirst {
                Foundation.exit(Lockstep.exitCode(for: error).rawValue)
            }
            Lockstep.exit(withError: error)
        }
    }
}

/// The rank that the launcher gave this process, known before MPI has started.
enum JobRank {
    static var isFirst: Bool {
        let environment = ProcessInfo.processInfo.environment
        let names = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"]
        guard let rank = names.lazy.compactMap({ environment[$0] }).first else { return true }
        return rank == "0"
    }
}

/// Runs a command's work on this rank.
enum RankWork {
    /// Joins the job and runs `body` on every rank. An error ends the whole job with a message; what all ranks find
    /// wrong alike is printed by rank 0 alone, since the others give it a second to do so. A run that was stopped on
    /// request ends in order on all ranks, with a code of its own.
    static func run(_ body: (any ProcessGroup) throws -> Void) throws {
        let group = try ProcessGroups.start()
        let wasStopped = RankFailure.run(group) {
            do {
                try body(group)
                return false
            } catch let stop as StoppedOnRequest {
                if group.rank == 0 { Messages.note(stop.description) }
                return true
            } catch {
                if group.rank != 0 { Thread.sleep(forTimeInterval: 1) }
                throw error
            }
        }
        if wasStopped { throw ExitCode(StoppedOnRequest.exitCode) }
    }
}
