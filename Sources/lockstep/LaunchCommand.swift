// `lockstep launch`: starts a command on the ranks that a cluster file describes.

import ArgumentParser
import Configuration
import Foundation

/// Composes and runs the mpirun or sbatch line of a cluster file.
struct LaunchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch", abstract: "Starts lockstep on the ranks of a cluster file.",
        discussion: "Example: lockstep launch --cluster cluster-configs/workstation.yaml -- train recipe.yaml"
    )

    @Option(help: "Cluster file (YAML): hosts, slots, threads per rank, interface, folders.")
    var cluster: String

    @Flag(name: .customLong("print"), help: "Only print the command line; start nothing.")
    var isDryRun = false

    @Option(
        name: .customLong("slurm_script"), help: "Batch script that a Slurm cluster file submits.")
    var slurmScript = "launch/slurm.sbatch"

    @Argument(parsing: .postTerminator, help: "The lockstep command to start, after --.")
    var arguments: [String] = []

    func validate() throws {
        guard !arguments.isEmpty else {
            throw ValidationError("give the command to start after --, for example: -- train recipe.yaml")
        }
    }

    func run() throws {
        let configuration = try ClusterConfiguration(path: cluster)
        let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let words = configuration.launchCommand(
            executable: executable, arguments: arguments, slurmScript: slurmScript)
        print(ClusterConfiguration.shellLine(words))
        guard !isDryRun else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        // A signal's number becomes 128 + n, as shells report it.
        let status = process.terminationStatus
        throw ExitCode(process.terminationReason == .uncaughtSignal ? 128 + status : status)
    }
}
