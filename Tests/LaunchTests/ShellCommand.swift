// Runs a command as a user's shell would and keeps what it printed.
import Foundation
import TestSupport

/// What a command left: its exit code (128 + signal if a signal ended it), standard output and standard
/// error.
struct CommandResult: CustomStringConvertible {
    let status: Int32
    let output: String
    let errors: String

    var description: String { "exit code \(status)\noutput: \(output)\nerrors: \(errors)" }
}

/// Runs `words`, the first of which is an absolute path, with standard input closed.
///
/// - Parameters:
///   - environment: variables on top of this process's own.
///   - folder: working directory; the file system's root if nil, because scripts must work from anywhere.
func run(
    _ words: [String], environment: [String: String] = [:], in folder: URL? = nil
) throws -> CommandResult {
    let scratch = try TemporaryFolder()
    let (output, errors) = (
        URL(fileURLWithPath: try scratch.write("", to: "output")),
        URL(fileURLWithPath: try scratch.write("", to: "errors"))
    )
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = folder ?? URL(fileURLWithPath: "/")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return CommandResult(
        status: signal + process.terminationStatus,
        output: try String(contentsOf: output, encoding: .utf8),
        errors: try String(contentsOf: errors, encoding: .utf8))
}

/// Runs `script` in bash under the options that all launch scripts use.
func bash(
    _ script: String, environment: [String: String] = [:], in folder: URL? = nil
) throws -> CommandResult {
    try run(["/bin/bash", "-euo", "pipefail", "-c", script], environment: environment, in: folder)
}
