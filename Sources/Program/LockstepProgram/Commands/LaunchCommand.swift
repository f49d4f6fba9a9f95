// `lockstep launch`: starts a command on the ranks that a cluster file describes.

import ArgumentParser
import Cluster
import Configuration
import Files
import Foundation
import Lockstep
import Machine
import Reporting

/// Composes and runs the mpirun or sbatch line of a cluster file.
struct LaunchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch", abstract: "Starts lockstep on the ranks of a cluster file.",
        discussion: helpText(
            keyHelp,
            examples: "lockstep launch --cluster cluster.yaml -- train recipe.yaml",
            "lockstep launch --cluster slurm.yaml -- evaluate recipe.yaml --bf16 true",
            "lockstep launch --cluster cluster.yaml --print -- cross-validate recipe.yaml",
            "lockstep launch --cluster pbs.yaml --print -- train recipe.yaml > job.pbs"))

    @Option(
        help: "Cluster file (YAML): hosts, slots, threads per rank, interface, folders.",
        completion: .yaml)
    var cluster: String

    @Option(
        help: """
            Start it on these of the cluster file's hosts and spares, names between commas, with as many ranks as \
            otherwise.
            """)
    var hosts: String?

    @Flag(
        name: .customLong("print"),
        help: "Only print the command line, the batch file or the manifest; start nothing.")
    var isDryRun = false

    @Option(
        name: .customLong("slurm_script"),
        help: "Batch script that a Slurm cluster file submits; the project's own if not set.",
        completion: .file())
    var slurmScript: String?

    @Argument(parsing: .postTerminator, help: "The lockstep command to start, after --.")
    var arguments: [String] = []

    func validate() throws {
        guard !arguments.isEmpty else {
            throw ValidationError("give the command to start after --, for example: -- train recipe.yaml")
        }
    }

    func run() throws {
        if try submitDocument() { return }
        var configuration = try ClusterConfiguration(path: cluster)
        if let hosts {
            configuration = try configuration.using(hosts: hosts.split(separator: ",").map(String.init))
        }
        let variables = ProcessVariables.current
        configuration.sessionDirectory = variables["OMPI_MCA_" + JobRemains.parameter]
        let settings = try OpenMPISettings(path: configuration.openMPISettingsFile)
        let words = configuration.launchCommand(
            executable: Bundle.main.executablePath ?? CommandLine.arguments[0], arguments: arguments,
            settings: settings.yielding(to: variables), slurmScript: slurmScript ?? ownScript,
            variables: progressVariables(variables))
        guard !isDryRun else { return print(ClusterConfiguration.shellLine(words)) }
        Messages.note("+ " + ClusterConfiguration.shellLine(words))
        throw ExitCode(
            try LaunchedJob.run(
                words, command: words.first == "mpirun" ? arguments[0] : "sbatch",
                goOn: GoOnCommand.line(["launch/cluster", cluster] + arguments)))
    }

    /// launch/slurm.sbatch of the folder where the command runs, else that of the package or checkout that
    /// the program belongs to.
    var ownScript: String {
        let name = "launch/slurm.sbatch"
        var folder = URL(fileURLWithPath: Bundle.main.executablePath ?? "/").resolvingSymlinksInPath()
        var places = [name]
        for _ in 0..<4 {
            folder.deleteLastPathComponent()
            places.append(folder.appendingPathComponent(name).path)
        }
        return places.first(where: FileSystem.exists) ?? name
    }

    /// What tells rank 0 how to show its progress: mpirun puts a pipe between it and this terminal.
    private func progressVariables(_ variables: ProcessVariables) -> [(name: String, value: String)] {
        let style = ProgressDisplay.Style.suited(loggingSteps: 1, variables: variables)
        if case .bar(let columns) = style {
            return [("LOCKSTEP_PROGRESS", "bar"), ("COLUMNS", String(columns))]
        }
        return variables["LOCKSTEP_PROGRESS"].map { [("LOCKSTEP_PROGRESS", $0)] } ?? []
    }
}
