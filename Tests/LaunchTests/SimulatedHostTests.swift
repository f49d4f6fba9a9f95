// launch/hosts-on-one-machine for real: hosts are made, mpirun starts ranks on them, and nothing stays.
// Where namespaces are not permitted, the script must say so; the same tests then check that.
import Foundation
import Testing

@Suite(.serialized) struct SimulatedHostTests {
    @Test("Two hosts run two ranks each, and afterwards nothing is left of them")
    func spreadsRanks() throws {
        guard let hosts = try SimulatedHosts(count: 2, slots: 2) else { return }
        let report = "echo \"rank $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE on $(hostname)\""
        let ranks = try hosts.call(["mpirun", "-np", "4", "/bin/sh", "-c", report])
        #expect(ranks.status == 0, "\(ranks)")
        let (first, second) = ("\(hosts.name)1", "\(hosts.name)2")
        #expect(
            ranks.output.split(separator: "\n").sorted() == [
                "rank 0 of 4 on \(first)", "rank 1 of 4 on \(first)", "rank 2 of 4 on \(second)",
                "rank 3 of 4 on \(second)",
            ])
        // A job is still running, and has left a session folder, when the hosts go down.
        let down = try bash(
            """
            hosts=('\(Checkout.path("launch/hosts-on-one-machine"))' --name \(hosts.name))
            "${hosts[@]}" run --host 2 -- sleep 4242 &
            until pgrep -x -f 'sleep 4242' >/dev/null; do sleep 0.02; done
            mkdir "${TMPDIR:-/tmp}/ompi.\(first).0"
            "${hosts[@]}" down
            wait
            """)
        #expect(down.output.contains("Down: no hosts named"), "\(down)")
        let left = try bash(
            """
            ls -d /run/lockstep-hosts/\(hosts.name) "${TMPDIR:-/tmp}"/ompi.\(hosts.name)* /dev/shm/*\(hosts.name)* 2>/dev/null || true
            pgrep -x -f 'sleep 4242' || true
            ip -brief link | grep -E '^(port[0-9]|bridge0)' || true
            """)
        #expect(left.status == 0 && left.output.isEmpty, "\(left)")
    }

    @Test("A host has its own name, address and shared memory, and its link the given rate")
    func isolatesHosts() throws {
        guard let hosts = try SimulatedHosts(count: 2, options: ["--rate", "100mbit"]) else { return }
        let first = try hosts.call([
            "run", "--", "/bin/sh", "-c", "touch /dev/shm/only-here; hostname; tc qdisc show dev eth0",
        ])
        #expect(first.output.hasPrefix("\(hosts.name)1\n"), "\(first)")
        #expect(first.output.contains("rate 100Mbit"), "\(first)")
        let second = try hosts.call([
            "run", "--host", "2", "--", "/bin/sh", "-c", "ls /dev/shm; ip -brief -4 addr show eth0",
        ])
        #expect(!second.output.contains("only-here"), "\(second)")
        #expect(second.output.contains("10.77.0.2/24"), "\(second)")
        #expect(!FileManager.default.fileExists(atPath: "/dev/shm/only-here"))
    }

    @Test("A rank that fails ends the job on all hosts with its code")
    func handsOnFailure() throws {
        guard let hosts = try SimulatedHosts(count: 2) else { return }
        let result = try hosts.call([
            "mpirun", "-np", "2", "/bin/sh", "-c", "[ $OMPI_COMM_WORLD_RANK = 1 ] && exit 9; sleep 100",
        ])
        #expect(result.status == 9, "\(result)")
    }

    @Test("Hosts that are up are not started over, and hosts that are not cannot be used")
    func keepsOrder() throws {
        guard let hosts = try SimulatedHosts(count: 1) else { return }
        let again = try hosts.call(["up", "1"])
        #expect(again.status == 1)
        #expect(again.errors.contains("are up already"))
        let missing = try hosts.call(["run", "--host", "2", "--", "true"])
        #expect(missing.errors.contains("There is no host 2; 1 are up."), "\(missing)")
        #expect(try hosts.call(["run", "--", "/bin/sh", "-c", "exit 5"]).status == 5)
        #expect(try hosts.call(["down"]).status == 0)
        let down = try hosts.call(["run", "--", "true"])
        #expect(down.status == 1)
        #expect(down.errors.contains("No simulated hosts are up."))
        #expect(try hosts.call(["down"]).output.contains("No hosts named"))
    }
}
