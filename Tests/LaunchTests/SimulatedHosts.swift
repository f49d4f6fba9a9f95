// Hosts made by launch/hosts-on-one-machine for as long as a test needs them.
import Foundation
import Testing

/// Simulated hosts under a name that no other test run uses; they go down with the last reference.
final class SimulatedHosts: Sendable {
    let name: String
    private let count: Int

    /// Whether this machine permits namespaces, found out without the script.
    static let isPermitted: Bool = {
        let probe = try? run(["/usr/bin/unshare", "--net", "--uts", "--ipc", "--mount", "/bin/true"])
        return probe?.status == 0
    }()

    /// Starts hosts. nil where that is not permitted, after checking that the script says so.
    init?(count: Int, slots: Int = 1, options: [String] = []) throws {
        let letters = "abcdefghijklmnopqrstuvwxyz"
        name = "test-" + String((0..<8).map { _ in letters.randomElement() ?? "a" })
        self.count = count
        let result = try call(["up", String(count), "--slots", String(slots)] + options)
        guard Self.isPermitted else {
            #expect(result.status == 77 && result.errors.contains("root"), "\(result)")
            return nil
        }
        try #require(result.status == 0, "\(result)")
    }

    deinit {
        guard Self.isPermitted else { return }
        do {
            let result = try call(["down"])
            if result.status != 0 { Issue.record("\(result)") }
        } catch {
            Issue.record(error)
        }
    }

    /// Calls the script; a call that hangs is ended after two minutes and fails with code 124 or 137.
    func call(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandResult {
        try run(
            [
                "/usr/bin/timeout", "--kill-after=5", "120", Checkout.path("launch/hosts-on-one-machine"),
                "--name", name,
            ] + arguments, environment: environment)
    }

    /// Bytes that each host has sent through its network so far.
    func bytesSent() throws -> [Int] {
        try (1...count).map { host in
            let table = try call(["run", "--host", String(host), "--", "cat", "/proc/net/dev"])
            let line = try #require(
                table.output.split(separator: "\n").first { $0.contains("eth0:") }, "\(table)")
            let numbers = line.split(separator: ":")[1].split(separator: " ").compactMap { Int($0) }
            return try #require(numbers.count > 8 ? numbers[8] : nil, "\(table)")
        }
    }
}
