// The command line that `lockstep supervise` starts again and again: launch/local or launch/cluster with a
// run to train.

import ArgumentParser
import Arguments
import Checkpoints
import Cluster
import Configuration
import Files
import Foundation
import Machine

/// A launcher with a training run, taken apart.
struct SupervisedCommand {
    /// The script and its first word: `launch/local 2`, `launch/cluster hosts.yaml`.
    let launcher: [String]
    /// The recipe and its flags.
    let job: [String]
    /// nil for launch/local.
    let cluster: ClusterConfiguration?
    let configuration: RunConfiguration

    /// - Throws: a sentence for a command that cannot be supervised, and what is wrong with recipe or
    ///   cluster file.
    init(_ words: [String]) throws {
        let name = words.first.map { URL(fileURLWithPath: $0).lastPathComponent }
        guard let name, ["local", "cluster"].contains(name), words.count > 2 else {
            throw ValidationError(
                "expected launch/local N RECIPE or launch/cluster CLUSTER.yaml RECIPE behind --, but found: "
                    + words.joined(separator: " "))
        }
        launcher = Array(words.prefix(2))
        var job = Array(words.dropFirst(2))
        if job[0].wholeMatch(of: /[a-z][a-z-]*/) != nil, !FileSystem.isFile(job[0]) {
            guard job[0] == "train" else {
                throw ValidationError(
                    "only train has checkpoints to go on from; start \(job[0]) without supervise")
            }
            job.removeFirst()
        }
        for word in ["--dry-run", "--hosts", "--help"] where job.contains(word) {
            throw ValidationError("leave \(word) out of the supervised command")
        }
        self.job = job
        let train = try TrainCommand.parse(job)
        configuration = try train.flags.configuration(recipe: train.recipe)
        cluster = name == "cluster" ? try ClusterConfiguration(path: words[1]) : nil
        if cluster?.launcher == .slurm {
            throw ValidationError(
                "Slurm itself starts a job again: set requeue: true in the slurm section of \(words[1]) and start it "
                    + "by launch/cluster alone")
        }
        if let launcher = cluster?.launcher, launcher != .mpirun {
            throw ValidationError(
                "a job of launcher: \(launcher.rawValue) is not started here, but queued; start it by launch/cluster alone"
            )
        }
    }

    /// Where the run writes, as this process finds it.
    var outputDirectory: String {
        let path = configuration.model.outputDir
        guard !path.hasPrefix("/"), let folder = cluster?.sharedDirectory else { return path }
        return folder + "/" + path
    }

    /// The command of a start. It goes on from the newest good checkpoint; only a run that is to begin
    /// otherwise, on a folder to be overwritten or from a named checkpoint, begins so until it has one of
    /// its own.
    func words(hosts: [String]?, hasOwnCheckpoint: Bool) -> [String] {
        let training = configuration.training
        var flags: [String] = []
        let beginsOtherwise =
            switch training.resumeFromCheckpoint {
            case .path: true
            case .auto, .none: training.overwriteOutputDir
            }
        if hasOwnCheckpoint || !beginsOtherwise {
            if training.overwriteOutputDir { flags += ["--overwrite_output_dir", "false"] }
            flags += ["--resume_from_checkpoint", "auto"]
        }
        let chosen = hosts.map { ["--hosts", $0.joined(separator: ",")] } ?? []
        return launcher + ["train"] + job + flags + chosen
    }

    /// The hosts to choose from; nil where the job runs on this machine alone.
    var pool: HostPool? {
        guard let cluster, cluster.hosts.contains(where: { !Self.isThisHost($0.name) }) else { return nil }
        return HostPool(
            hosts: cluster.hosts.map(\.name), spares: cluster.spares.map(\.name), fewest: cluster.minHosts)
    }

    /// Whether the name is this host's, with or without its domain.
    static func isThisHost(_ name: String) -> Bool {
        func short(_ name: String) -> Substring { name.prefix { $0 != "." } }
        let own = HostFacts.current.name
        return name == "localhost" || name == own || (Int(short(name)) == nil && short(name) == short(own))
    }

    /// What reaches the other hosts.
    func agent(_ variables: ProcessVariables) throws -> StartAgent {
        guard let cluster else { return StartAgent(parameter: nil) }
        let settings = try OpenMPISettings(path: cluster.openMPISettingsFile).yielding(to: variables)
        return StartAgent(
            parameter: cluster.startAgent(settings, named: StartAgent.parameters)
                ?? variables.first(of: StartAgent.parameters.map { "OMPI_MCA_" + $0 }))
    }
}

/// The checkpoints of a run that were not in its folder before.
struct OwnCheckpoints: Sendable {
    private let store: CheckpointStore
    private let before: [Int: Double]

    init(_ outputDirectory: String) throws {
        store = CheckpointStore(outputDirectory: outputDirectory)
        before = try Self.times(store)
    }

    /// The newest step; nil without any.
    var newest: Int? {
        ((try? Self.times(store)) ?? [:]).filter { before[$0.key] != $0.value }.keys.max()
    }

    private static func times(_ store: CheckpointStore) throws -> [Int: Double] {
        var times: [Int: Double] = [:]
        for step in try store.steps() {
            times[step] = FileSystem.changeTime(
                of: "\(store.outputDirectory)/checkpoint-\(step)/\(Manifest.fileName)")
        }
        return times
    }
}
