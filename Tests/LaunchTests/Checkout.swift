// The checkout under test, and copies of its scripts that tests may change and run against stand-in programs.
import Foundation
import TestSupport

enum Checkout {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let scripts = [
        "launch/setup", "launch/quickstart", "launch/check", "launch/test", "launch/local", "launch/cluster",
        "launch/supervise", "launch/slurm.sbatch", "launch/batch-job",
        "launch/hosts-on-one-machine", "launch/benchmark", "launch/package",
    ]

    static func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

    static func text(_ relative: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(relative), encoding: .utf8)
    }
}

/// A copy of the launch scripts and cluster files in a folder of its own, with stand-ins for the programs
/// they call.
struct ScriptCopy {
    private let folder: TemporaryFolder
    var root: URL { folder.url.appendingPathComponent("checkout") }
    var programs: URL { folder.url.appendingPathComponent("programs") }

    init() throws {
        folder = try TemporaryFolder()
        let files = FileManager.default
        try files.createDirectory(at: root, withIntermediateDirectories: true)
        try files.createDirectory(at: programs, withIntermediateDirectories: true)
        for name in ["launch", "cluster-configs"] {
            try files.copyItem(
                at: Checkout.root.appendingPathComponent(name), to: root.appendingPathComponent(name))
        }
    }

    func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

    /// The stand-ins first, then the machine's own programs.
    var searchPath: String {
        programs.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    }

    /// Adds a stand-in of that name, or replaces a script of the copy if `name` holds a slash.
    ///
    /// `install` writes the executable, so that no file descriptor of this process keeps it busy.
    func addProgram(_ name: String, _ script: String) throws {
        let target = name.contains("/") ? path(name) : programs.appendingPathComponent(name).path
        let text = folder.url.appendingPathComponent("text-\(UUID().uuidString)")
        try Data(("#!/bin/bash\n" + script + "\n").utf8).write(to: text)
        let result = try run(["/usr/bin/install", "-m", "755", text.path, target])
        guard result.status == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Makes exactly these programs of the machine visible, for a search path that holds nothing else.
    func linkPrograms(_ names: [String]) throws {
        for name in names {
            let found = try bash("PATH=/usr/bin:/bin:$PATH; command -v \(name)").output.trimmingCharacters(
                in: .newlines)
            try FileManager.default.createSymbolicLink(
                atPath: programs.appendingPathComponent(name).path, withDestinationPath: found)
        }
    }

    /// Names below a folder of the copy; empty if there is no such folder.
    func names(in relative: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(relative))) ?? []).sorted()
    }
}
