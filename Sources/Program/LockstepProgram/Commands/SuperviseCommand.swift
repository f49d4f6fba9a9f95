// `lockstep supervise`: restarts a run that fails, which launch/supervise starts.

import ArgumentParser
import Checkpoints
import Cluster
import Configuration
import Foundation
import JSON
import Lockstep
import Machine

/// Starts a training run and, when it fails, starts it again from its last good checkpoint.
struct SuperviseCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervise",
        abstract: "Starts a run again when it fails, from its last good checkpoint.",
        discussion: helpText(
            """
            Signals, lost hosts and stalls are followed by a restart; what would fail again is not. Hosts that do not \
            answer are replaced by spares of the cluster file, or left out as far as its min_hosts allows. \
            supervise.jsonl in the run's output_dir tells what happened. launch/supervise starts this command.
            """,
            examples: "lockstep supervise -- launch/local 2 recipe.yaml",
            "lockstep supervise --restarts 20 -- launch/cluster cluster.yaml recipe.yaml"))

    @Option(help: "Give up after so many restarts in a row that bring no new checkpoint.")
    var restarts = 10

    @Option(name: .customLong("same-step"), help: "Give up when the same step has failed so often in a row.")
    var sameStep = 2

    @Option(
        help:
            "Seconds before the first restart; twice as long before each without a new checkpoint, up to 300."
    )
    var pause = 1.0

    @Option(help: "End and restart a job that shows no sign of life for so many seconds; 0 for never.")
    var stall = 3600.0

    @Argument(parsing: .postTerminator, help: "The command to supervise, after --.")
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError(
                "give the command to supervise after --, for example: -- launch/local 2 recipe.yaml")
        }
        guard restarts >= 0 else { throw ValidationError("--restarts is \(restarts), but must be 0 or more") }
        guard sameStep >= 1 else {
            throw ValidationError("--same-step is \(sameStep), but must be 1 or more")
        }
        guard pause >= 0, pause.isFinite else {
            throw ValidationError("--pause is \(pause), but must be 0 or more")
        }
        guard stall >= 0, stall.isFinite else {
            throw ValidationError("--stall is \(stall), but must be 0 or more")
        }
    }

    func run() throws {
        let supervised = try SupervisedCommand(command)
        let agent = try supervised.agent(.current)
        try OutputDirectory.create(supervised.outputDirectory)
        let log = try SuperviseLog(folder: supervised.outputDirectory)
        let run = SupervisedRun(try plan(supervised, agent))
        let listener = SignalListener([SIGINT, SIGTERM, SIGHUP, SIGUSR1]) { run.pass($0) }
        defer { listener.cancel() }
        let supervisor = Supervisor(
            policy: policy, pool: supervised.pool, run: { try run.run($0, tell: log.tell) },
            ask: { Self.names(of: $0, agent) }, pause: { run.pause(seconds: $0) },
            isAskedToEnd: { run.isAskedToEnd }, tell: log.tell)
        throw ExitCode(try supervisor())
    }

    private var policy: RestartPolicy {
        var policy = RestartPolicy()
        (policy.restarts, policy.sameStep, policy.firstPause) = (restarts, sameStep, pause)
        return policy
    }

    private func plan(_ supervised: SupervisedCommand, _ agent: StartAgent) throws -> SupervisedRun.Plan {
        let own = try OwnCheckpoints(supervised.outputDirectory)
        let temporary = supervised.cluster?.scratchDirectory ?? ProcessVariables.current.temporaryFolder
        let launcher = supervised
        let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
        return SupervisedRun.Plan(
            outputDirectory: supervised.outputDirectory, temporaryDirectory: temporary, stallSeconds: stall,
            command: { launcher.words(hosts: $0.hosts, hasOwnCheckpoint: own.newest != nil) },
            checkpoint: { own.newest },
            clearOthers: { attempt, remains, family in
                let others = (attempt.hosts ?? []).filter { !SupervisedCommand.isThisHost($0) }
                let words =
                    [program, JobRemainsCommand.name, "--folder", remains.folder]
                    + (family.map { ["--family", $0] } ?? [])
                _ = agent.answers(of: others, ClusterConfiguration.shellLine(words), seconds: 20)
            })
    }

    /// The hosts that answer, with the names that they have for themselves.
    private static func names(of hosts: [String], _ agent: StartAgent) -> [String: String] {
        let here = hosts.filter(SupervisedCommand.isThisHost)
        let others = hosts.filter { !SupervisedCommand.isThisHost($0) }
        let answers = agent.answers(of: others, "uname -n", seconds: 10)
        return answers.merging(here.map { ($0, HostFacts.current.name) }) { $1 }
    }
}

/// Clears a host of what a dead job left there; `supervise` calls it on the other hosts of the job.
struct JobRemainsCommand: OneProcessCommand {
    static let name = "job-remains"
    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Ends the processes of a job on this host and removes what it left.",
        shouldDisplay: false)

    @Option(help: "The folder that the job keeps Open MPI's session in.", completion: .directory)
    var folder: String

    @Option(help: "The job's number in the names of its shared memory, in hexadecimal.")
    var family: String?

    func validate() throws {
        // The folder is removed: only such a one as a supervision makes.
        guard URL(fileURLWithPath: folder).lastPathComponent.wholeMatch(of: /lockstep-[0-9]+-[0-9]+/) != nil
        else {
            throw ValidationError("--folder is '\(folder)', which no supervision has made")
        }
    }

    func run() throws {
        let remains = JobRemains(folder: folder)
        remains.endProcesses()
        let family = family ?? remains.family
        for name in try remains.remove(family: family) { print(name) }
    }
}
