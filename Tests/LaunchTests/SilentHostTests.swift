// A host whose rank stands still is named by the ranks of the other hosts, although MPI tells nothing of it.
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct SilentHostTests {
    /// Stops what runs the training on a host, mpirun's own process there left alone.
    private func stop(_ host: Int, of hosts: SimulatedHosts) throws {
        let text = try String(
            contentsOfFile: "/run/lockstep-hosts/\(hosts.name)/\(host).pid", encoding: .utf8)
        let network = try #require(text.split(whereSeparator: \.isWhitespace).last)
        var stopped = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let number = Int32(name),
                let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/ns/net"),
                link == network,
                let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/exe"),
                program.hasSuffix("/lockstep")
            else { continue }
            kill(number, SIGSTOP)
            stopped += 1
        }
        #expect(stopped == 1)
    }

    @Test("the only rank of a host stands still: the other host names it, with where it was")
    func silentHost() throws {
        let folder = try TemporaryFolder()
        let recipe = try ToyTask.write(to: folder.url)
        guard let hosts = try SimulatedHosts(count: 2, slots: 1) else { return }
        let halt = Thread { [self] in
            do {
                let log = folder.path + "/run/metrics.jsonl"
                let end = Date(timeIntervalSinceNow: 60)
                while try !FileManager.default.fileExists(atPath: log)
                    || folder.text(of: "run/metrics.jsonl").isEmpty
                {
                    guard Date() < end else { throw TimeoutError() }
                    Thread.sleep(forTimeInterval: 0.05)
                }
                // A sign of life goes once a second.
                Thread.sleep(forTimeInterval: 2)
                try stop(2, of: hosts)
            } catch { Issue.record(error) }
        }
        halt.start()
        let outcome = try hosts.call(
            [
                "cluster", recipe, "--max_steps", "100000000", "--ddp_timeout", "12", "--output_dir",
                folder.path + "/run",
            ], environment: ["LOCKSTEP_BINARY": Products.path(of: "lockstep")])
        #expect(outcome.status == 75, "\(outcome)")
        // The stopped rank goes on when the job is ended, and speaks too.
        let lines = outcome.errors.split(separator: "\n").filter {
            $0.contains("[rank 0 ") && ($0.contains("has waited ") || $0.contains("gave up after "))
        }
        let name = "host \(hosts.name)2 (rank 1) has sent no sign of life for "
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains(name) }, "\(outcome.errors)")
        #expect(
            lines.first?.contains("it is down, cut off or stopped; rank 1 was last in step ") == true,
            "\(outcome.errors)")
    }

    private struct TimeoutError: Error {}
}
