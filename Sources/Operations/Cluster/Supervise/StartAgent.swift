// Asks hosts for their names, by the way that mpirun reaches them.

internal import Foundation
internal import Synchronization

/// What mpirun starts its daemons with: ssh, or the agent that a cluster file names.
package struct StartAgent: Equatable, Sendable {
    /// The program and its own arguments; the host and a command line for its shell follow.
    package let words: [String]

    package init(words: [String]) {
        precondition(!words.isEmpty, "an agent is a program")
        self.words = words
    }

    /// Open MPI's parameter that names the agent, by its present and its older name.
    package static let parameters = ["plm_rsh_agent", "orte_rsh_agent"]

    /// That of `parameters`, a value as Open MPI takes it: the first of several programs between colons.
    package init(parameter: String?) {
        let first = parameter?.split(separator: ":").first.map(String.init) ?? "ssh"
        let words = first.split(separator: " ").map(String.init)
        self.init(words: words.isEmpty ? ["ssh"] : words)
    }

    /// The command that runs `command` on a host. ssh must neither ask for a password nor wait for minutes.
    package func command(_ host: String, _ command: String) -> [String] {
        let isSSH = words[0] == "ssh" || words[0].hasSuffix("/ssh")
        let limits = isSSH ? ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5"] : []
        return words + limits + [host, command]
    }

    /// The first line that the command prints on the host; nil if it does not end well within the time.
    package func answer(_ host: String, _ command: String, seconds: Double) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = self.command(host, command)
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        let hasEnded = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in hasEnded.signal() }
        do { try process.run() } catch { return nil }
        guard hasEnded.wait(timeout: .now() + seconds) == .success else {
            kill(process.processIdentifier, SIGKILL)
            return nil
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else { return nil }
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        return text.split(separator: "\n").first.map(String.init)
    }

    /// Runs the command on all hosts at once; those that answer, with what they say.
    package func answers(of hosts: [String], _ command: String, seconds: Double) -> [String: String] {
        let found = Mutex<[String: String]>([:])
        let group = DispatchGroup()
        for host in hosts {
            group.enter()
            Thread.detachNewThread {
                let answer = answer(host, command, seconds: seconds)
                found.withLock { $0[host] = answer }
                group.leave()
            }
        }
        group.wait()
        return found.withLock { $0 }
    }
}
