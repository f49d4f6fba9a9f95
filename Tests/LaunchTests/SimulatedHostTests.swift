// launch/hosts-on-one-machine for real: hosts are made, mpirun starts ranks on them, and nothing stays.
// Where namespaces are not permitted, the script must say so; the same tests then check that.
import Foundation
import Testing

@Suite(.serialized) struct SimulatedHostTests {
    private static let script = Checkout.path("launch/hosts-on-one-machine")
    private static let letters = "abcdefghijklmnopqrstuvwxyz"
    /// A cluster name of this process, so that two test runs on one machine do not meet.
    private static let name = "test-" + String((0..<8).map { _ in letters.randomElement() ?? "a" })

    /// Found out without the script.
    private static let isPermitted: Bool = {
        let probe = try? run(["/usr/bin/unshare", "--net", "--uts", "--ipc", "--mount", "/bin/true"])
        return probe?.status == 0
    }()

    @Test("Two hosts run two ranks each, and afterwards nothing is left of them")
    func spreadsRanks() throws {
        guard try Self.up(["2", "--slots", "2"]) else { return }
        defer { _ = try? Self.call(["down"]) }
        let report = "echo \"rank $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE on $(hostname)\""
        let ranks = try Self.call(["mpirun", "-np", "4", "/bin/sh", "-c", report])
        #expect(ranks.status == 0, "\(ranks)")
        let (first, second) = ("\(Self.name)1", "\(Self.name)2")
        #expect(
            ranks.output.split(separator: "\n").sorted() == [
                "rank 0 of 4 on \(first)", "rank 1 of 4 on \(first)", "rank 2 of 4 on \(second)",
                "rank 3 of 4 on \(second)",
            ])
        // A job is still running, and has left a session folder, when the hosts go down.
        let down = try bash(
            """
            hosts=('\(Self.script)' --name \(Self.name))
            "${hosts[@]}" run --host 2 -- sleep 4242 &
            until pgrep -x -f 'sleep 4242' >/dev/null; do sleep 0.02; done
            mkdir "${TMPDIR:-/tmp}/ompi.\(first).0"
            "${hosts[@]}" down
            wait
            """)
        #expect(down.output.contains("Down: no hosts named"), "\(down)")
        let left = try bash(
            """
            ls -d /run/lockstep-hosts/\(Self.name) "${TMPDIR:-/tmp}"/ompi.\(Self.name)* /dev/shm/*\(Self.name)* 2>/dev/null || true
            pgrep -x -f 'sleep 4242' || true
            ip -brief link | grep -E '^(port[0-9]|bridge0)' || true
            """)
        #expect(left.status == 0 && left.output.isEmpty, "\(left)")
    }

    @Test("A host has its own name, address and shared memory, and its link the given rate")
    func isolatesHosts() throws {
        guard try Self.up(["2", "--rate", "100mbit"]) else { return }
        defer { _ = try? Self.call(["down"]) }
        let first = try Self.call([
            "run", "--", "/bin/sh", "-c", "touch /dev/shm/only-here; hostname; tc qdisc show dev eth0",
        ])
        #expect(first.output.hasPrefix("\(Self.name)1\n"), "\(first)")
        #expect(first.output.contains("rate 100Mbit"), "\(first)")
        let second = try Self.call([
            "run", "--host", "2", "--", "/bin/sh", "-c", "ls /dev/shm; ip -brief -4 addr show eth0",
        ])
        #expect(!second.output.contains("only-here"), "\(second)")
        #expect(second.output.contains("10.77.0.2/24"), "\(second)")
        #expect(!FileManager.default.fileExists(atPath: "/dev/shm/only-here"))
    }

    @Test("A rank that fails ends the job on all hosts with its code")
    func handsOnFailure() throws {
        guard try Self.up(["2"]) else { return }
        defer { _ = try? Self.call(["down"]) }
        let result = try Self.call([
            "mpirun", "-np", "2", "/bin/sh", "-c", "[ $OMPI_COMM_WORLD_RANK = 1 ] && exit 9; sleep 100",
        ])
        #expect(result.status == 9, "\(result)")
    }

    @Test("Hosts that are up are not started over, and hosts that are not cannot be used")
    func keepsOrder() throws {
        guard try Self.up(["1"]) else { return }
        defer { _ = try? Self.call(["down"]) }
        let again = try Self.call(["up", "1"])
        #expect(again.status == 1)
        #expect(again.errors.contains("are up already"))
        let missing = try Self.call(["run", "--host", "2", "--", "true"])
        #expect(missing.errors.contains("There is no host 2; 1 are up."), "\(missing)")
        #expect(try Self.call(["run", "--", "/bin/sh", "-c", "exit 5"]).status == 5)
        #expect(try Self.call(["down"]).status == 0)
        let down = try Self.call(["run", "--", "true"])
        #expect(down.status == 1)
        #expect(down.errors.contains("No simulated hosts are up."))
        #expect(try Self.call(["down"]).output.contains("No hosts named"))
    }

    /// Starts hosts. Where that is not permitted, checks that the script says so, and returns false.
    private static func up(_ arguments: [String]) throws -> Bool {
        let result = try call(["up"] + arguments)
        #expect(result.status == (isPermitted ? 0 : 77), "\(result)")
        if !isPermitted { #expect(result.errors.contains("root"), "\(result)") }
        return isPermitted && result.status == 0
    }

    /// Calls the script; a call that hangs is ended after a minute and fails with code 124.
    private static func call(_ arguments: [String]) throws -> CommandResult {
        try run(["/usr/bin/timeout", "60", script, "--name", name] + arguments)
    }
}
