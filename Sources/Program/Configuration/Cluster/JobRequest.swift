// What is to run on a cluster, and the document by which another program starts it there.

/// A command of lockstep with all that a document of its job needs besides the cluster.
package struct JobRequest {
    /// The program, by a path that is the same on all hosts.
    package var executable: String
    /// A command of lockstep and its own words.
    package var arguments: [String]
    /// Open MPI's settings of every job, to which those of the cluster are added.
    package var settings: OpenMPISettings
    /// The script that jobs run in: it hands signals on, and what was saved goes on.
    package var batchScript: String

    package init(executable: String, arguments: [String], settings: OpenMPISettings, batchScript: String) {
        (self.executable, self.arguments) = (executable, arguments)
        (self.settings, self.batchScript) = (settings, batchScript)
    }

    /// Whether the command saves when it is asked to leave, and can go on from there.
    var isResumable: Bool { ["train", "cross-validate"].contains(arguments.first) }

    /// The words that stand before mpirun's in a job.
    ///
    /// - Parameter saveAfter: seconds after which the job is asked to save and leave, where the scheduler
    ///   does not do it.
    func batchWords(saveAfter: Int? = nil) -> [String] {
        guard isResumable else { return [batchScript] }
        return [batchScript, "--resumable"] + (saveAfter.map { ["--save-after", String($0)] } ?? [])
    }
}

/// A document, and the command that reads it from standard input.
package struct JobSubmission: Equatable, Sendable {
    package let words: [String]
    /// A batch file or a manifest.
    package let document: String
}

extension ClusterConfiguration {
    /// How `request` reaches a scheduler that reads documents; nil where a command starts it.
    package func submission(of request: JobRequest) -> JobSubmission? {
        var request = request
        request.executable = program ?? request.executable
        return switch launcher {
        case .mpirun, .slurm: nil
        case .pbs: pbs.map { JobSubmission(words: ["qsub"], document: pbsScript($0, request)) }
        case .lsf: lsf.map { JobSubmission(words: ["bsub"], document: lsfScript($0, request)) }
        case .mpijob, .trainjob:
            kubernetes.map {
                JobSubmission(
                    words: ["kubectl", "create", "-f", "-"],
                    document: manifest($0, request).map(\.yaml).joined(separator: "---\n"))
            }
        case .azureml:
            azureML.map {
                JobSubmission(
                    words: ["az", "ml", "job", "create", "--file", "/dev/stdin"],
                    document: azureMLDocument($0, request).yaml)
            }
        }
    }
}
