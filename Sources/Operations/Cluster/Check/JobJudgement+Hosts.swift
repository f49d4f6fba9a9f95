// Processors, speed, cores, threads and networks of the hosts.

internal import Phrases

extension JobJudgement {
    // MARK: Processors

    var processors: [Finding] {
        var findings: [Finding] = []
        let names = ProcessorFeatures.names
        if let odd = odd({ $0.processor.features }) {
            let all = reports.map(\.processor.features)
            let partial = names.filter { name in
                all.contains { $0.contains(name) } && all.contains { !$0.contains(name) }
            }
            for name in partial.prefix(2) {
                let without = reports.filter { !$0.processor.features.contains(name) }
                let models = Set(without.compactMap(\.processor.name)).sorted()
                findings.append(
                    Finding(
                        .warning, .processors,
                        "\(places.words(without.map(\.rank))): the processor lacks \(name), which others have"
                            + (models.isEmpty ? "" : " (\(models.listed(atMost: 2)))")
                            + ": every step waits for the slowest. Use hosts of one generation",
                        ranks: without.map(\.rank)))
            }
            if partial.isEmpty {
                findings.append(
                    Finding(.warning, .processors, "\(places.words(odd.ranks)): another processor"))
            }
        }
        if wantsBF16 { findings += bfloat16 }
        return findings
    }

    /// bfloat16 is used only where all ranks can multiply it.
    private var bfloat16: [Finding] {
        let without = reports.filter {
            $0.processor.features.isDisjoint(with: ["avx512_bf16", "amx_bf16"])
                && !$0.processor.features.isEmpty
        }.map(\.rank)
        guard !without.isEmpty else { return [] }
        let place = without.count == reports.count ? "no rank's processor" : places.words(without) + " cannot"
        return [
            Finding(
                .warning, .processors,
                "bf16: \(place)\(without.count == reports.count ? " can" : "") multiply bfloat16, so all ranks "
                    + "would compute in fp32", ranks: without.count == reports.count ? [] : without)
        ]
    }

    /// The share of the usual speed below which a rank is called slow. Best times of one kind of processor
    /// differ by a few hundredths.
    private static let slowShare = 0.6

    var speeds: [Finding] {
        let measured = reports.compactMap { report in
            report.processor.gigaflops.map { (rank: report.rank, speed: $0) }
        }
        guard measured.count > 1 else { return [] }
        let usual = measured.map(\.speed).sorted()[measured.count / 2]
        return measured.filter { $0.speed < Self.slowShare * usual }.map { rank, speed in
            Finding(
                .warning, .processors,
                "\(places.words([rank])): slow, \(Int((100 * speed / usual).rounded()))% of the usual speed of a "
                    + "matrix product, and every step waits for it. Look for another program, a low clock "
                    + "or shared cores on that host", ranks: [rank])
        }
    }

    // MARK: Cores and threads

    /// The reports of a host, in rank order.
    private var hosts: [(host: String, reports: [RankReport])] {
        grouped(reports.map { ($0.rank, $0.host) }).map { host, ranks in
            (host, reports.filter { ranks.contains($0.rank) })
        }
    }

    var placement: [Finding] {
        hosts.flatMap { host, ranks in crowding(host, ranks) + binding(host, ranks) } + threadVariables
            + slots
    }

    /// More threads than cores.
    private func crowding(_ host: String, _ ranks: [RankReport]) -> [Finding] {
        let threads = ranks.reduce(0) { $0 + $1.placement.threads }
        let cores = Self.cores(of: ranks)
        guard threads > cores, cores > 0 else { return [] }
        return [
            Finding(
                .warning, .placement,
                "\(host): \(ranks.count, "rank") with \(threads, "thread") in all on "
                    + "\(cores, "core") that they may use: they slow each other down. Start fewer ranks there "
                    + "(slots of the hostfile), set a smaller threads_per_rank, or bind them otherwise",
                ranks: ranks.map(\.rank))
        ]
    }

    /// Cores that these ranks of one host may use together.
    private static func cores(of ranks: [RankReport]) -> Int {
        var all: Set<Int> = []
        for rank in ranks {
            guard let list = rank.placement.coreList, let cores = CoreList(list) else {
                return ranks.map(\.placement.usableCores).max() ?? 0
            }
            all.formUnion(cores.numbers)
        }
        let quota = ranks.map(\.placement.hostCores).max() ?? all.count
        return min(all.count, quota)
    }

