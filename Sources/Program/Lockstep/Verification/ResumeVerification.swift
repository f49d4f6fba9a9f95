// `verify-resume`: starts the runs of a plan, one after the other, and compares what they end with.

internal import Configuration
internal import Files
import Foundation
internal import JSON
internal import Machine
internal import Phrases
internal import Reporting
internal import Safetensors

/// What a run of the plan ended with.
package struct VerifiedRun: Sendable {
    package let run: VerificationRun
    package let threads: Int
    /// The `weights_xxh64` of its last step, and the checksum of the file of the optimiser's moments.
    package let weights, moments: String
    package let seconds: Double
    /// The largest difference of a weight from the first run's; nil where no weight differs.
    package let largestDifference: Double?

    package func isEqual(to first: VerifiedRun) -> Bool {
        weights == first.weights && moments == first.moments
    }
}

/// A run that could not be made.
package struct VerificationError: Error, CustomStringConvertible {
    package let description: String
}

/// The verification of one recipe on this machine.
package struct ResumeVerification {
    private let plan: VerificationPlan
    /// Where the runs write, one folder each.
    private let directory: String
    private let program: String
    private let coreCount: Int

    /// - Parameters:
    ///   - directory: an empty folder.
    ///   - program: path of `lockstep`.
    package init(_ plan: VerificationPlan, directory: String, program: String) {
        (self.plan, self.directory, self.program) = (plan, directory, program)
        coreCount = HostFacts.current.usableCoreCount
    }

    /// Makes all runs; `tell` hears of each before it begins.
    package func run(tell: (String) -> Void) throws -> [VerifiedRun] {
        guard !plan.runs.isEmpty else {
            let reasons = plan.left.map { "\($0.ranks, "rank"): \($0.reason)" }
            throw VerificationError(description: "no run can be made; \(reasons.joined(separator: "; "))")
        }
        let recipe = directory + "/recipe.yaml"
        try FileSystem.write(try plan.configuration.effectiveYAML(), to: recipe)
        var results: [VerifiedRun] = []
        for (index, run) in plan.runs.enumerated() {
            let start = run.isResumed ? "from step \(plan.stop)" : "from the start"
            tell("\(index + 1) of \(plan.runs.count): \(run.ranks, "rank"), \(start)")
            results.append(try verify(run, recipe: recipe, first: results.first))
            // Only the first is compared with again.
            if index > 0 { try FileSystem.remove(folder(run)) }
        }
        return results
    }

    private func folder(_ run: VerificationRun) -> String { directory + "/" + run.folderName }

    private func verify(
        _ run: VerificationRun, recipe: String, first: VerifiedRun?
    ) throws -> VerifiedRun {
        let folder = self.folder(run)
        let threads = max(1, coreCount / run.ranks)
        var words = [
            program, "train", recipe, "--output_dir", folder, "--per_device_train_batch_size",
            "\(run.batchRows)", "--threads_per_rank", "\(threads)",
        ]
        if run.isResumed, let first {
            words += [
                "--resume_from_checkpoint", "\(self.folder(first.run))/checkpoint-\(plan.stop)",
            ]
        }
        let began = ContinuousClock.now
        try start(run.ranks > 1 ? Self.mpirun(run.ranks) + words : words, run)
        let last = "\(folder)/checkpoint-\(plan.stepCount)"
        let weights = try hash(folder + "/" + RunLog.fileName)
        return VerifiedRun(
            run: run, threads: threads, weights: weights,
            moments: try FileSystem.fingerprint(of: last + "/optimizer.safetensors").checksum,
            seconds: (ContinuousClock.now - began) / .seconds(1),
            largestDifference: try first.flatMap { first in
                guard first.weights != weights else { return nil }
                return try WeightDifference.largest(
                    "\(self.folder(first.run))/checkpoint-\(plan.stepCount)", last)
            })
    }

    private static func mpirun(_ ranks: Int) -> [String] {
        ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", "\(ranks)"]
    }

    /// Runs a command and throws what it wrote last where it fails.
    private func start(_ words: [String], _ run: VerificationRun) throws {
        let log = directory + "/" + run.folderName + ".log"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = Self.settings + ["bash", "-c", #"exec "$@" >"$0" 2>&1"#, log] + words
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus != 0 || process.terminationReason != .exit else { return }
        let text = String(decoding: try FileSystem.bytes(of: log), as: UTF8.self)
        throw VerificationError(
            description: "the run on \(run.ranks, "rank") ended with \(process.terminationStatus) "
                + "(\(words.joined(separator: " "))):\n"
                + text.split(separator: "\n").suffix(12).joined(separator: "\n"))
    }

    /// What Open MPI needs on one machine, where this process has not set it otherwise.
    private static var settings: [String] {
        let settings = [
            ("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
            ("SWIFT_BACKTRACE", "enable=no"), ("LOCKSTEP_PROGRESS", "none"),
        ]
        let variables = ProcessVariables.current
        return settings.filter { variables[$0.0] == nil }.map { "\($0.0)=\($0.1)" }
    }

    /// The hash of the last step in a log.
    private func hash(_ path: String) throws -> String {
        var lines = LineReader(try ByteReader(path: path))
        var found: String?
        while let line = try lines.nextText() {
            let record = try JSONValue(parsing: Array(line.utf8))
            if record["step"]?.integer == plan.stepCount, let hash = record[RunLog.weightsField]?.string {
                found = hash
            }
        }
        guard let found else {
            throw VerificationError(description: "\(path) has no hash of step \(plan.stepCount)")
        }
        return found
    }
}
