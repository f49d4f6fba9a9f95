// A supervised run on simulated hosts, one of which is lost: a spare takes its place, or it is left out.
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct LostHostTests {
    /// A cluster file over the first two of the hosts, with `keys` behind it.
    private func cluster(_ hosts: SimulatedHosts, _ folder: TemporaryFolder, _ keys: String) throws -> String
    {
        let state = "/run/lockstep-hosts/\(hosts.name)"
        return try folder.write(
            """
            hosts:
            - {name: \(hosts.name)1, slots: 4}
            - {name: \(hosts.name)2, slots: 4}
            ranks: 2
            threads_per_rank: 1
            interface: eth0
            scratch_directory: \(folder.path)/scratch
            openmpi_settings: '\(Checkout.path("cluster-configs/openmpi.conf"))'
            mpirun_arguments: [--mca, plm_rsh_agent, '\(state)/agent', --bind-to, none]
            \(keys)
            """, to: "cluster.yaml")
    }

    /// Ends all that runs on a host, the host itself too.
    private func lose(_ host: Int, of hosts: SimulatedHosts) throws {
        let text = try String(
            contentsOfFile: "/run/lockstep-hosts/\(hosts.name)/\(host).pid", encoding: .utf8)
        let network = try #require(text.split(whereSeparator: \.isWhitespace).last)
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let number = Int32(name),
                let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/ns/net")
            else { continue }
            if link == network { kill(number, SIGKILL) }
        }
    }

    private struct Event: Decodable {
        let event: String
        let message: String
        let hosts: [String]?
        let gone: String?
    }

    private func events(_ folder: TemporaryFolder) throws -> [Event] {
        try folder.text(of: "run/supervise.jsonl").split(separator: "\n").map {
            try JSONDecoder().decode(Event.self, from: Data($0.utf8))
        }
    }

    @Test(
        "a lost host is replaced by a spare, or left out, and the weights are those of an undisturbed run",
        arguments: [true, false])
    func lostHost(hasSpare: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("scratch")
        let recipe = try ToyTask.write(to: folder.url)
        guard let hosts = try SimulatedHosts(count: 3, slots: 4) else { return }
        let keys = hasSpare ? "spares:\n- {name: \(hosts.name)3, slots: 4}" : "min_hosts: 1"
        let file = try cluster(hosts, folder, keys)
        let flags = [
            file, recipe, "--max_steps", "600", "--save_strategy", "steps", "--save_steps", "20",
            "--output_dir",
        ]
        let environment = ["LOCKSTEP_BINARY": Products.path(of: "lockstep")]
        let whole = try hosts.call(
            ["run", "--", Checkout.path("launch/cluster")] + flags + [folder.path + "/whole"],
            environment: environment)
        #expect(whole.status == 0, "\(whole)")
        let loss = Thread { [self] in
            while !FileManager.default.fileExists(atPath: folder.path + "/run/checkpoint-40") {
                Thread.sleep(forTimeInterval: 0.01)
            }
            do { try lose(2, of: hosts) } catch { Issue.record(error) }
        }
        loss.start()
        let outcome = try hosts.call(
            [
                "run", "--", Checkout.path("launch/supervise"), "--pause", "0", "--",
                Checkout.path("launch/cluster"),
            ]
                + flags + [folder.path + "/run"], environment: environment)
        #expect(outcome.status == 0, "\(outcome)")
        let found = try events(folder)
        let change = try #require(
            found.first { $0.event == (hasSpare ? "replaced" : "left_out") }, "\(found)")
        #expect(change.gone == hosts.name + "2")
        let places = found.filter { $0.event == "running" }.map { $0.hosts ?? [] }
        #expect(
            places == [
                ["1", "2"].map { hosts.name + $0 }, (hasSpare ? ["1", "3"] : ["1"]).map { hosts.name + $0 },
            ])
        let weights = "/model.safetensors"
        #expect(
            FileManager.default.contentsEqual(
                atPath: folder.path + "/run" + weights, andPath: folder.path + "/whole" + weights))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/scratch").isEmpty)
    }
}
