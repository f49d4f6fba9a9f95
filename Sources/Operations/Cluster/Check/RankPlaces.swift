// Ranks and hosts in words.

internal import Phrases

/// The ranks of a job with their hosts, as messages name them.
package struct RankPlaces: Sendable {
    private let hosts: [String]

    /// - Parameter hosts: the host of each rank, in rank order.
    package init(hosts: [String]) { self.hosts = hosts }

    /// `rank 2 on node07`, or `ranks 0–3 on a and ranks 4, 6 on b`; hosts beyond the fourth are counted.
    package func words(_ ranks: [Int]) -> String {
        var groups: [(host: String, ranks: [Int])] = []
        for rank in ranks.sorted() {
            let host = hosts.indices.contains(rank) ? hosts[rank] : "an unknown host"
            if let place = groups.firstIndex(where: { $0.host == host }) {
                groups[place].ranks.append(rank)
            } else {
                groups.append((host, [rank]))
            }
        }
        let shown = groups.prefix(4).map { group in
            "\(group.ranks.count == 1 ? "rank" : "ranks") \(Self.list(group.ranks)) on \(group.host)"
        }
        let rest = groups.count - shown.count
        guard rest > 0 else { return shown.joined(with: "and") }
        return shown.joined(separator: ", ") + " and those on \(rest, "other host")"
    }

    /// `0–3, 8`.
    private static func list(_ ranks: [Int]) -> String {
        var runs: [ClosedRange<Int>] = []
        for rank in ranks {
            if let last = runs.last, last.upperBound + 1 == rank {
                runs[runs.count - 1] = last.lowerBound...rank
            } else {
                runs.append(rank...rank)
            }
        }
        return runs.map { run in
            run.count == 1
                ? "\(run.lowerBound)"
                : "\(run.lowerBound)\(run.count == 2 ? ", " : "–")\(run.upperBound)"
        }.joined(separator: ", ")
    }
}
