// What is wrong with the ranks of a job, judged from their reports alone.

internal import Phrases

/// Compares the reports of all ranks. Pure: the same reports give the same findings.
package struct JobJudgement: Sendable {
    /// In rank order, of the ranks that have answered.
    let reports: [RankReport]
    /// Ranks of the job.
    let size: Int
    let places: RankPlaces
    /// Whether the run wants to compute in bfloat16.
    let wantsBF16: Bool

    /// - Parameters:
    ///   - reports: one a rank, in rank order; nil for a rank that did not answer.
    ///   - knownHosts: hosts of ranks where they are known without their answer.
    package init(_ reports: [RankReport?], wantsBF16: Bool, knownHosts: [Int: String] = [:]) {
        self.reports = reports.compactMap(\.self)
        size = reports.count
        self.wantsBF16 = wantsBF16
        places = RankPlaces(
            hosts: reports.enumerated().map { rank, report in
                report?.host ?? knownHosts[rank] ?? "an unknown host"
            })
    }

    /// Everything, in no order.
    package var findings: [Finding] {
        missingRanks + failures + programs + files + processors + speeds + placement + interfaces
    }

    /// Ranks that did not answer.
    private var missingRanks: [Finding] {
        let known = Set(reports.map(\.rank))
        let missing = (0..<size).filter { !known.contains($0) }
        guard !missing.isEmpty else { return [] }
        let hosts = Set(reports.map(\.host)).sorted()
        return [
            Finding(
                .error, .launch,
                "\(places.words(missing)) did not answer: stopped, cut off, or held up by a file system; "
                    + "\(reports.count) of \(size) ranks did, on \(hosts.listed()). Look at that host, or leave "
                    + "it out of the job", ranks: missing)
        ]
    }

    private var failures: [Finding] {
        let all = reports.flatMap { report in
            report.failures.map { (report.rank, "\($0.probe): \($0.reason)") }
        }
        return grouped(all).map { reason, ranks in
            Finding(.error, .launch, "\(places.words(ranks)): the look at \(reason)", ranks: ranks)
        }
    }

    /// Ranks by what they have in common, the first ones first.
    func grouped<Key: Hashable>(_ pairs: [(Int, Key)]) -> [(key: Key, ranks: [Int])] {
        var order: [Key] = []
        var ranks: [Key: [Int]] = [:]
        for (rank, key) in pairs {
            if ranks[key] == nil { order.append(key) }
            ranks[key, default: []].append(rank)
        }
        return order.map { ($0, ranks[$0] ?? []) }
    }

    /// The ranks whose value is not that of most, and what most have; nil where all are alike. Of two values
    /// as frequent that of the lowest rank counts.
    func odd<Key: Hashable>(
        among members: [RankReport]? = nil, _ value: (RankReport) -> Key
    ) -> (ranks: [Int], usual: Key)? {
        let groups = grouped((members ?? reports).map { ($0.rank, value($0)) })
        guard groups.count > 1,
            let usual = groups.max(by: { one, other in
                (one.ranks.count, -(one.ranks.first ?? 0)) < (other.ranks.count, -(other.ranks.first ?? 0))
            })
        else { return nil }
        return (groups.filter { $0.key != usual.key }.flatMap(\.ranks).sorted(), usual.key)
    }

    // MARK: Programs

    private var programs: [Finding] {
        var findings: [Finding] = []
        if let odd = odd({ $0.program.version }) {
            let others = Set(reports.filter { odd.ranks.contains($0.rank) }.map(\.program.version)).sorted()
            findings.append(
                Finding(
                    .error, .program,
                    "\(places.words(odd.ranks)): version \(others.listed()) of the program, the others run "
                        + "\(odd.usual). Put the same one on all hosts", ranks: odd.ranks))
        } else if let odd = odd({ $0.program.checksum }) {
            findings.append(
                Finding(
                    .error, .program,
                    "\(places.words(odd.ranks)): another binary of the same version (its checksum differs). Copy "
                        + "one build to all hosts, or start it from a shared folder", ranks: odd.ranks))
        }
        if let odd = odd({ $0.program.mpiLibrary }) {
            let others = Set(reports.filter { odd.ranks.contains($0.rank) }.map(\.program.mpiLibrary))
            findings.append(
                Finding(
                    .warning, .program,
                    "\(places.words(odd.ranks)): MPI library \(others.sorted().listed()), the others have "
                        + "\(odd.usual). Install one version everywhere", ranks: odd.ranks))
        }
        return findings
    }
}
