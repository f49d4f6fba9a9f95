// Jobs that another program gets as a document: a batch file of PBS or LSF, a manifest of Kubernetes, a job
// of Azure; and the keys of cluster files, for help.

import ArgumentParser
import Configuration
import Files
import Foundation
import Lockstep
import Machine

extension LaunchCommand {
    /// The keys of a cluster file, a group a paragraph.
    static var keyHelp: String {
        ClusterKeyGroup.all.map { group in
            let title = group.section.map { "Keys of the \($0) section:" } ?? "Keys of a cluster file:"
            return ([title] + group.keys.map { "  \($0.name): \($0.help)" }).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// Prints or submits the document of the job; false if the cluster file's launcher takes a command alone.
    func submitDocument() throws -> Bool {
        let configuration = try ClusterConfiguration(path: cluster)
        let settings = try OpenMPISettings(path: configuration.openMPISettingsFile)
        let batchScript = URL(fileURLWithPath: ownScript).deletingLastPathComponent()
            .appendingPathComponent("batch-job")
        let submission = configuration.submission(
            of: JobRequest(
                executable: Bundle.main.executablePath ?? CommandLine.arguments[0], arguments: arguments,
                settings: settings, batchScript: batchScript.path))
        guard let submission else { return false }
        if hosts != nil {
            throw ValidationError("leave --hosts out: the scheduler of this cluster file chooses the hosts")
        }
        if isDryRun {
            print(submission.document, terminator: "")
            return true
        }
        Messages.note("+ " + ClusterConfiguration.shellLine(submission.words))
        let file = ProcessVariables.current.temporaryFolder + "/lockstep-job-\(UUID().uuidString)"
        try FileSystem.write(submission.document, to: file)
        defer {
            do { try FileSystem.remove(file) } catch { Messages.warn("\(error)") }
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bash", "-c", #"exec "$@" <"$0""#, file] + submission.words
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
        return true
    }
}
