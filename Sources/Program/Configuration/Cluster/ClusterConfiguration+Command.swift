// The command line that starts a job on a cluster.
import Foundation

extension ClusterConfiguration {
    /// Words of the command that starts `executable` with `arguments` on every rank, or that hands them to
    /// Slurm. Other launchers take a document, `submission(of:)`.
    ///
    /// - Parameters:
    ///   - settings: Open MPI's settings of every job, to which those of this cluster are added.
    ///   - slurmScript: batch script that receives `arguments` with `launcher: slurm`.
    ///   - variables: further environment of every rank that mpirun starts.
    ///   - localCores: cores of this machine, for a cluster without hosts.
    package func launchCommand(
        executable: String, arguments: [String], settings: OpenMPISettings, slurmScript: String,
        variables: [(name: String, value: String)] = [],
        localCores: Int = RankPlacement.coresOfThisMachine
    ) -> [String] {
        switch launcher {
        case .slurm:
            sbatchCommand(
                executable: program ?? executable, script: slurmScript, arguments: arguments,
                settings: settings)
        case .mpirun:
            mpirunCommand(
                executable: program ?? executable, arguments: arguments, settings: settings,
                variables: variables, localCores: localCores)
        case .pbs, .lsf, .mpijob, .trainjob, .azureml:
            preconditionFailure("a job of \(launcher.rawValue) is started by its document")
        }
    }

    /// The mpirun command. Hosts are listed with the ranks that each one gets, so that the placement is the
    /// one of `RankPlacement` whatever mpirun's own rules are. Settings stand on it as values, so that no
    /// other host needs their file.
    package func mpirunCommand(
        executable: String, arguments: [String], settings: OpenMPISettings,
        variables: [(name: String, value: String)] = [],
        localCores: Int = RankPlacement.coresOfThisMachine
    ) -> [String] {
        let placement = RankPlacement(self, localCores: localCores)
        var words = ["mpirun", "-np", String(placement.ranks)]
        if !hosts.isEmpty {
            words += ["--host", placement.shares.map { "\($0.host):\($0.ranks)" }.joined(separator: ",")]
        }
        if placement.isBound {
            words += ["--map-by", "slot:PE=\(placement.threadsPerRank)", "--bind-to", "core"]
        } else {
            words += ["--map-by", "slot", "--bind-to", "none"]
        }
        if placement.isOversubscribed { words.append("--oversubscribe") }
        return words
            + sharedWords(threadsPerRank: placement.threadsPerRank, settings: settings, variables: variables)
            + [executable] + arguments
    }

    /// The mpirun command of a job whose hosts, each with its ranks, stand in a file that the environment
    /// names.
    func mpirunWords(ranks: Int, threadsPerRank: Int, isBound: Bool, _ request: JobRequest) -> [String] {
        let mapping =
            isBound
            ? ["--map-by", "slot:PE=\(threadsPerRank)", "--bind-to", "core"]
            : ["--map-by", "slot", "--bind-to", "none"]
        return ["mpirun", "-np", String(ranks)] + mapping
            + sharedWords(threadsPerRank: threadsPerRank, settings: request.settings, variables: [])
            + [request.executable] + request.arguments
    }

    /// What stands on every mpirun line between the placement of the ranks and the program.
    private func sharedWords(
        threadsPerRank: Int, settings: OpenMPISettings, variables: [(name: String, value: String)]
    ) -> [String] {
        var words: [String] = []
        for parameter in parameters(settings) { words += ["--mca", parameter.name, parameter.value] }
        for (name, value) in rankEnvironment(threadsPerRank: threadsPerRank) + variables {
            words += ["-x", "\(name)=\(value)"]
        }
        if let sharedDirectory { words += ["--wdir", sharedDirectory] }
        return words + mpirunArguments
    }

    /// The sbatch command. `env` sets what mpirun would set by options, and names the program; Slurm hands it
    /// on to the ranks.
    package func sbatchCommand(
        executable: String, script: String, arguments: [String], settings: OpenMPISettings
    ) -> [String] {
        let allocation = slurm ?? SlurmAllocation()
        var words = ["env"]
        words += parameters(settings).map { "\($0.environmentName)=\($0.value)" }
        words += rankEnvironment(threadsPerRank: allocation.cpusPerTask).map { "\($0.name)=\($0.value)" }
        words.append("LOCKSTEP_BINARY=\(executable)")
        if script.hasPrefix("/") {
            // A job runs a copy of the script, which looks here for the others.
            let root = URL(fileURLWithPath: script).deletingLastPathComponent().deletingLastPathComponent()
                .path
            words.append("LOCKSTEP_ROOT=\(root)")
        }
        words += ["sbatch"] + allocation.words
        if let sharedDirectory { words.append("--chdir=\(sharedDirectory)") }
        words.append(script)
        if allocation.launcher == .srun { words += ["--launcher", "srun"] }
        return words + arguments
    }

    /// `words` as one line that a POSIX shell reads back as the same words.
    package static func shellLine(_ words: [String]) -> String {
        words.map { word in
            let isPlain = word.wholeMatch(of: /[A-Za-z0-9_@%+=:,.\/\-]+/) != nil
            return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
        }.joined(separator: " ")
    }
}
