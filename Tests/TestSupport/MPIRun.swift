// Starts a built product under mpirun, or alone, with a limit on its time.

import Dispatch
import Foundation

/// What a finished job left behind.
package struct JobOutcome: Sendable {
    /// Exit code; 128 + signal when a signal ended it.
    package let status: Int32
    package let output: String
    package let errors: String
}

/// A job that could not be judged.
package enum JobError: Error, CustomStringConvertible {
    case timedOut(command: String, seconds: Double, output: String, errors: String)

    package var description: String {
        switch self {
        case .timedOut(let command, let seconds, let output, let errors):
            "\(command) still ran after \(seconds) s.\noutput: \(output)\nerrors: \(errors)"
        }
    }
}

/// Jobs of several processes on this machine, two at a time: a launcher waits more than it computes while it
/// starts and ends.
package enum MPIRun {
    private static let turns = DispatchSemaphore(value: 2)

    /// Runs `mpirun -np ranks executable arguments…` and waits for its end. Throws `JobError` after
    /// `timeoutSeconds`.
    package static func run(
        ranks: Int, executable: String, arguments: [String], environment: [String: String] = [:],
        timeoutSeconds: Double
    ) throws -> JobOutcome {
        var variables = environment
        if geteuid() == 0 {
            variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
            variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
        }
        let launcher = [
            "mpirun", "--oversubscribe", "--bind-to", "none", "--mca", "btl_vader_single_copy_mechanism",
            "none",
            "-np", String(ranks), executable,
        ]
        turns.wait()
        defer { turns.signal() }
        return try run(launcher + arguments, environment: variables, timeoutSeconds: timeoutSeconds)
    }

    /// Runs a command without a launcher; the first word is looked up in PATH.
    package static func run(
        _ command: [String], environment: [String: String] = [:], timeoutSeconds: Double
    ) throws -> JobOutcome {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["output", "errors"].map { folder.appendingPathComponent($0) }
        for file in files { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        let hasEnded = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in hasEnded.signal() }
        try process.run()
        let isLate = hasEnded.wait(timeout: .now() + timeoutSeconds) == .timedOut
        if isLate {
            process.terminate()
            if hasEnded.wait(timeout: .now() + 5) == .timedOut { kill(process.processIdentifier, SIGKILL) }
        }
        let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        guard !isLate else {
            throw JobError.timedOut(
                command: command.joined(separator: " "), seconds: timeoutSeconds, output: texts[0],
                errors: texts[1])
        }
        let base: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
        return JobOutcome(status: base + process.terminationStatus, output: texts[0], errors: texts[1])
    }
}
