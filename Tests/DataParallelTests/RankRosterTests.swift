// Which rank is named when others wait for it.

import DataParallel
import Machine
import Synchronization
import Testing

@Suite struct RankRosterTests {
    private func entry(
        _ rank: Int, _ activity: RankActivity, detail: Int = 0, quiet: Double = 0, same: Double = 3
    ) -> RankRoster.Entry {
        RankRoster.Entry(
            rank: rank, hostName: "node07", moment: RankStatus.Moment(activity, detail: detail, step: 41),
            quietSeconds: quiet, sameSeconds: same)
    }

    @Test("a rank whose process stands still is named before those that work, with where it was")
    func stopped() {
        let entries = [
            entry(0, .waiting), entry(1, .waiting), entry(2, .backward, detail: 2, quiet: 4.04, same: 4.2),
            entry(3, .forward, same: 0.1),
        ]
        let late = LateRanks(entries, asking: 0, hostCount: 1)
        #expect(late.ranks == [2])
        #expect(
            "\(late)"
                == "rank 2 on node07 has not run for 4.0 s (stopped, or without a core), last in step 41, "
                + "backward, layer 3")
    }

    @Test("else those that do not wait are, the one that has not moved for longest first")
    func busy() {
        let entries = [
            entry(0, .waiting), entry(1, .forward, detail: 1, same: 0.5), entry(2, .reading, same: 9.96),
            entry(3, .waiting, same: 20),
        ]
        let late = LateRanks(entries, asking: 3, hostCount: 1)
        #expect(late.ranks == [2, 1])
        #expect(
            "\(late)"
                == "rank 2 on node07 is in step 41, reading rows, for 10.0 s; rank 1 on node07 is in "
                + "step 41, "
                + "forward, layer 2, for 0.5 s")
    }

    @Test("many late ranks are counted, and where all wait the fault is elsewhere")
    func others() {
        let many = [entry(0, .waiting)] + (1...6).map { entry($0, .reading) }
        #expect("\(LateRanks(many, asking: 0, hostCount: 1))".hasSuffix("; and 2 more"))
        let waiting = [entry(0, .waiting), entry(1, .waiting)]
        #expect("\(LateRanks(waiting, asking: 0, hostCount: 2))".contains("the late one is on another host"))
        #expect("\(LateRanks(waiting, asking: 0, hostCount: 1))".hasPrefix("All ranks of the host wait"))
        #expect("\(LateRanks([], asking: 0, hostCount: 1))".hasPrefix("A rank that does not report"))
    }

    @Test("where all ranks of a host wait, one of another host that is stopped, silent or busy is named")
    func otherHosts() {
        let own = [entry(0, .waiting), entry(1, .waiting)]
        func host(
            _ name: String, _ entries: [RankRoster.Entry], silent: Double?
        ) -> HostBeacon.Sighting {
            HostBeacon.Sighting(
                hostName: name, ranks: entries.map(\.rank), entries: entries, silentSeconds: silent)
        }
        func late(_ others: HostBeacon.Sighting...) -> LateRanks {
            LateRanks(own, asking: 0, hostCount: 3, others: others)
        }
        let waiting = host("b", [entry(2, .waiting), entry(3, .waiting)], silent: 0.4)
        let busy = host("c", [entry(4, .waiting), entry(5, .reading, same: 6)], silent: 0.9)
        let stopped = host("c", [entry(4, .saving, quiet: 4), entry(5, .waiting)], silent: 0.9)
        let silent = host("b", [entry(2, .backward, detail: 3), entry(3, .waiting)], silent: 5.04)
        let unheard = HostBeacon.Sighting(hostName: "b", ranks: [2, 3], silentSeconds: nil)
        #expect("\(late(waiting, busy))" == "rank 5 on node07 is in step 41, reading rows, for 6.0 s")
        #expect(late(silent, stopped).ranks == [4])
        #expect(late(silent, busy).ranks == [2, 3])
        #expect(
            "\(late(silent, busy))"
                == "host b (rank 2, 3) has sent no sign of life for 5.0 s: it is down, cut off or stopped; "
                + "rank 2 was last in step 41, backward, layer 4")
        // A host that was never heard of says nothing: datagrams may not get through at all.
        #expect("\(late(unheard, busy))".hasPrefix("rank 5 on"))
        let quiet = host("c", [entry(4, .waiting), entry(5, .waiting)], silent: 0.2)
        #expect("\(late(unheard, quiet))".contains("the late one is on another host"))
        #expect("\(late(waiting, quiet))".hasPrefix("All ranks of all hosts wait"))
        #expect(
            LateRanks([own[0], entry(1, .reading)], asking: 0, hostCount: 3, others: [silent]).ranks == [1])
    }

    @Test("the first rank of each host hears what the others tell, and how long one has been silent")
    func beacon() throws {
        try ThreadProcessGroup.run(ranksOnHosts: [2, 1, 1]) { group in
            let roster = try RankRoster(group)
            roster.publish(RankStatus.Moment(.backward, detail: group.rank, step: 7 + group.rank))
            try group.barrier()
            let start = ContinuousClock.now
            // The first two hosts speak, the second rank of the first one for it; the third is silent.
            if [1, 2].contains(group.rank) { roster.tellOtherHosts(roster.observe(at: start), at: start) }
            try group.barrier()
            let heard = roster.observeOtherHosts(at: start)
            if group.rank == 0 {
                #expect(heard.map(\.ranks) == [[2], [3]])
                #expect(heard.map(\.silentSeconds) == [0, nil])
                let moment = RankStatus.Moment(.backward, detail: 2, step: 9)
                #expect(heard[0].entries.map(\.moment) == [moment])
                let later = roster.observeOtherHosts(at: start + .seconds(5))
                #expect(later.map(\.silentSeconds) == [5, nil])
            } else if group.rank == 1 {
                #expect(heard.isEmpty)
            } else {
                #expect(heard.first?.ranks == [0, 1] && heard.first?.entries.map(\.rank) == [0, 1])
            }
            try group.barrier()
        }
    }

    @Test("a rank says of itself that it is slow, for ranks of other hosts, unless it waits")
    func ownSlowness() {
        let entries = [
            entry(0, .waiting, same: 40), entry(1, .reading, same: 31.26), entry(2, .forward, same: 3),
        ]
        let said = entries.map { LateRanks.ownSlowness(of: $0.rank, in: entries, seconds: 30) }
        #expect(
            said == [
                nil, "is in step 41, reading rows, for 31.3 s; ranks of other hosts may wait for it", nil,
            ])
    }

    @Test("the first rank that waits speaks, and not one that is stopped itself")
    func speaker() {
        let entries = [
            entry(0, .waiting, quiet: 3), entry(1, .reading), entry(2, .waiting), entry(3, .waiting),
        ]
        #expect(LateRanks.speaker(of: entries) == 2)
        #expect(LateRanks.speaker(of: [entry(0, .reading), entry(1, .reading)]) == 0)
        #expect(LateRanks.speaker(of: []) == nil)
    }

    @Test("ranks of a host read what the others leave, and a pulse that stands still is seen")
    func exchange() throws {
        try ThreadProcessGroup.run(ranksOnHosts: [3, 1]) { group in
            let roster = try RankRoster(group)
            #expect(roster.hostCount == 2)
            let step = 5_000_000 + group.rank
            roster.publish(RankStatus.Moment(.backward, detail: group.rank, step: step))
            try group.barrier()
            let start = ContinuousClock.now
            let first = roster.observe(at: start)
            #expect(first.map(\.rank) == (group.rank < 3 ? [0, 1, 2] : [3]))
            #expect(
                first.allSatisfy {
                    $0.moment == RankStatus.Moment(.backward, detail: $0.rank, step: 5_000_000 + $0.rank)
                        && $0.quietSeconds == 0
                })
            try group.barrier()
            // Rank 1 goes on, rank 2 lives without going on, rank 0 stands still.
            if group.rank == 1 { roster.publish(RankStatus.Moment(.saving, step: step)) }
            if group.rank == 2 { roster.publish(RankStatus.Moment(.backward, detail: 2, step: step)) }
            try group.barrier()
            let second = roster.observe(at: start + .seconds(4))
            guard group.rank < 3 else { return }
            #expect(second.map(\.quietSeconds) == [4, 0, 0])
            #expect(second.map(\.sameSeconds) == [4, 0, 4])
            #expect(LateRanks(second, asking: 1, hostCount: 2).ranks == [0])
        }
    }

    @Test("the stall watch names the late rank, and the first rank alone speaks")
    func watch() throws {
        let lines = Mutex<[String]>([])
        try ThreadProcessGroup.run(size: 2) { group in
            let watch = Watchdog(
                group: group, warnSeconds: 0.3, abortSeconds: 600,
                report: { line in lines.withLock { $0.append(line) } }, abort: { _ in })
            watch.attach(try RankRoster(group))
            let watched = WatchedProcessGroup(group, watch: watch)
            let deadline = ContinuousClock.now + .seconds(20)
            if group.rank == 1 {
                while lines.withLock(\.isEmpty), ContinuousClock.now < deadline { continue }
            }
            try watched.barrier()
            watch.stop()
        }
        let said = lines.withLock(\.self)
        #expect(said.count == 1 && said.first?.contains("warning: has waited ") == true, "\(said)")
        #expect(said.first?.contains(" in a barrier: ") == true)
    }
}