    /// Ranks that are bound to the same core, or to few of the cores that there are.
    private func binding(_ host: String, _ ranks: [RankReport]) -> [Finding] {
        let bound = ranks.filter { $0.placement.usableCores < $0.placement.hostCores }
        var findings: [Finding] = []
        let lists = grouped(bound.compactMap { rank in rank.placement.coreList.map { (rank.rank, $0) } })
        for (list, sharing) in lists where sharing.count > 1 {
            guard let cores = CoreList(list)?.numbers.count, cores < sharing.count else { continue }
            findings.append(
                Finding(
                    .warning, .placement,
                    "\(places.words(sharing)) are bound to the same \(cores, "core") (\(list)). Start one job a "
                        + "host with its own binding, or use --bind-to none", ranks: sharing))
        }
        let hostCores = ranks.map(\.placement.hostCores).max() ?? 0
        let used = Self.cores(of: ranks)
        if !bound.isEmpty, used * 2 <= hostCores, findings.isEmpty {
            findings.append(
                Finding(
                    .warning, .placement,
                    "\(host): bound to \(used, "core") of \(hostCores): the others stay idle. mpirun binds up "
                        + "to two ranks to one core each: use --bind-to none, or --map-by slot:PE=n",
                    ranks: ranks.map(\.rank)))
        }
        return findings
    }

    /// Variables and placement that contradict each other.
    private var threadVariables: [Finding] {
        let odd = reports.filter { report in
            report.placement.requestedThreads.map { $0 > report.placement.usableCores } ?? false
        }
        guard let first = odd.first, let asked = first.placement.requestedThreads else { return [] }
        return [
            Finding(
                .warning, .placement,
                "\(places.words(odd.map(\.rank))): OMP_NUM_THREADS is \(asked), and the rank may run on "
                    + "\(first.placement.usableCores, "core"). Unset it, or bind to as many cores",
                ranks: odd.map(\.rank))
        ]
    }

    /// Ranks that are not as many on each host as the launcher has slots.
    private var slots: [Finding] {
        guard let slots = reports.first?.placement.slots, slots < size else { return [] }
        return [
            Finding(
                .warning, .placement,
                "\(size, "rank") for \(slots, "slot"): the hostfile has fewer slots than ranks were started. "
                    + "Correct slots= of the hostfile, or start \(slots, "rank")")
        ]
    }

    // MARK: Networks

    /// Several networks between hosts and none chosen.
    var interfaces: [Finding] {
        guard Set(reports.map(\.host)).count > 1 else { return [] }
        var findings: [Finding] = []
        let open = reports.filter { $0.network.chosenInterfaces == nil && $0.network.interfaces.count > 1 }
        if let first = open.first {
            findings.append(
                Finding(
                    .note, .network,
                    "\(places.words(open.map(\.rank))): several interfaces are up "
                        + "(\(first.network.interfaces.listed())) and none is chosen; set the interface of the "
                        + "cluster file, or OMPI_MCA_btl_tcp_if_include", ranks: open.map(\.rank)))
        }
        let lost = reports.filter { report in
            guard let chosen = report.network.chosenInterfaces, !report.network.interfaces.isEmpty,
                !chosen.contains("/"), !chosen.hasPrefix("lo")
            else { return false }
            return !chosen.split(separator: ",").contains { report.network.interfaces.contains(String($0)) }
        }
        if let first = lost.first {
            findings.append(
                Finding(
                    .error, .network,
                    "\(places.words(lost.map(\.rank))): the chosen interface "
                        + "\(first.network.chosenInterfaces ?? "") is not up there; up are "
                        + "\(first.network.interfaces.listed())", ranks: lost.map(\.rank)))
        }
        return findings
    }
}

/// A list of cores as Linux writes it.
struct CoreList {
    let numbers: Set<Int>

    /// Reads `0-3,8`; nil for other texts.
    init?(_ text: String) {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0) }
            guard let first = ends.first.flatMap(\.self), let last = ends.last.flatMap(\.self), first <= last,
                last - first < 1 << 16
            else { return nil }
            numbers.formUnion(first...last)
        }
        guard !numbers.isEmpty else { return nil }
        self.numbers = numbers
    }
}
