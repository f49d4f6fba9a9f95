// Spares take the places of hosts that are gone, and hosts are left out as far as allowed.

import Cluster
import Testing

@Suite struct HostPoolTests {
    private let pool = HostPool(hosts: ["a", "b", "c"], spares: ["s", "t"], fewest: 2)

    @Test("while all hosts answer, no spare is used")
    func whole() throws {
        let choice = try #require(pool.choice(answering: ["a", "b", "c", "s", "t"]))
        #expect(choice.hosts == ["a", "b", "c"] && choice.replaced.isEmpty && choice.leftOut.isEmpty)
    }

    @Test("a spare that answers takes the place of a host that does not")
    func replaced() throws {
        let first = try #require(pool.choice(answering: ["a", "c", "s", "t"]))
        #expect(first.hosts == ["a", "s", "c"])
        #expect(first.replaced.map(\.gone) == ["b"] && first.replaced.map(\.spare) == ["s"])
        #expect(try #require(pool.choice(answering: ["c", "t"])).hosts == ["t", "c"])
    }

    @Test("without a spare a host is left out, down to the fewest that are allowed")
    func leftOut() throws {
        let choice = try #require(pool.choice(answering: ["b", "c"]))
        #expect(choice.hosts == ["b", "c"] && choice.leftOut == ["a"] && choice.replaced.isEmpty)
        #expect(pool.choice(answering: ["b"]) == nil)
        #expect(pool.choice(answering: []) == nil)
        #expect(HostPool(hosts: ["a", "b"]).choice(answering: ["a"]) == nil)
        #expect(HostPool(hosts: ["a", "b"], fewest: 1).choice(answering: ["b"])?.hosts == ["b"])
    }

    @Test("a host that answers again has its place back")
    func back() throws {
        _ = try #require(pool.choice(answering: ["a", "c", "s"]))
        #expect(try #require(pool.choice(answering: ["a", "b", "c", "s"])).hosts == ["a", "b", "c"])
    }
}
