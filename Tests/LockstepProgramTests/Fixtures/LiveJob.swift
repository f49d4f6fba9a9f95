// A job that runs beside the test, so that the test can watch its files and send it signals.

import Dispatch
import Foundation
import TestSupport

/// `mpirun -np ranks lockstep arguments…`, started and not waited for.
final class LiveJob {
    private let process = Process()
    private let hasEnded = DispatchSemaphore(value: 0)
    private let folder: String

    convenience init(_ workshop: Workshop, ranks: Int, _ arguments: [String]) throws {
        let launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", String(ranks)]
        try self.init(workshop, command: launcher + [Workshop.program] + arguments)
    }

    /// Any command that starts ranks; the first word is looked up in PATH. Open MPI's shared memory lies in
    /// the workshop, since a launcher that is killed leaves it behind, unless other `variables` are given.
    init(_ workshop: Workshop, command: [String], variables: [String: String]? = nil) throws {
        folder = workshop.path
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let common = [
            "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
        ]
        let usual = ["OMPI_MCA_btl_vader_backing_directory": folder, "LOCKSTEP_BINARY": Workshop.program]
        process.environment = ProcessInfo.processInfo.environment.merging(common) { $1 }
            .merging(variables ?? usual) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: try workshop.write("", to: "live.log"))
        process.terminationHandler = { [hasEnded] _ in hasEnded.signal() }
        try Self.withAllSignalsOpen { try process.run() }
    }

    /// Tests run on threads that block signals, and a child would inherit that: mpirun would hear none.
    private static func withAllSignalsOpen(_ body: () throws -> Void) throws {
        var (open, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&open)
        unsafe pthread_sigmask(SIG_SETMASK, &open, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// Sends a signal to mpirun and waits for its end, and that of all ranks. Returns the exit code, 128 +
    /// signal when the signal ended it.
    func end(by signal: Int32) throws -> Int32 {
        guard kill(process.processIdentifier, signal) == 0 else { throw LiveJobError.endedEarly }
        return try end()
    }

    /// How many ranks have a handler for SIGUSR1.
    func listeningRankCount() throws -> Int {
        try Self.processes(naming: folder).filter { name in
            let variables = FileManager.default.contents(atPath: "/proc/\(name)/environ") ?? Data()
            let status = FileManager.default.contents(atPath: "/proc/\(name)/status") ?? Data()
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
                $0.hasPrefix("SigCgt:")
            }
            let caught = line.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
            return String(decoding: variables, as: UTF8.self).contains("OMPI_COMM_WORLD_RANK=")
                && caught & 1 << UInt64(SIGUSR1 - 1) != 0
        }.count
    }

    /// Sends a signal to a rank.
    func send(_ signal: Int32, toRank rank: Int) throws {
        let variable = Array("OMPI_COMM_WORLD_RANK=\(rank)".utf8)
        let found = try Self.processes(naming: folder).compactMap { name -> Int32? in
            let variables = FileManager.default.contents(atPath: "/proc/\(name)/environ") ?? Data()
            return variables.split(separator: 0).contains { Array($0) == variable } ? Int32(name) : nil
        }
        guard let process = found.first, kill(process, signal) == 0 else { throw LiveJobError.endedEarly }
    }

    /// Waits for the job's end, and that of all ranks. Returns the exit code.
    func end() throws -> Int32 {
        guard hasEnded.wait(timeout: .now() + 30) == .success else { throw LiveJobError.stillRuns }
        try wait(for: "all ranks are gone") { try Self.processes(naming: folder).isEmpty }
        return (process.terminationReason == .uncaughtSignal ? 128 : 0) + process.terminationStatus
    }

    /// Waits until `condition` holds, while the job runs.
    func wait(for what: String, _ condition: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 60)
        while try !condition() {
            guard Date() < deadline else { throw LiveJobError.didNotHappen(what) }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Whether a rank has a file of `directory` open that is not empty, with a name or without.
    func hasBytesInOpenFile(of directory: String) throws -> Bool {
        let files = FileManager.default
        return try Self.processes(naming: folder).contains { process in
            let descriptors = try? files.contentsOfDirectory(atPath: "/proc/\(process)/fd")
            return (descriptors ?? []).contains { descriptor in
                let link = "/proc/\(process)/fd/\(descriptor)"
                guard let target = try? files.destinationOfSymbolicLink(atPath: link),
                    target.hasPrefix(directory + "/")
                else { return false }
                return FileHandle(forReadingAtPath: link)?.availableData.isEmpty == false
            }
        }
    }

    /// Processes that have `text` in its command line.
    private static func processes(naming text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int32(name) != nil, let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else { return false }
            return String(decoding: line, as: UTF8.self).contains(text)
        }
    }
}

/// A job that did not go as the test needs it.
enum LiveJobError: Error {
    case endedEarly, stillRuns
    case didNotHappen(String)
}
