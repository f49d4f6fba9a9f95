// Whether the ranks of each host fit into its memory.

internal import Phrases

/// Compares the predicted memory of a rank with what hosts and limits leave. Pure.
package struct MemoryJudgement: Sendable {
    let memory: RankMemory
    let reports: [RankReport]
    /// Whether activations are in `memory`.
    let countsActivations: Bool

    package init(_ memory: RankMemory, reports: [RankReport], countsActivations: Bool) {
        (self.memory, self.reports, self.countsActivations) = (memory, reports, countsActivations)
    }

    /// Above this share of what is there it is called tight.
    private static let tightShare = 0.85

    package var findings: [Finding] {
        var order: [String] = []
        for report in reports where !order.contains(report.host) { order.append(report.host) }
        return order.flatMap { host in hostFindings(host, reports.filter { $0.host == host }) }
            + addressSpace
    }

    private var advice: String {
        "lower per_device_train_batch_size or max_seq_length, set gradient_checkpointing: true, or start fewer "
            + "ranks with more threads_per_rank"
    }

    private func hostFindings(_ host: String, _ ranks: [RankReport]) -> [Finding] {
        guard let available = ranks.compactMap(\.memory.available).min() else { return [] }
        let needed = ranks.count * memory.total
        let words =
            "\(host): \(ranks.count, "rank needs", "ranks need") \(ByteCount(needed)) "
            + "(\(memory)\(ranks.count > 1 ? " each" : "")), and \(ByteCount(available)) are free"
        let numbers = ranks.map(\.rank)
        if needed > available {
            return [Finding(.error, .memory, "\(words): \(advice)", ranks: numbers)]
        }
        guard Double(needed) > Self.tightShare * Double(available) else { return [] }
        return [Finding(.warning, .memory, "\(words), which is tight: \(advice)", ranks: numbers)]
    }

    private var addressSpace: [Finding] {
        let short = reports.filter { report in
            report.memory.addressSpaceLeft.map { $0 < memory.total } ?? false
        }
        guard let first = short.first, let left = first.memory.addressSpaceLeft else { return [] }
        return [
            Finding(
                .error, .memory,
                "\(RankPlaces(short).words(short.map(\.rank))): ulimit -v leaves \(ByteCount(left)), and the rank "
                    + "needs \(ByteCount(memory.total)): raise it (ulimit -v unlimited)",
                ranks: short.map(\.rank))
        ]
    }
}

extension RankPlaces {
    /// The places of these reports' ranks.
    init(_ reports: [RankReport]) {
        var hosts: [String] = []
        for report in reports {
            while hosts.count < report.rank { hosts.append("an unknown host") }
            hosts.append(report.host)
        }
        self.init(hosts: hosts)
    }
}
