// What the hosts of a job tell each other beside MPI, so that a host that is silent can be named.

internal import Files
internal import Machine
internal import Synchronization

/// Signs of life of each host at the others, by datagrams: while all ranks wait in an exchange that does not
/// end, MPI carries no word of who is late.
///
/// One rank of a host sends what is known of its ranks, once a second; the first rank of each host receives.
/// A datagram may be lost, or a firewall may take all of them: then the host was never heard of, and nothing
/// is concluded from that.
package final class HostBeacon: Sendable {
    /// What is known of another host.
    package struct Sighting: Sendable, Equatable {
        package var hostName: String
        package var ranks: [Int]
        /// As they were when it was last heard of.
        package var entries: [RankRoster.Entry]
        /// Seconds since then; nil when it was never heard of.
        package var silentSeconds: Double?

        package init(
            hostName: String, ranks: [Int], entries: [RankRoster.Entry] = [], silentSeconds: Double?
        ) {
            (self.hostName, self.ranks) = (hostName, ranks)
            (self.entries, self.silentSeconds) = (entries, silentSeconds)
        }
    }

    /// A host as the messages at the start describe it.
    private struct Host: Sendable {
        var name: String
        var port: UInt16
        var ranks: [Int]
        var addresses: [UInt32]
    }

    /// The last word of a host.
    private struct Word: Sendable {
        var heard: ContinuousClock.Instant?
        var entries: [Int: RankRoster.Entry] = [:]
    }

    private struct State: Sendable {
        var words: [Word]
        var sent: ContinuousClock.Instant?
    }

    /// Seconds between two signs.
    private static let period = 1.0
    /// More hosts tell the first one only, which tells all.
    private static let mostForAll = 32
    /// Ranks in a datagram, so that it fits into a frame of Ethernet.
    private static let entriesInDatagram = 24
    private static let headerWordCount = 3
    private static let entryWordCount = 6
    /// Addresses of a host that are tried.
    private static let mostAddresses = 8

    private let socket: DatagramSocket?
    private let isReceiver: Bool
    private let token: UInt64
    private let hosts: [Host]
    private let own: Int
    private let state: Mutex<State>

    /// Collective.
    ///
    /// - Parameter ranks: those of this host; the first of them receives.
    init(_ group: any ProcessGroup, ranks: [Int]) throws(ParallelError) {
        isReceiver = ranks.first == group.rank
        // Without a socket this host is silent from the start, which is no sign of anything.
        socket = try? DatagramSocket()
        var words: [UInt64] = [.random(in: .min ... .max)]
        if isReceiver, let socket {
            let addresses = DatagramSocket.localAddresses.prefix(Self.mostAddresses)
            words += [UInt64(socket.port), UInt64(addresses.count)] + addresses.map { UInt64($0) }
            words += ranks.map { UInt64($0) }
        }
        let all = try group.allGather(UInt64Bytes.bytes(words)).map(UInt64Bytes.words)
        let names = try group.allGather(Array(group.hostName.utf8))
        token = all[0][0]
        hosts = all.indices.filter { all[$0].count > 1 }.map { rank in
            let addressEnd = 3 + Int(all[rank][2])
            return Host(
                name: String(decoding: names[rank], as: UTF8.self),
                port: UInt16(truncatingIfNeeded: all[rank][1]),
                ranks: all[rank][addressEnd...].map { Int($0) },
                addresses: all[rank][3..<addressEnd].map { UInt32(truncatingIfNeeded: $0) })
        }
        own = hosts.firstIndex { $0.ranks.first == ranks.first } ?? -1
        state = Mutex(State(words: Array(repeating: Word(), count: hosts.count)))
    }

    /// Sends what is known of this host's ranks to the others, unless that was done a moment ago.
    func tell(_ entries: [RankRoster.Entry], at now: ContinuousClock.Instant) {
        guard let socket, own >= 0 else { return }
        let isDue = state.withLock { state in
            if let sent = state.sent, now - sent < .seconds(Self.period) { return false }
            state.sent = now
            return true
        }
        guard isDue else { return }
        for start in stride(from: 0, to: entries.count, by: Self.entriesInDatagram) {
            let part = entries[start..<min(entries.count, start + Self.entriesInDatagram)]
            let bytes = UInt64Bytes.bytes(
                [token, UInt64(own), UInt64(part.count)] + part.flatMap(Self.words))
            for (index, host) in hosts.enumerated() where index != own {
                guard own == 0 || index == 0 || hosts.count <= Self.mostForAll else { continue }
                for address in host.addresses { socket.send(bytes, to: address, port: host.port) }
            }
        }
    }

    /// Takes what has come, and says what is known of the other hosts; nothing on a rank that does not
    /// receive.
    func observe(at now: ContinuousClock.Instant) -> [Sighting] {
        guard let socket, isReceiver else { return [] }
        return state.withLock { state in
            for _ in 0..<16 * hosts.count {
                guard let bytes = socket.receive() else { break }
                take(bytes, at: now, &state)
            }
            return hosts.indices.filter { $0 != own }.map { index in
                let word = state.words[index]
                return Sighting(
                    hostName: hosts[index].name, ranks: hosts[index].ranks,
                    entries: hosts[index].ranks.compactMap { word.entries[$0] },
                    silentSeconds: word.heard.map { (now - $0) / .seconds(1) })
            }
        }
    }

    /// Anybody may send datagrams: those of another job, or damaged ones, are left.
    private func take(_ bytes: [UInt8], at now: ContinuousClock.Instant, _ state: inout State) {
        guard bytes.count % 8 == 0, bytes.count >= Self.headerWordCount * 8 else { return }
        let words = UInt64Bytes.words(bytes)
        guard words[0] == token, let index = Int(exactly: words[1]), hosts.indices.contains(index),
            index != own, let count = Int(exactly: words[2]), count <= Self.entriesInDatagram,
            words.count == Self.headerWordCount + count * Self.entryWordCount
        else { return }
        let entries = (0..<count).compactMap { place in
            let start = Self.headerWordCount + place * Self.entryWordCount
            return Self.entry(words[start..<start + Self.entryWordCount], hostName: hosts[index].name)
        }
        guard entries.count == count else { return }
        state.words[index].heard = now
        for entry in entries { state.words[index].entries[entry.rank] = entry }
    }

    private static func words(_ entry: RankRoster.Entry) -> [UInt64] {
        let moment = entry.moment
        return [
            UInt64(entry.rank), UInt64(moment.activity.rawValue), UInt64(max(0, moment.detail)),
            UInt64(max(0, moment.step)), UInt64(max(0, entry.quietSeconds) * 1_000),
            UInt64(max(0, entry.sameSeconds) * 1_000),
        ]
    }

    private static func entry(_ words: ArraySlice<UInt64>, hostName: String) -> RankRoster.Entry? {
        let numbers = words.compactMap { Int(exactly: $0) }
        guard numbers.count == entryWordCount,
            let activity = UInt8(exactly: numbers[1]).flatMap(RankActivity.init(rawValue:))
        else { return nil }
        return RankRoster.Entry(
            rank: numbers[0], hostName: hostName,
            moment: RankStatus.Moment(activity, detail: numbers[2], step: numbers[3]),
            quietSeconds: Double(numbers[4]) / 1_000, sameSeconds: Double(numbers[5]) / 1_000)
    }
}
